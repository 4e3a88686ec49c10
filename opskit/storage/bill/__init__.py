"""A month's bill of a use of storage, line by line, in exact decimal arithmetic."""
