"""The dossier: an incident's whole record in one file that a browser reads, a program parses and `tocsin verify` proves."""
