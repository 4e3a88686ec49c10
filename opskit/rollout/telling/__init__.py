"""Verdicts as text, as findings, as fields of JSON."""
