"""The files of an inventory on this machine: found there, or brought from S3 some at a time.

A file that is not as the manifest says is damage, and nothing is counted.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import md5
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from opskit.errors import InputError
from opskit.output.text import count
from opskit.storage.profile.manifest import FileDocument, Manifest

#: MD5 and waiting for S3 both leave the interpreter to other threads.
WORKERS = min(8, (os.cpu_count() or 1) * 2)
#: Bytes of Parquet files that are read for their checksums without being asked for. A query reads
#: few columns of them: reading all of 2 GB takes longer than the profile (measured).
UNASKED = 256 << 20
_STEP = 1 << 20


class Part(NamedTuple):
    """A file: as messages call it, and where it is. `temporary` ones are deleted once read."""

    name: str
    path: Path
    size: int
    temporary: bool = False


def local(
    manifest: Manifest, *, verify: bool | None, say: Callable[[str], None]
) -> tuple[list[Part], bool]:
    """The files beside a manifest, and whether their checksums were compared.

    They are in CSV and ORC, which have to be read as a whole anyway, and are in Parquet where that
    takes no time; `verify` says otherwise. InputError names a file that is not as it should be.
    """
    paths = locate(manifest)
    parts = [Part(str(path), path, path.stat().st_size) for path in paths]
    for part, told in zip(parts, manifest.files, strict=True):
        _same_size(part.name, part.size, told)
    summed = [(part, told) for part, told in zip(parts, manifest.files, strict=True) if told.md5]
    if verify is None:
        verify = manifest.format != "Parquet" or sum(part.size for part in parts) <= UNASKED
    if not verify or not summed:
        return parts, False
    say(f"comparing the checksums of {count(len(summed), 'file')}")
    with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool:
        for (part, told), found in zip(summed, pool.map(_sum, summed), strict=True):
            _same_sum(part.name, found, told)
    return parts, len(summed) == len(parts)


def locate(manifest: Manifest) -> list[Path]:
    """The files of a manifest that is a file, in their order; InputError names one that is not
    there.

    Keys are those of the destination bucket, of which a copy holds the end: `aws s3 sync` of the
    bucket, of a prefix, or of the folder of files leaves them beside the manifest or above it.
    """
    folders = Path(manifest.name).resolve().parents
    found: list[Path] = []
    layout: tuple[Path, int] | None = None
    for each in manifest.files:
        parts = each.key.split("/")
        tried = _candidates(folders, len(parts))
        for folder, cut in (*((layout,) if layout else ()), *tried):
            path = folder.joinpath(*parts[cut:])
            if path.is_file():
                layout = folder, cut
                found.append(path)
                break
        else:
            raise InputError(
                f"the file {each.key} of the inventory is not here",
                where=manifest.name,
                hint="copy it below the folder of the manifest, or one above it, by its key "
                f"(aws s3 sync s3://{manifest.destination or 'BUCKET'}/...)",
            )
    return found


def _candidates(folders: Sequence[Path], depth: int) -> Iterator[tuple[Path, int]]:
    """Where files may be: a folder above the manifest, and how many parts of the key it has."""
    for folder in folders[: depth + 1]:
        for cut in range(depth):
            yield folder, cut


def _sum(each: tuple[Part, FileDocument]) -> str:
    made = md5(usedforsecurity=False)
    with each[0].path.open("rb") as stream:
        while data := stream.read(_STEP):
            made.update(data)
    return made.hexdigest()


def remote(manifest: Manifest, s3: Any, folder: Path, say: Callable[[str], None]) -> Iterator[Part]:
    """The files in the destination bucket, downloaded to a folder in their order.

    Some more than were asked for are under way. Sizes and checksums are compared.
    """
    waiting: deque[Future[Part]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for number, told in enumerate(manifest.files):
                path = folder / f"{number}-{PurePosixPath(told.key).name}"
                waiting.append(pool.submit(_download, manifest, told, s3, path))
                if len(waiting) > WORKERS:
                    yield _next(waiting, len(manifest.files), number - WORKERS, say)
            while waiting:
                done = len(manifest.files) - len(waiting)
                yield _next(waiting, len(manifest.files), done, say)
        finally:
            pool.shutdown(cancel_futures=True)


def _next(
    waiting: "deque[Future[Part]]", count: int, done: int, say: Callable[[str], None]
) -> Part:
    part = waiting.popleft().result()
    say(f"downloaded {part.name} ({done + 1} of {count})")
    return part


def _download(manifest: Manifest, told: FileDocument, s3: Any, path: Path) -> Part:
    from opskit.clients import aws

    name, made, size = f"s3://{manifest.destination}/{told.key}", md5(usedforsecurity=False), 0
    try:
        with path.open("wb") as stream:
            for data in aws.read_object(s3, manifest.destination, told.key):
                made.update(data)
                size += stream.write(data)
    except aws.MissingError as error:
        raise InputError(
            f"the manifest names it, and there is none: {error.message}",
            where=name,
            hint="S3 or a lifecycle rule may have deleted it: take a newer manifest",
        ) from None
    _same_size(name, size, told)
    if told.md5:
        _same_sum(name, made.hexdigest(), told)
    return Part(name, path, size, temporary=True)


_AGAIN = "copy it from the destination bucket again"


def _same_size(name: str, size: int, told: FileDocument) -> None:
    if told.size is not None and told.size != size:
        raise InputError(
            f"is damaged: it has {size:,} bytes, and the manifest says {told.size:,}",
            where=name,
            hint=_AGAIN,
        )


def _same_sum(name: str, found: str, told: FileDocument) -> None:
    if told.md5.strip().lower() != found:
        raise InputError(
            f"is damaged: its MD5 is {found}, and the manifest says {told.md5[:40]}",
            where=name,
            hint=_AGAIN,
        )


def batches(parts: Iterable[Part], size: int, count: int) -> Iterator[Sequence[Part]]:
    """Parts together, up to so many bytes and files."""
    batch: list[Part] = []
    for part in parts:
        batch.append(part)
        if len(batch) >= count or sum(each.size for each in batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
