"""The places that a design is about: the prefixes it maps, and the buckets its roles are for."""

from collections.abc import Iterable, Iterator

from opskit.emrfs import prefixes
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.prefixes import BUCKET, Path


def mapped(design: Design) -> list[Path]:
    """The prefixes of the mappings as places, each once."""
    texts = (prefixes.normal(each.text) for _, each in design.identifiers(Kind.PREFIX))
    return list(dict.fromkeys(_place(text) for text in texts if text))


def known(design: Design) -> list[Path]:
    """The mapped prefixes, the buckets that policies of the roles name, and those of the design."""
    policies = [
        policy
        for role in [*design.every_role(), *([design.base_role] if design.base_role else [])]
        for policy in role.permissions or ()
    ]
    buckets = [*buckets_of(policies), *design.buckets]
    return list(dict.fromkeys([*mapped(design), *(Path(bucket, "") for bucket in buckets)]))


def _place(text: str) -> Path:
    bucket, _, key = text.partition("/")
    return Path(bucket, key)


def buckets_of(policies: Iterable[Policy]) -> Iterator[str]:
    """Buckets that ARNs in the policies name in full."""
    for policy in policies:
        for statement in policy.statements:
            for resource in statement.resources or ():
                parts = resource.split(":", 5)
                if len(parts) == 6 and parts[2] == "s3":
                    bucket = parts[5].partition("/")[0]
                    if BUCKET.fullmatch(bucket):
                        yield bucket
