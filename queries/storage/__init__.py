"""Questions to inventories of object storage, one a file."""
