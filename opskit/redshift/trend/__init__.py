"""How queries, loads, queues and tables changed over a capture."""
