"""`make bench`: every ratio, against the limits that the project keeps."""

import sys

from tests.bench import lint, redshift, start
from tests.bench.measure import show

if __name__ == "__main__":
    sys.exit(show([*start.ratios(), *lint.ratios(), *redshift.ratios()]))
