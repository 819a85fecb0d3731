"""Several hosts that share one PostgreSQL: webs and workers that are killed, stand still or are cut off."""
