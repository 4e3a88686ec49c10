"""The manifest of an S3 Inventory: what it lists, when that was, and where its files are.

S3 User Guide, "Locating your inventory list" and "Inventory manifest".
"""

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from msgspec import Struct

from opskit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator

    from opskit.documents import Document
    from opskit.nodes import Node

Format = Literal["CSV", "ORC", "Parquet"]
_FORMATS: dict[str, Format] = {"csv": "CSV", "orc": "ORC", "parquet": "Parquet"}
NAME = "manifest.json"
#: The ends of names of files of data, and of Hive's list of them.
_DATA = (".parquet", ".orc", ".csv", ".csv.gz", "/symlink.txt")
#: An inventory has a file for some millions of objects; the manifest names each.
_LARGEST = 64 << 20
#: Amazon S3 began in March 2006.
_FIRST = datetime(2006, 3, 1)


class FileDocument(Struct, frozen=True, rename={"md5": "MD5checksum"}):
    """A file of the inventory, by its key in the destination bucket."""

    key: str
    size: int | None = None
    md5: str = ""


class ManifestDocument(Struct, frozen=True, rename="camel"):
    """A manifest as S3 writes it; other keys are passed over."""

    source_bucket: str
    file_format: str
    file_schema: str
    creation_timestamp: str
    files: tuple[FileDocument, ...]
    destination_bucket: str = ""


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read: `name` is what messages call it.

    `created` is when S3 began to look, in UTC, as are the dates in the inventory. `schema` are the
    columns that it says its files have, empty where it does not say it legibly.
    """

    name: str
    bucket: str
    destination: str
    format: Format
    schema: tuple[str, ...]
    created: datetime
    files: tuple[FileDocument, ...]

    @property
    def size(self) -> int:
        """The bytes of all files together, as far as it is said."""
        return sum(each.size or 0 for each in self.files)


def read(where: str, s3: Any = None) -> Manifest:
    """The manifest of a file, of the folder that holds it, or of `s3://bucket/key`, for which an
    S3 client is needed. InputError with the line of what is wrong with it.
    """
    from opskit.documents import parse_document

    _refuse_data(where)
    if is_remote(where):
        where = where + NAME if where.endswith("/") and len(where) > 5 else where
        data = _object(where, s3)
    else:
        where = str(Path(where) / NAME) if Path(where).is_dir() else where
        data = _local(Path(where))
    document = parse_document(data, where, is_json=True)
    return _manifest(document)


def _refuse_data(where: str) -> None:
    """InputError for a file of an inventory, by its name: alone it does not say what it lists."""
    if where.lower().endswith(_DATA):
        raise InputError(
            f"a {NAME} is wanted, and this is a file that one names",
            where=where,
            hint=f"name the {NAME} of the inventory, or the folder that it is in",
        )


def is_remote(where: str) -> bool:
    return where.lower().startswith("s3://")


def place(uri: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`; InputError where one is missing."""
    bucket, _, key = uri[5:].partition("/")
    if not bucket or not key:
        raise InputError("names no object", where=uri, hint=f"write s3://bucket/folder/date/{NAME}")
    return bucket, key


def _object(uri: str, s3: Any) -> bytes:
    from opskit.clients import aws

    bucket, key = place(uri)
    parts = cast("Generator[bytes, None, None]", aws.read_object(s3, bucket, key))
    data = bytearray()
    try:
        with closing(parts):
            for part in parts:
                data += part
                if len(data) > _LARGEST:
                    raise InputError(
                        "is no manifest: it is too large", where=uri, hint="check the key"
                    )
    except aws.MissingError as error:
        raise InputError(
            error.message, where=uri, hint="name the manifest.json of an inventory"
        ) from None
    return bytes(data)


def _local(path: Path) -> bytes:
    from hashlib import md5

    from opskit.files import read_bytes

    data = read_bytes(path, limit=_LARGEST)
    beside = path.with_name("manifest.checksum")
    if path.name == NAME and beside.is_file():
        wanted = read_bytes(beside, limit=1 << 10).decode("ascii", "replace").strip().lower()
        found = md5(data, usedforsecurity=False).hexdigest()
        if wanted != found:
            raise InputError(
                f"its MD5 is {found}, and manifest.checksum beside it says {wanted[:40]!r}",
                where=str(path),
                hint="copy both of them again",
            )
    return data


def _manifest(document: "Document") -> Manifest:
    from opskit.decode import decode
    from opskit.documents import Problems

    _pass_over(document.root)
    told = decode(document, ManifestDocument)
    problems = Problems(document)

    def wrong(message: str, hint: str, *path: str | int) -> None:
        problems.add(document.node(path).start, f"`{path[-1]}`: {message}", hint)

    kind = _FORMATS.get(told.file_format.strip().lower())
    if kind is None:
        wrong(f"{told.file_format!r} is no format of S3", "it is CSV, ORC or Parquet", "fileFormat")
    created = _created(told.creation_timestamp)
    if created is None:
        written = told.creation_timestamp[:40]
        hint = "S3 writes milliseconds since 1970: 1514944800000"
        wrong(f"{written!r} is no time of S3", hint, "creationTimestamp")
    first: dict[str, int] = {}
    for number, each in enumerate(told.files):
        if not each.key or each.key.startswith("/") or ".." in each.key.split("/"):
            hint = "a key leads to a file below the folder of the inventory"
            wrong(f"{each.key[:80]!r} is no key of an inventory", hint, "files", number, "key")
        elif (before := first.setdefault(each.key, number)) != number:
            hint = "what is in it would count twice; copy the manifest from S3 again"
            message = f"{each.key[-80:]!r} is files[{before}] already, and stands here again"
            wrong(message, hint, "files", number, "key")
    problems.check()
    assert kind is not None
    assert created is not None
    return Manifest(
        name=document.name,
        bucket=told.source_bucket,
        destination=told.destination_bucket.rpartition(":")[2],
        format=kind,
        schema=_columns(told.file_schema),
        created=created,
        files=told.files,
    )


def _pass_over(root: "Node") -> None:
    """Take out the keys that S3 may add one day, and others do today."""
    from opskit.nodes import ListNode, MapNode

    def prune(node: "Node", kind: type[Struct]) -> None:
        if isinstance(node, MapNode):
            for name in set(node.items) - set(kind.__struct_encode_fields__):
                del node.items[name]

    prune(root, ManifestDocument)
    files = root.items.get("files") if isinstance(root, MapNode) else None
    if files and isinstance(files[1], ListNode):
        for each in files[1].items:
            prune(each, FileDocument)


def _created(written: str) -> datetime | None:
    """The time of `creationTimestamp`: milliseconds since 1970; others than S3 write seconds."""
    if not (written.isascii() and written.isdigit() and len(written) in (10, 13)):
        return None
    seconds = int(written) / (1000 if len(written) == 13 else 1)
    found = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return found if found >= _FIRST else None


_PARQUET = re.compile(r"(?:required|optional)\s+\w+\s+(\w+)")


def _columns(schema: str) -> tuple[str, ...]:
    """The columns of `fileSchema`, in their order: names with commas for CSV, a `message` for
    Parquet, a `struct<name:type,...>` for ORC.
    """
    if schema.strip().startswith("message"):
        return tuple(_PARQUET.findall(schema))
    if schema.strip().startswith("struct<"):
        fields = schema.strip()[len("struct<") :].rstrip("> ").split(",")
        return tuple(each.partition(":")[0].strip() for each in fields if each.strip())
    return tuple(each.strip() for each in schema.split(",") if each.strip())
