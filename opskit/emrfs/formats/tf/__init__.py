"""Terraform's language, as far as role mappings and the IAM behind them are written in it."""
