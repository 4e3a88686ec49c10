"""IAM's own logic, offline: policies, and what they make of a request."""
