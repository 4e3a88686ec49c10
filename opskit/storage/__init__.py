"""Cloud storage: what it costs, what it costs to use, and what it costs to leave."""
