"""The log files that the words on a command line stand for."""

import sys
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from opskit.errors import InputError
from opskit.files import STDIN

#: Folders of CloudTrail that hold no events (CloudTrail User Guide, "CloudTrail log file names").
_OTHER = ("CloudTrail-Digest", "CloudTrail-Insight")


class Source(NamedTuple):
    """A log file: as messages call it, its size in bytes, and where it is: a file, or an object
    of S3 (`bucket`, `key`).
    """

    name: str
    size: int
    path: Path | None = None
    bucket: str = ""
    key: str = ""


def find(words: Sequence[str], s3: Any = None) -> list[Source]:
    """The files of `words`: files, folders, patterns, `s3://bucket/prefix`, and `-` for stdin.

    InputError where one stands for nothing. `s3` is a client, asked for only if it is needed.
    """
    found: dict[str, Source] = {}
    for word in words:
        listed = list(_of(word, s3))
        if not listed:
            raise InputError(
                "there is no log file",
                where=word,
                hint="name files, folders, or s3://bucket/prefix",
            )
        found.update((each.name, each) for each in listed)
    return list(found.values())


def needs_s3(words: Sequence[str]) -> bool:
    return any(word.lower().startswith("s3://") for word in words)


def _of(word: str, s3: Any) -> Iterator[Source]:
    if word == "-":
        yield Source(STDIN, 0)
    elif needs_s3([word]):
        yield from _objects(word, s3)
    elif Path(word).is_dir():
        yield from _files(sorted(Path(word).rglob("*")))
    elif Path(word).exists():
        yield from _files([Path(word)])
    elif has_magic(word):
        yield from _files(sorted(map(Path, glob(word, recursive=True))))  # noqa: PTH207
    else:
        raise InputError("no such file", where=word, hint="check the path")


def _files(paths: Sequence[Path]) -> Iterator[Source]:
    for path in paths:
        if path.is_dir() or path.name.startswith(".") or not _wanted(path.parts):
            continue
        try:
            size = path.stat().st_size
        except OSError:
            size = 0  # reading it will say why
        yield Source(str(path), size, path)


def _objects(word: str, s3: Any) -> Iterator[Source]:
    from opskit.clients import aws

    bucket, _, prefix = word[5:].partition("/")
    for key, size in aws.objects(s3, bucket, prefix):
        if not key.endswith("/") and _wanted(key.split("/")):
            yield Source(f"s3://{bucket}/{key}", size, bucket=bucket, key=key)


def _wanted(parts: Sequence[str]) -> bool:
    return not any(part in _OTHER for part in parts)


def stream(source: Source, s3: Any = None) -> Iterator[bytes]:
    """The bytes of a source in parts; OSError or an OpskitError where they cannot be had."""
    if source.bucket:
        from opskit.clients import aws

        yield from aws.read_object(s3, source.bucket, source.key)
    elif source.path is not None:
        with source.path.open("rb") as opened:
            yield from _parts(opened)
    else:
        yield from _parts(sys.stdin.buffer)


def _parts(opened: BinaryIO) -> Iterator[bytes]:
    while part := opened.read(1 << 20):
        yield part
