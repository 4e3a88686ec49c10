"""One image rolled out to many clusters, in waves."""
