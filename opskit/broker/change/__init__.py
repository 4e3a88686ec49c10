"""Changes to broker files that exist: patches from a topology, fixes of findings."""
