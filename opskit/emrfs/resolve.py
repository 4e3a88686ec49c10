"""Which mapping decides: the first from the top that matches the user, a group or the prefix."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from opskit.emrfs import prefixes
from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.model import Design, Groups, Identifier, Kind, PrefixMatch, RoleMapping
from opskit.emrfs.prefixes import Path, Spans


class Hit(NamedTuple):
    """The mapping that decided and the identifier that matched."""

    mapping: RoleMapping
    identifier: Identifier


class Skipped(NamedTuple):
    """A mapping that was passed over, and why."""

    mapping: RoleMapping
    why: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the mappings say for one user and path. `hit` is None where the base role is left.

    A resolution ends at the mapping that decides: those below it are not looked at. `doubt` is a
    mapping above, whose identifiers another tool still has to fill in: it may decide instead.
    """

    hit: Hit | None
    skipped: tuple[Skipped, ...]
    doubt: RoleMapping | None = None

    @property
    def fallback(self) -> bool:
        return self.hit is None


def resolve(
    design: Design,
    user: str,
    groups: Sequence[str],
    path: Path,
    *,
    prefix_match: PrefixMatch | None = None,
    group_match: Groups | None = None,
) -> Resolution:
    """Walk the mappings from the top. The switches are the design's unless they are given."""
    match = prefix_match or design.prefix_match
    counted = _counted(groups, group_match or design.groups)
    skipped: list[Skipped] = []
    doubt = None
    for mapping in design.mappings:
        identifier = _matching(mapping, user, counted, path, match)
        if identifier is not None:
            return Resolution(Hit(mapping, identifier), tuple(skipped), doubt)
        skipped.append(Skipped(mapping, _why_not(mapping, user, counted, len(groups), path)))
        if doubt is None and is_open(mapping):
            doubt = mapping
    return Resolution(None, tuple(skipped), doubt)


def is_open(mapping: RoleMapping) -> bool:
    """Whether another tool still has to fill in an identifier, as in `${Groups}`."""
    return any(PLACEHOLDER.search(identifier.text) for identifier in mapping.identifiers)


def first_open(design: Design) -> int | None:
    """The index of the first mapping that is open: what is decided below it is not certain."""
    return next((mapping.index for mapping in design.mappings if is_open(mapping)), None)


def matching(
    design: Design, mapping: RoleMapping, user: str, groups: Sequence[str], path: Path
) -> Identifier | None:
    """The identifier of one mapping that matches, whatever stands above it."""
    counted = _counted(groups, design.groups)
    return _matching(mapping, user, counted, path, design.prefix_match)


def _counted(groups: Sequence[str], group_match: Groups) -> tuple[str, ...]:
    return tuple(groups[:1] if group_match == "primary" else groups)


def _matching(
    mapping: RoleMapping, user: str, groups: Sequence[str], path: Path, match: PrefixMatch
) -> Identifier | None:
    for identifier in mapping.identifiers:
        if (
            (mapping.kind is Kind.USER and identifier.text == user)
            or (mapping.kind is Kind.GROUP and identifier.text in groups)
            or (
                mapping.kind is Kind.PREFIX
                and prefixes.matches(prefixes.normal(identifier.text), path.text, match)
            )
        ):
            return identifier
    return None


def _why_not(
    mapping: RoleMapping, user: str, groups: Sequence[str], all_groups: int, path: Path
) -> str:
    """One sentence; long lists of identifiers are cut."""
    names = ", ".join(identifier.text for identifier in mapping.identifiers[:3])
    more = len(mapping.identifiers) - 3
    names += f" and {more} more" if more > 0 else ""
    if mapping.kind is Kind.USER:
        return f"it is for the user {names}, not {user}"
    if mapping.kind is Kind.PREFIX:
        return f"{path.uri} is not below {names}"
    if not groups:
        return f"it is for the group {names}; {user} is in no group that is known"
    if len(groups) < all_groups:
        return f"it is for the group {names}; the primary group of {user} is {groups[0]}"
    return f"it is for the group {names}; {user} is in {', '.join(groups)}"


class Resolver:
    """The same answer for many users and paths, from indexes instead of a walk.

    `by_name` and `by_path` give the index of the first mapping that matches, None for none.
    """

    def __init__(
        self,
        design: Design,
        *,
        prefix_match: PrefixMatch | None = None,
        group_match: Groups | None = None,
    ) -> None:
        self.design = design
        self.match = prefix_match or design.prefix_match
        self._primary = (group_match or design.groups) == "primary"
        self._users = self._first(Kind.USER)
        self._groups = self._first(Kind.GROUP)

    def _first(self, kind: Kind) -> dict[str, int]:
        found: dict[str, int] = {}
        for mapping, identifier in self.design.identifiers(kind):
            found.setdefault(identifier.text, mapping.index)
        return found

    @cached_property
    def spans(self) -> Spans:
        """The texts of paths cut at the prefixes of the mappings."""
        listed = (
            (prefixes.normal(identifier.text), mapping.index)
            for mapping, identifier in self.design.identifiers(Kind.PREFIX)
        )
        return Spans.of(listed, self.match)

    def by_name(self, user: str, groups: Sequence[str]) -> int | None:
        """The first mapping for the user or one of the groups."""
        counted = groups[:1] if self._primary else groups
        found = [self._groups[group] for group in counted if group in self._groups]
        if user in self._users:
            found.append(self._users[user])
        return min(found, default=None)

    def matching(self, user: str, groups: Sequence[str]) -> list[int]:
        """Every mapping that is the first for the user or for one of the groups, in order."""
        counted = groups[:1] if self._primary else groups
        found = {self._groups[group] for group in counted if group in self._groups}
        return sorted(found | {self._users[user]} if user in self._users else found)

    def by_path(self, path: Path) -> int | None:
        """The first mapping for a prefix of the path."""
        return self.spans.at(path.text)

    def index(self, user: str, groups: Sequence[str], path: Path) -> int | None:
        """The mapping that decides; None where the base role is left."""
        named, placed = self.by_name(user, groups), self.by_path(path)
        if named is None or placed is None:
            return placed if named is None else named
        return min(named, placed)
