"""Which accesses in S3's logs a new file of role mappings keeps, breaks or widens."""
