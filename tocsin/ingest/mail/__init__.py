"""Mail for feeds: taken by a listener of our own, and read without trusting a byte of it."""
