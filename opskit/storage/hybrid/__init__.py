"""Rules on which data stays and which moves to the cloud, and what that costs and saves."""
