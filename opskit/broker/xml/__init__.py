"""Broker files as XML: read with their positions, edited byte by byte, written."""
