"""The bounds of the histograms: where prices and rules change, and a few between.

4 KiB, 50,000 bytes and 128 KiB are the least sizes that providers bill; 30, 90, 180 and 365 days
the least times. A cell lies between two bounds, so that each rule holds for all of it or none.
"""

from bisect import bisect_right

KIB = 1024
SIZES = (
    *(0, 1, 1 * KIB, 4 * KIB, 16 * KIB, 50_000, 64 * KIB, 128 * KIB, 256 * KIB),
    *(1 * KIB**2, 4 * KIB**2, 16 * KIB**2, 64 * KIB**2, 256 * KIB**2),
    *(1 * KIB**3, 4 * KIB**3, 16 * KIB**3, 64 * KIB**3, 1 * KIB**4, 5 * KIB**4),
)
AGES = (0, 1, 7, 14, 30, 60, 90, 180, 365, 730, 1095, 1825, 2555, 3650)


def size_edge(size: int) -> int:
    """The largest bound of sizes, in bytes, that is not above a size."""
    return SIZES[bisect_right(SIZES, size) - 1]


def age_edge(days: int) -> int:
    """The largest bound of ages, in days, that is not above an age; 0 for what is in the future."""
    return AGES[max(bisect_right(AGES, days) - 1, 0)]
