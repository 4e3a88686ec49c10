"""Access Denied: from a message or a log to the mapping and the layer of IAM at fault."""
