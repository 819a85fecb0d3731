"""Tocsin: your incident plan, running."""

__version__ = "0.1.0"
