"""Questions to access logs of S3, one a file."""
