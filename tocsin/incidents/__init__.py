"""Incidents: journal, desk, ticker, wishes, projections, dossier, drills. The only writer of the journal."""
