"""Who gains and who loses what between two files of role mappings: exact, and no samples."""
