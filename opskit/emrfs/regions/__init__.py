"""All places in S3 cut into regions within which files of role mappings have one answer each."""
