"""Who may have been behind a session: those whom the old file gives the role at the place."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from opskit.emrfs.diff.sides import Side
from opskit.emrfs.people import alike
from opskit.emrfs.prefixes import Path
from opskit.emrfs.replay.sessions import Session

#: What the nodes do by themselves with the base role: logs, bootstrap actions, daemons.
CLUSTER = "the cluster itself"


class Candidate(NamedTuple):
    """People who get one mapping in the old file and one in the new (None for the base role)."""

    labels: tuple[str, ...]
    old: int | None
    new: int | None


class Candidates:
    """Everybody there may be, found by what the old file gives them. There may be as many kinds of
    people as pairs of groups: nobody is looked at who does not get the role.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._known = {*old.design.directory.users, *new.design.directory.users}
        #: Labels, by the first mapping that finds the people by name in each file.
        self._people: dict[int | None, dict[int | None, list[str]]] = {}
        for each in alike(old.design, new.design):
            before, after = each.first
            self._people.setdefault(before, {}).setdefault(after, []).extend(each.labels)
        self._mappings: dict[str, list[int]] = {}
        for mapping in old.design.mappings:
            name = old.design.arn(mapping.role).name
            self._mappings.setdefault(name, []).append(mapping.index)
        self._kept: dict[tuple[Session, int | None, int | None], list[Candidate]] = {}

    def mappings(self, asked: Session) -> list[int]:
        """The mappings of the old file to the role of a session of EMRFS."""
        design = self._old.design
        return [
            index
            for index in self._mappings.get(asked.role, ())
            if asked.of(design.arn(design.mappings[index].role))
        ]

    def at(self, asked: Session, path: Path) -> list[Candidate]:
        """Those who get the role of a session at a place."""
        old, new = self._old.resolver.by_path(path), self._new.resolver.by_path(path)
        kept = (asked, old, new)
        if kept not in self._kept:
            self._kept[kept] = list(self._found(asked, old, new))
        return self._kept[kept]

    def _found(self, asked: Session, old: int | None, new: int | None) -> Iterator[Candidate]:
        """`old` and `new` are the mappings by prefix."""
        labels: dict[tuple[int | None, int | None], list[str]] = {}
        for index in self._indexes(asked, old):
            for people in self._getting(index, old):
                for first, names in people.items():
                    labels.setdefault((index, smaller(first, new)), []).extend(names)
        for (index, then), names in labels.items():
            yield Candidate(tuple(names), index, then)
        if asked.instance:
            yield Candidate((CLUSTER,), None, None)

    def _indexes(self, asked: Session, old: int | None) -> list[int | None]:
        """The mappings that may have given the role where `old` is the one by prefix."""
        if asked.instance:
            return [None] if old is None else []
        return [index for index in self.mappings(asked) if old is None or index <= old]

    def _getting(self, index: int | None, old: int | None) -> Iterable[dict[int | None, list[str]]]:
        """Those who get a mapping where `old` is the one by prefix."""
        if index is None or index != old:
            return [self._people[index]] if index in self._people else []
        return [people for first, people in self._people.items() if first is None or first > index]

    def narrowed(self, found: list[Candidate], active: frozenset[str] | None) -> list[Candidate]:
        """Those who ran something at the time (None: not known); all, where nobody of them did.
        Who is in no directory may be any of the users who are in none.
        """
        if active is None:
            return found
        strangers = not active <= self._known
        left = []
        for each in found:
            labels = tuple(
                label
                for label in each.labels
                if (label in active if label in self._known else strangers or label == CLUSTER)
            )
            if labels:
                left.append(each._replace(labels=labels))
        people = any(each.labels != (CLUSTER,) for each in left)
        return left if people or not found else found


def smaller(one: int | None, other: int | None) -> int | None:
    """The mapping that comes first; None for no mapping."""
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)
