"""From events to the rows that everything reads: one projector, used by the desk for each command and by `doctor` for the whole journal."""
