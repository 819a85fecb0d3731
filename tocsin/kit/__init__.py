"""What everything above stands on: time, ids, secrets, the database gate, the outbound door."""
