"""Changes of workloads: planned, shown, made, recorded, taken back."""
