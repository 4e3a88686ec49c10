"""Real S3 Inventories, as S3 lays them out: the manifest, its checksum, and files in each format.

The layout and the manifest are those of the S3 User Guide, "Locating your inventory list".
"""

import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from opskit.storage.profile.classes import class_of
from opskit.storage.profile.edges import AGES, SIZES, age_edge, size_edge
from opskit.storage.profile.model import Cell, merged

Format = Literal["CSV", "ORC", "Parquet"]
CREATED = datetime(2026, 11, 22, 1, 2, 3, 456000)
#: The fields, by their names in CSV and in the other formats.
FIELDS = {
    "Bucket": "bucket",
    "Key": "key",
    "VersionId": "version_id",
    "IsLatest": "is_latest",
    "IsDeleteMarker": "is_delete_marker",
    "Size": "size",
    "LastModifiedDate": "last_modified_date",
    "ETag": "e_tag",
    "StorageClass": "storage_class",
    "IsMultipartUploaded": "is_multipart_uploaded",
    "EncryptionStatus": "encryption_status",
    "IntelligentTieringAccessTier": "intelligent_tiering_access_tier",
}
BOOLEANS = ("IsLatest", "IsDeleteMarker", "IsMultipartUploaded")
CLASSES = ("STANDARD", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
TIERS = ("FREQUENT", "INFREQUENT", "ARCHIVE_INSTANT_ACCESS", "ARCHIVE", "DEEP_ARCHIVE", None)


@dataclass(frozen=True)
class Object:
    """A row of an inventory."""

    key: str
    size: int | None
    modified: datetime | None
    storage_class: str | None = "STANDARD"
    tier: str | None = None
    latest: bool = True
    marker: bool = False

    def value(self, field: str) -> Any:
        return {
            "Bucket": "lake",
            "Key": quote(self.key, safe="/"),
            "VersionId": hashlib.sha256(self.key.encode()).hexdigest()[:32],
            "IsLatest": self.latest,
            "IsDeleteMarker": self.marker,
            "Size": self.size,
            "LastModifiedDate": self.modified,
            "ETag": None if self.marker else hashlib.sha256(self.key.encode()).hexdigest()[:32],
            "StorageClass": self.storage_class,
            "IsMultipartUploaded": False,
            "EncryptionStatus": "SSE-S3",
            "IntelligentTieringAccessTier": self.tier,
        }[field]

    @property
    def cell(self) -> Cell | None:
        """The cell that it belongs to, told naively."""
        if self.marker or self.size is None:
            return None
        days = 0 if self.modified is None else (CREATED - self.modified) // timedelta(days=1)
        name = class_of(self.storage_class, self.tier) or self.storage_class or ""
        return Cell(
            name,
            1,
            self.size,
            size=size_edge(self.size),
            age=age_edge(days),
            noncurrent=not self.latest,
        )


def objects(count: int, seed: int = 7) -> list[Object]:
    """Objects of all classes with sizes and ages at the bounds, just off them, and between."""
    dice = random.Random(seed)
    sizes = [*SIZES, *(edge - 1 for edge in SIZES if edge), *(edge + 1 for edge in SIZES)]
    ages = [timedelta(days=age) for age in AGES]
    step = timedelta(milliseconds=1)
    moments = [*ages, *(age - step for age in ages), *(age + step for age in ages)]
    made = []
    for number in range(count):
        size = dice.choice(sizes) if dice.random() < 0.7 else dice.randrange(1 << 30)
        age = dice.choice(moments) if dice.random() < 0.7 else timedelta(days=dice.random() * 4000)
        age = timedelta(milliseconds=age // step)
        each = Object(f'data/é {number}, "x".csv', size, CREATED - age, dice.choice(CLASSES))
        if dice.random() < 0.3:
            each = replace(each, storage_class="INTELLIGENT_TIERING", tier=dice.choice(TIERS))
        each = replace(each, latest=dice.random() < 0.8)
        if dice.random() < 0.05:
            each = replace(each, marker=True, size=None, storage_class=None, tier=None)
        made.append(each)
    return made


def cells(listed: Sequence[Object]) -> tuple[Cell, ...]:
    """What a profile of them has, counted naively."""
    return merged(cell for cell in (each.cell for each in listed) if cell)


@dataclass(frozen=True)
class Inventory:
    """An inventory that was written below `root`, as `aws s3 sync` leaves a destination bucket."""

    root: Path
    manifest: Path
    files: tuple[Path, ...]

    def rewrite(self, **changes: Any) -> None:
        """The manifest with other values, None for none, and without its checksum."""
        document = json.loads(self.manifest.read_text()) | changes
        kept = {key: value for key, value in document.items() if value is not None}
        self.manifest.write_text(json.dumps(kept, indent=1))
        self.manifest.with_name("manifest.checksum").unlink(missing_ok=True)

    def accept(self) -> None:
        """Let the manifest name the sizes and checksums that the files have now."""
        document = json.loads(self.manifest.read_text())
        for entry, path in zip(document["files"], self.files, strict=True):
            entry |= {"size": path.stat().st_size, "MD5checksum": _md5(path.read_bytes())}
        self.rewrite(files=document["files"])


PREFIX = "inventories/lake/daily"


def write(
    root: Path,
    listed: Sequence[Object],
    kind: Format,
    *,
    fields: Sequence[str] = tuple(FIELDS),
    files: int = 2,
    prefix: str = PREFIX,
) -> Inventory:
    """Write an inventory of the objects, in some files."""
    keys, paths = [], []
    for number in range(files):
        part = listed[number::files]
        ending = {"CSV": "csv.gz", "ORC": "orc", "Parquet": "parquet"}[kind]
        key = f"{prefix}/data/{number:08}-49b5-4b3d.{ending}"
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[kind](path, part, fields)
        keys.append(key)
        paths.append(path)
    document = {
        "sourceBucket": "lake",
        "destinationBucket": "arn:aws:s3:::inventories-bucket",
        "version": "2016-11-30",
        "creationTimestamp": str(int(CREATED.replace(tzinfo=UTC).timestamp() * 1000)),
        "fileFormat": kind,
        "fileSchema": schema(kind, fields),
        "files": [
            {"key": key, "size": path.stat().st_size, "MD5checksum": _md5(path.read_bytes())}
            for key, path in zip(keys, paths, strict=True)
        ],
    }
    manifest = root / prefix / "2026-11-22T01-00Z" / "manifest.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1)
    manifest.write_text(text)
    manifest.with_name("manifest.checksum").write_text(_md5(text.encode()))
    return Inventory(root, manifest, tuple(paths))


def schema(kind: Format, fields: Sequence[str]) -> str:
    """`fileSchema` as S3 writes it."""
    if kind == "CSV":
        return ", ".join(fields)
    names = [(FIELDS[each], each) for each in fields]
    if kind == "ORC":
        types = {"Size": "bigint", "LastModifiedDate": "timestamp"}
        types |= dict.fromkeys(BOOLEANS, "boolean")
        columns = (f"{name}:{types.get(field, 'string')}" for name, field in names)
        return f"struct<{','.join(columns)}>"
    types = {"Size": "int64 {}", "LastModifiedDate": "int64 {} (TIMESTAMP_MILLIS)"}
    types |= dict.fromkeys(BOOLEANS, "boolean {}")
    columns = (types.get(field, "binary {} (UTF8)").format(name) for name, field in names)
    return f"message s3.inventory {{ {' '.join(f'optional {each};' for each in columns)} }}"


def csv_row(values: Sequence[Any]) -> str:
    """A row as S3 writes it: everything in quotation marks."""

    def text(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z"
        return "" if value is None else str(value).replace('"', '""')

    return ",".join(f'"{text(value)}"' for value in values) + "\n"


def _csv(path: Path, listed: Sequence[Object], fields: Sequence[str]) -> None:
    rows = (csv_row([each.value(field) for field in fields]) for each in listed)
    path.write_bytes(gzip.compress("".join(rows).encode(), mtime=0))


def _table(listed: Sequence[Object], fields: Sequence[str], unit: str) -> Any:
    import pyarrow as pa

    types = {"Size": pa.int64(), "LastModifiedDate": pa.timestamp(unit)}
    types |= dict.fromkeys(BOOLEANS, pa.bool_())
    columns = {
        FIELDS[field]: pa.array(
            [each.value(field) for each in listed], types.get(field, pa.string())
        )
        for field in fields
    }
    return pa.table(columns)


def _orc(path: Path, listed: Sequence[Object], fields: Sequence[str]) -> None:
    from pyarrow import orc

    orc.write_table(_table(listed, fields, "ns"), str(path), compression="zlib")


def _parquet(path: Path, listed: Sequence[Object], fields: Sequence[str]) -> None:
    """With the old way to write times, TIMESTAMP_MILLIS, as S3 does."""
    from pyarrow import parquet

    table = _table(listed, fields, "ms")
    parquet.write_table(table, str(path), compression="snappy", version="1.0")


_WRITERS = {"CSV": _csv, "ORC": _orc, "Parquet": _parquet}


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
