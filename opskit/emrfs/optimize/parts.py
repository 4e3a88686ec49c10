"""Mappings while they are optimized: what is left of each, and which have become one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.emrfs.resolve import is_open


@dataclass(eq=False, slots=True)
class Part:
    """The mappings it was made of, the first of which gives its form, and the identifiers that are
    left. `role` is comparable. `is_open` says that another tool fills in identifiers: nothing is
    known of whom or what they match.
    """

    members: list[RoleMapping]
    identifiers: list[Identifier]
    role: str
    is_open: bool

    @property
    def kind(self) -> Kind:
        return self.members[0].kind

    @property
    def index(self) -> int:
        return self.members[0].index

    @property
    def label(self) -> str:
        return self.members[0].label


class Step(NamedTuple):
    """One change, and why nobody notices. `mapping` is as it was; `other` is the one that it goes
    into (merge) or behind (move).
    """

    action: Literal["drop", "merge", "move"]
    mapping: RoleMapping
    identifiers: tuple[str, ...]
    other: RoleMapping | None
    why: str


def parts(design: Design) -> list[Part]:
    """Every mapping as a part of its own."""
    return [
        Part([each], list(each.identifiers), str(design.arn(each.role)), is_open(each))
        for each in design.mappings
    ]


def labels(mappings: Iterable[RoleMapping], most: int = 3) -> str:
    """A list of mappings, cut where it gets long."""
    listed = [mapping.label for mapping in mappings]
    if len(listed) > most:
        return f"{', '.join(listed[:most])} and {len(listed) - most} more"
    return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
