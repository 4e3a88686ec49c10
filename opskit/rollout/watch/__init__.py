"""The watch of rollouts: lists followed, objects kept, verdicts."""
