"""Queries on Redshift, one question a file."""
