"""What can be known of an image, and of the workload that gets it, before a rollout."""
