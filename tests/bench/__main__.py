"""`make bench`: every ratio, against the limits that the project keeps."""

import sys

from tests.bench import (
    edit,
    lint,
    matrix,
    redshift,
    replay,
    rollout,
    start,
    storage_estimate,
    storage_inventory,
    storage_listing,
    storage_tree,
    warehouse,
)
from tests.bench.measure import show

if __name__ == "__main__":
    storage = (storage_estimate, storage_inventory, storage_listing, storage_tree)
    parts = (start, lint, redshift, warehouse, matrix, replay, edit, rollout, *storage)
    sys.exit(show([ratio for part in parts for ratio in part.ratios()]))
