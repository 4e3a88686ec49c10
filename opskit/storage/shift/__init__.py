"""A move of data from one place to another: what it costs, how long it takes, if it pays."""
