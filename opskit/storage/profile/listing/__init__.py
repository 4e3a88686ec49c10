"""A bucket listed in parallel, over a key space that is split as it is discovered."""
