"""Prices read again from the public feeds of providers, as a reviewed change of the catalog."""
