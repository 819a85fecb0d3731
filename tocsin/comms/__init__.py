"""Words out: the outbox, its channels and their receipts. Knows no incident."""
