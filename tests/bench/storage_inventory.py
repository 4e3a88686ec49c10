"""The profile of an S3 Inventory in Parquet, against DuckDB giving the same histogram.

The baseline is the plain query that one writes for it: the bounds one after the other in CASE, the
age with `date_sub`, grouped by all. What a profile adds is the manifest, finding and measuring the
files, the notes, and that objects without a size are refused.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from opskit.clients import duck
from opskit.storage.profile.edges import AGES, SIZES
from opskit.storage.profile.inventory import read
from opskit.storage.profile.model import Profile
from tests.bench.measure import Ratio, ratio

OBJECTS = int(os.environ.get("OPSKIT_BENCH_OBJECTS", 20_000_000))
CREATED = datetime(2026, 11, 1)
_OBJECTS = f"""
COPY (
  SELECT
    'lake' AS bucket,
    'area/' || (i * 31 % 97) || '/table/dt=2026-' || (1 + i % 12) || '/part-' || i AS key,
    'v' || hash(i * 11) AS version_id,
    i % 10 <> 0 AS is_latest,
    i % 1000 = 0 AS is_delete_marker,
    CASE
      WHEN i % 1000 <> 0 THEN (EXP((HASH(i) % 2600) / 100.0) + HASH(i + 1) % 1000)::BIGINT
    END AS size,
    (TIMESTAMP '{CREATED}' - TO_SECONDS((HASH(i * 7) % (86400 * 1500))::BIGINT))::TIMESTAMP_MS
      AS last_modified_date,
    'e' || hash(i * 13) AS e_tag,
    ['STANDARD', 'STANDARD', 'STANDARD_IA', 'GLACIER', 'INTELLIGENT_TIERING', 'DEEP_ARCHIVE',
     'GLACIER_IR', 'ONEZONE_IA'][1 + (HASH(i * 3) % 8)::INT] AS storage_class,
    CASE
      WHEN HASH(i * 3) % 8 = 4
        THEN ['FREQUENT', 'INFREQUENT', 'ARCHIVE', 'DEEP_ARCHIVE'][1 + (HASH(i * 5) % 4)::INT]
    END AS intelligent_tiering_access_tier
  FROM range({OBJECTS}) AS r (i)
) TO '{{folder}}' (FORMAT parquet, COMPRESSION snappy, FILE_SIZE_BYTES '400MB')
"""


def ratios() -> Iterator[Ratio]:
    with TemporaryDirectory(prefix="opskit-bench-") as name:
        folder = Path(name)
        duck.connect().execute(_OBJECTS.format(folder=folder / "data"))
        manifest = write_manifest(folder)
        found = profile(manifest)
        assert (found.objects, found.bytes) == totals(folder)
        yield ratio(
            f"profile of an inventory of {OBJECTS:,} objects",
            lambda: profile(manifest),
            "DuckDB giving the same histogram",
            lambda: histogram(folder),
            1.3,
            5,
        )


def write_manifest(folder: Path) -> Path:
    files = sorted((folder / "data").glob("*.parquet"))
    document = {
        "sourceBucket": "lake",
        "destinationBucket": "arn:aws:s3:::inventories",
        "version": "2016-11-30",
        "creationTimestamp": f"{CREATED.replace(tzinfo=UTC).timestamp() * 1000:.0f}",
        "fileFormat": "Parquet",
        "fileSchema": "message s3.inventory { required binary bucket (UTF8); }",
        # sums of so many bytes are not compared without being asked for
        "files": [
            {
                "key": f"lake/daily/data/{path.name}",
                "size": path.stat().st_size,
                "MD5checksum": "d41d8cd98f00b204e9800998ecf8427e",
            }
            for path in files
        ],
    }
    manifest = folder / "2026-11-01T00-00Z" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text(json.dumps(document))
    return manifest


def profile(manifest: Path) -> Profile:
    return read(str(manifest), engine="duckdb", verify=False)


def histogram(folder: Path) -> int:
    """Cells of class, tier, version, size and age; how many there are."""
    size = " ".join(f"WHEN size >= {edge} THEN {edge}" for edge in reversed(SIZES))
    days = f"DATE_SUB('day', last_modified_date, TIMESTAMP '{CREATED}')"
    age = " ".join(f"WHEN {days} >= {edge} THEN {edge}" for edge in reversed(AGES))
    query = f"""
        SELECT storage_class, intelligent_tiering_access_tier, is_latest, is_delete_marker,
          CASE {size} END AS size_edge, CASE {age} END AS age_edge, COUNT(*), SUM(size)
        FROM read_parquet('{folder}/data/*.parquet') GROUP BY ALL
    """
    return len(duck.execute(duck.connect(), query)[1])


def totals(folder: Path) -> tuple[int, int]:
    query = f"SELECT COUNT(size), SUM(size) FROM read_parquet('{folder}/data/*.parquet')"
    objects, size = duck.execute(duck.connect(), query)[1][0]
    return objects, size
