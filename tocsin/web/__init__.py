"""Pages: plain forms first, htmx on top. Speaks HTTP, holds no rules."""
