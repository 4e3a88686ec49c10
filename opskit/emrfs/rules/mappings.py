"""What the rules on mappings share: identifiers that can be judged, and findings about them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from opskit.emrfs import prefixes
from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.findings import Finding

#: AWS's page on role mappings.
GUIDE = "EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3"
#: Names that a message lists before it counts the rest, and how much of each.
MOST = 3
_LONGEST = 120


def literal(design: Design, *kinds: Kind) -> Iterator[tuple[RoleMapping, Identifier]]:
    """Identifiers in their order, without those that another tool has yet to fill in."""
    for mapping, identifier in design.identifiers():
        if (not kinds or mapping.kind in kinds) and not PLACEHOLDER.search(identifier.text):
            yield mapping, identifier


class Prefix(NamedTuple):
    """A prefix of which the bucket is one that EMRFS takes. `number` counts them from 0, and
    `text` is the prefix as EMRFS keeps it.
    """

    number: int
    mapping: RoleMapping
    identifier: Identifier
    text: str


def usable(design: Design) -> list[Prefix]:
    """The prefixes that EMRFS can compare places with, in their order."""
    found: list[Prefix] = []
    for mapping, identifier in literal(design, Kind.PREFIX):
        text = prefixes.normal(identifier.text)
        if prefixes.BUCKET.fullmatch(text.partition("/")[0]):
            found.append(Prefix(len(found), mapping, identifier, text))
    return found


def about(
    mapping: RoleMapping, message: str, identifier: Identifier | None = None, **more: Any
) -> Finding:
    """A finding on a mapping, at one of its identifiers where that is given."""
    place = identifier.location if identifier is not None else None
    return Finding(message, object=mapping.label, location=place or mapping.location, **more)


def role_name(design: Design, mapping: RoleMapping) -> str:
    """What messages call the role of a mapping."""
    return design.arn(mapping.role).name


def same_role(design: Design, one: RoleMapping, other: RoleMapping) -> bool:
    return one.role == other.role or design.arn(one.role) == design.arn(other.role)


def shown(text: str) -> str:
    """An identifier in a message: cut where nobody would read on."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def listed(texts: Sequence[str]) -> str:
    """`ana, bob, eve and 4 more`."""
    more = len(texts) - MOST
    return ", ".join(map(shown, texts[:MOST])) + (f" and {more} more" if more > 0 else "")
