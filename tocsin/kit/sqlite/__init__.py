"""SQLite as a database backend for a server: one fair write gate, one connection that checkpoints, every commit on the disk."""
