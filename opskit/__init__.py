"""opskit: an operations toolbox for data platforms."""

# Kept here rather than read from the installed metadata, which costs 38 ms at every start.
__version__ = "0.1.0"
