"""Role mappings of EMRFS on shared Amazon EMR clusters, and the IAM behind them."""
