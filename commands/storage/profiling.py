"""How `opskit storage profile` finds what is meant, and takes the profile."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from opskit.commands.storage.usage import Use
    from opskit.storage.profile.model import Profile

#: Requests at a time to S3, where nothing else is said.
_REQUESTS = 64
#: Processes that read a local folder, at most.
_PROCESSES = 64
#: The options that only some of what can be profiled has, by its kind.
_OWN = {
    "local": ("workers", "cross_mounts"),
    "s3": (
        *("workers", "endpoint_url", "provider", "budget_calls", "resume", "no_sign_request"),
        *("aws_profile", "region"),
    ),
    "inventory": ("endpoint_url", "engine", "verify", "aws_profile", "region"),
    "athena": ("engine", "table", "where", "workgroup", "result", "aws_profile", "region", "yes"),
    "cloudwatch": ("endpoint_url", "aws_profile", "region"),
}
_NAMES = {
    "local": "a local folder",
    "s3": "a bucket",
    "inventory": "an inventory",
    "athena": "--engine athena",
    "cloudwatch": "a bucket's metrics",
}
_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}", re.ASCII)
_EXAMPLES = "/srv/shares, s3://bucket/prefix, inventory:manifest.json or cloudwatch:bucket"


class Asked(NamedTuple):
    """What the command line says; the fields are its options."""

    what: str
    workers: int | None = None
    cross_mounts: bool = False
    endpoint_url: str = ""
    provider: str = ""
    budget_calls: int | None = None
    resume: Path | None = None
    engine: str = "auto"
    verify: bool = False
    table: str = ""
    where: str = ""
    workgroup: str = ""
    result: str = ""
    no_sign_request: bool = False
    aws_profile: str = ""
    region: str = ""
    yes: bool = False

    @property
    def kind(self) -> str:
        """local, s3, inventory, athena or cloudwatch; UsageError for what cannot be profiled."""
        from opskit.errors import UsageError

        word, colon, _ = self.what.partition(":")
        if self.engine == "athena" and (not self.what or word == "inventory"):
            return "athena"
        if not self.what:
            raise UsageError("nothing says what to measure", hint=f"name {_EXAMPLES}")
        if colon and word in ("s3", "inventory", "cloudwatch"):
            return word
        if "://" in self.what:
            raise UsageError(
                f"{self.what[:60]!r} cannot be listed",
                hint=f"name {_EXAMPLES}; providers with the API of S3 are read as s3://bucket with "
                "--endpoint-url",
            )
        return "local"

    def check(self) -> None:
        """UsageError for an option that what is measured has no use for."""
        from opskit.errors import UsageError

        kind = self.kind
        known = {name for names in _OWN.values() for name in names}
        for name in sorted(known.difference(_OWN[kind])):
            if getattr(self, name) != self._field_defaults[name]:
                flag = f"--{name.removeprefix('aws_').replace('_', '-')}"
                fitting = [_NAMES[each] for each in _OWN if name in _OWN[each]]
                raise UsageError(
                    f"{flag} is of no use for {_NAMES[kind]}",
                    hint=f"leave it out; it is for {' and '.join(fitting)}",
                )


def taken(asked: Asked, use: "Use") -> "Profile | None":
    """The profile of what is meant, with the month's use that the options say.

    None where somebody was asked whether it may cost something, and said no.
    """
    from opskit.commands.storage.usage import monthly
    from opskit.output import progress
    from opskit.storage.profile.model import Monthly

    asked.check()
    monthly(use, Monthly())  # what is wrong with the options is said before anything is read
    readers = {
        "local": _local,
        "s3": _s3,
        "inventory": _inventory,
        "athena": _athena,
        "cloudwatch": _cloudwatch,
    }
    with progress() as say:
        found = readers[asked.kind](asked, say)
    return None if found is None else replace(found, monthly=monthly(use, found.monthly))


def _local(asked: Asked, say: "Callable[[str], None]") -> "Profile":
    from opskit.errors import UsageError
    from opskit.storage.profile.local import scan

    if asked.workers and asked.workers > _PROCESSES:
        raise UsageError(
            f"{asked.workers} processes for a local folder",
            where="--workers",
            hint=f"{_PROCESSES} at most; more than the processors there are is rarely faster",
        )
    return scan(Path(asked.what), say=say, cross=asked.cross_mounts, workers=asked.workers)


def _s3(asked: Asked, say: "Callable[[str], None]") -> "Profile":
    from opskit.clients.s3 import connect
    from opskit.commands.storage.profile_place import placed, provider
    from opskit.storage.profile import s3

    bucket, _, prefix = asked.what.removeprefix("s3://").partition("/")
    _check_bucket(bucket, "s3://bucket/prefix")
    own = provider(asked.provider)  # before anything is read
    workers = asked.workers or _REQUESTS
    client = connect(
        profile=asked.aws_profile,
        region=asked.region,
        endpoint_url=asked.endpoint_url,
        workers=workers,
        anonymous=asked.no_sign_request,
    )
    found = s3.scan(
        client,
        bucket,
        prefix,
        workers=workers,
        budget=asked.budget_calls,
        journal=asked.resume,
        say=say,
    )
    return placed(found, own)


def _inventory(asked: Asked, say: "Callable[[str], None]") -> "Profile":
    from opskit.storage.profile import inventory

    manifest = asked.what.removeprefix("inventory:")
    _named(manifest, "inventory:manifest.json or inventory:s3://bucket/key")
    _check_region(asked.region)
    return inventory.read(
        manifest,
        engine=asked.engine,
        profile=asked.aws_profile,
        region=asked.region,
        endpoint_url=asked.endpoint_url,
        verify=asked.verify or None,
        say=say,
    )


def _cloudwatch(asked: Asked, say: "Callable[[str], None]") -> "Profile":
    from opskit.clients import aws
    from opskit.storage.profile import cloudwatch

    bucket = asked.what.removeprefix("cloudwatch:").removeprefix("s3://").rstrip("/")
    _check_bucket(bucket, "cloudwatch:bucket")
    _check_region(asked.region)
    client = aws.client(
        "cloudwatch",
        profile=asked.aws_profile,
        region=asked.region,
        endpoint_url=asked.endpoint_url,
    )
    return cloudwatch.read(client, bucket, region=asked.region, say=say)


def _athena(asked: Asked, say: "Callable[[str], None]") -> "Profile | None":
    from opskit.clients import aws
    from opskit.errors import UsageError
    from opskit.output import confirm
    from opskit.storage.profile import athena

    if not asked.table or asked.what:
        raise UsageError(
            "with --engine athena name the --table of the inventory, and nothing else",
            hint="opskit storage profile --engine athena --table s3.inventory "
            "--where \"dt = '2026-11-01-01-00'\"",
        )
    _check_region(asked.region)
    table = athena.Table(asked.table, asked.where)
    client = aws.client("athena", profile=asked.aws_profile, region=asked.region)
    athena.query(client, table)  # what is wrong with it is said before the question
    question = f"Scan some columns of {table}, at {athena.PRICE} US dollars a TB?"
    if not confirm(question, yes=asked.yes):
        return None
    return athena.read(client, table, workgroup=asked.workgroup, output=asked.result, say=say)


def _check_bucket(name: str, wanted: str) -> None:
    """UsageError for what is no name of a bucket; old buckets of Amazon S3 have any of these."""
    from opskit.errors import UsageError

    _named(name, wanted)
    if not _BUCKET.fullmatch(name):
        hint = "names have letters, digits, dots and hyphens; an access point has an alias as name"
        raise UsageError(f"{name[:80]!r} is no name of a bucket", hint=hint)


def _check_region(name: str) -> None:
    from opskit.clients.aws import is_region
    from opskit.errors import UsageError

    if name and not is_region(name):
        raise UsageError(
            f"AWS has no region {name[:40]!r}", where="--region", hint="write it as eu-central-1"
        )


def _named(name: str, wanted: str) -> None:
    from opskit.errors import UsageError

    if not name:
        raise UsageError("no name follows", hint=f"write {wanted}")
