"""The places that a design is about: the prefixes it maps, and the buckets its roles are for."""

import re
from collections.abc import Iterable, Iterator

from opskit.emrfs import prefixes
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.prefixes import BUCKET, Path

_WILD = re.compile(r"[*?$]")


def mapped(design: Design) -> list[Path]:
    """The prefixes of the mappings as places, each once."""
    texts = (prefixes.normal(each.text) for _, each in design.identifiers(Kind.PREFIX))
    return list(dict.fromkeys(_place(text) for text in texts if text))


def known(design: Design) -> list[Path]:
    """The mapped prefixes, the buckets and folders that policies of the roles name, and the buckets
    of the design.
    """
    policies = [
        policy
        for role in [*design.every_role(), *([design.base_role] if design.base_role else [])]
        for policy in role.permissions or ()
    ]
    buckets = (Path(bucket, "") for bucket in design.buckets)
    return list(dict.fromkeys([*mapped(design), *_named(policies), *buckets]))


def _place(text: str) -> Path:
    bucket, _, key = text.partition("/")
    return Path(bucket, key)


def buckets_of(policies: Iterable[Policy]) -> Iterator[str]:
    """Buckets that ARNs in the policies name in full."""
    return (path.bucket for path in _named(policies))


def _named(policies: Iterable[Policy]) -> Iterator[Path]:
    """Buckets that ARNs in the policies name in full, with the folder that they name there."""
    for policy in policies:
        for statement in policy.statements:
            for resource in statement.resources or ():
                parts = resource.split(":", 5)
                if len(parts) == 6 and parts[2] == "s3":
                    bucket, _, key = parts[5].partition("/")
                    if BUCKET.fullmatch(bucket):
                        folder, slash, _ = _WILD.split(key, maxsplit=1)[0].rpartition("/")
                        yield Path(bucket, folder + slash)
