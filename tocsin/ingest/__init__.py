"""Signals in: the lane, its sources, alerts and routes. Knows no incident."""
