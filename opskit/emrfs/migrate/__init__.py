"""Plans to move role mappings to what AWS offers beside or after them."""
