"""Who blocks whom, and what ends it."""
