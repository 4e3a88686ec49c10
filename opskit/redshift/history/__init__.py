"""What a capture is made of: the file, reading a warehouse into it, and asking it again."""
