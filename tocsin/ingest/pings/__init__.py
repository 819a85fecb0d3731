"""Checks: what reports by itself that it ran, by a ping, and is missed when it does not."""
