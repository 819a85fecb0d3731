"""The JSON API under /api/v1. Speaks HTTP, holds no rules."""
