"""A profile from an S3 Inventory: its manifest, its files, and one query over them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Literal

from opskit.errors import UsageError
from opskit.output.text import count
from opskit.storage.profile import manifest as manifests
from opskit.storage.profile.groups import Groups
from opskit.storage.profile.manifest import Manifest
from opskit.storage.profile.model import Profile
from opskit.storage.profile.parts import WORKERS, Part, batches, local, remote
from opskit.storage.units import shown_size

Choice = Literal["auto", "duckdb", "spark"]
Say = Callable[[str], None]

#: An inventory does not say where its bucket is.
NO_REGION = "the region is not known: --region names it"
#: Bytes and number of downloaded files that one query reads.
BATCH, FILES = 2 << 30, 500
#: Bytes of files from which on another machine is the better place.
LARGE = 200 * 10**9


@dataclass
class _Reading:
    groups: Groups = field(default_factory=Groups)
    columns: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def read(
    manifest: str,
    *,
    engine: str = "auto",
    profile: str = "",
    region: str = "",
    endpoint_url: str = "",
    verify: bool | None = None,
    say: Say = lambda text: None,
) -> Profile:
    """The profile of an inventory by its `manifest.json`: a file, or `s3://bucket/key`.

    `engine` is auto, duckdb or spark. `verify` is whether checksums are compared where that takes
    longer than the profile. InputError names what is damaged, UsageError says that an inventory is
    too large for this machine, UnknownError that S3 refused.
    """
    s3: Any = None
    if manifests.is_remote(manifest):
        from opskit.clients import aws

        s3 = aws.client("s3", profile=profile, region=region, endpoint_url=endpoint_url)
    found = manifests.read(manifest, s3)
    if engine == "spark":
        from opskit.storage.profile import spark_engine

        made = _Reading()
        columns, compared = spark_engine.read(
            found, made.groups, s3 is not None, verify=verify, say=say
        )
        made.columns.update(columns)
        made.notes += [] if compared or not found.files else [unverified(found)]
    else:
        if engine == "auto":
            fits(found, s3 is not None)
        made = _by_duckdb(found, s3, verify, say)
    return Profile(
        stored=made.groups.stored(),
        provider="aws",
        region=region,
        source=f"inventory of {found.bucket}",
        taken_on=found.created.date(),
        notes=(*made.notes, *made.groups.notes(made.columns), *(() if region else (NO_REGION,))),
    )


def fits(found: Manifest, is_remote: bool, free: int | None = None) -> None:
    """UsageError where the files of an inventory are too much for this machine.

    Downloaded files are deleted batch by batch; `free` are bytes of the disk for them.
    """
    hint = "query it where it is with --engine athena, or try it here with --engine duckdb"
    if found.size > LARGE:
        raise UsageError(
            f"the files of the inventory have {shown_size(found.size)}", where=found.name, hint=hint
        )
    largest = max((each.size or 0 for each in found.files), default=0)
    needed = min(found.size, BATCH + (WORKERS + 1) * largest)
    free = disk_usage(gettempdir()).free if free is None else free
    if is_remote and needed > free // 2:
        raise UsageError(
            f"the inventory needs {shown_size(needed)} of the disk at a time, and "
            f"{shown_size(free)} are free in {gettempdir()}",
            where=found.name,
            hint=f"{hint}; TMPDIR names another folder",
        )


def _by_duckdb(found: Manifest, s3: Any, verify: bool | None, say: Say) -> _Reading:
    from opskit.storage.profile.duck_engine import Engine

    made = _Reading()
    with (
        TemporaryDirectory(prefix="opskit-inventory-") as folder,
        closing(Engine(found, Path(folder))) as engine,
    ):
        groups: Iterator[Sequence[Part]]
        if s3 is None:
            parts, compared = local(found, verify=verify, say=say)
            groups = iter([parts] if parts else [])
            if parts and not compared:
                made.notes.append(unverified(found))
        else:
            groups = batches(remote(found, s3, Path(folder), say), BATCH, FILES)
        for batch in groups:
            say(f"grouping the objects of {count(len(batch), 'file')}")
            made.groups.add(engine.rows(batch))
            for part in batch:
                if part.temporary:
                    part.path.unlink()
    made.columns.update(engine.columns)
    return made


def unverified(found: Manifest) -> str:
    """The note that files were not compared with their checksums."""
    if not all(each.md5 for each in found.files):
        return "the manifest has no checksums: that the files are whole is not known for sure"
    return (
        f"the checksums of {len(found.files)} files ({shown_size(found.size)}) were not compared, "
        "only their sizes"
    )
