"""Scenarios: given, when, then. A file that plays a story through the engine and checks what must be true of it."""
