"""The incident room: one module for each panel, which says what the panel shows. Views act, panels show."""
