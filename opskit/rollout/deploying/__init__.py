"""Manifests applied as a whole: order, dry run, conflicts, the way back."""
