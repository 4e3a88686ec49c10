"""Prices and rules of storage providers: facts with their sources, one file a provider."""
