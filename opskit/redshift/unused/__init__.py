"""Tables that nothing scans, and the plan to archive them."""
