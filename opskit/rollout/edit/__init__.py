"""Images changed in manifests, kustomizations and Helm values: the scalar and nothing else."""
