"""Two times of captures, side by side."""
