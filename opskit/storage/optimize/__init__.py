"""The cheapest plan of storage classes by size and age that lifecycle rules can carry out."""
