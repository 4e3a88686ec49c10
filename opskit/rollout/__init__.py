"""Image rollouts on Kubernetes: made, watched, explained and taken back."""
