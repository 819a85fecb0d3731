"""Plans: read, check, compile into the engine's Program. No Django."""
