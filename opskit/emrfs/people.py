"""Users and their groups, from what was said or from the directory; and people who are alike."""

import sys
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import permutations
from operator import itemgetter
from typing import NamedTuple

from opskit.emrfs.model import Design, Kind
from opskit.emrfs.resolve import Resolver

#: How a user is called of whom nothing is known, and a group that is not mapped; parentheses are
#: in no name.
ANYONE = "(anyone else)"
ANOTHER = "(another group)"


def groups_for(design: Design, user: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """The groups that count for a user: those given, else the directory's, else none."""
    if given is not None:
        return tuple(given)
    return design.directory.groups_of(user) or ()


def doubt(design: Design, user: str, given: Sequence[str] | None) -> str:
    """What to know where the groups of a user are taken for none; empty where they are known."""
    if given is not None or user in design.directory.users:
        return ""
    if not design.directory.users:
        return f"this file knows no users: {user} is taken for somebody in no group; give --group"
    close = get_close_matches(user[:64], design.directory.users, n=1)
    meant = f"; did you mean {close[0]}?" if close else "; give --group"
    return f"{user} is not in the directory and is taken for somebody in no group{meant}"


@dataclass(slots=True)
class Alike:
    """People whom two designs take for the same: `first` is the index of the mapping that finds
    them by name in each, None where none does. `labels` say who they are, one of them is `sample`.
    """

    first: tuple[int | None, int | None]
    sample: tuple[str, tuple[str, ...]]
    labels: list[str] = field(default_factory=list)


def alike(before: Design, after: Design) -> list[Alike]:
    """Everybody there may be, in classes: the users of both directories, and unless both are
    complete, members of the mapped groups and anyone else.

    Two groups are enough: the first mapping of each design is found by one group each. Where one
    design counts the primary group alone, that may also be a group which is not mapped.
    """
    resolvers = Resolver(before), Resolver(after)
    found: dict[tuple[int | None, int | None], Alike] = {}
    for user, groups in _known(before, after):
        first = resolvers[0].by_name(user, groups[0]), resolvers[1].by_name(user, groups[1])
        _add(found, first, user, groups[0]).labels.append(user)
    if before.directory.complete and after.directory.complete:
        return list(found.values())
    for user, several, label in _strangers((before, after), resolvers):
        first = resolvers[0].by_name(user, several), resolvers[1].by_name(user, several)
        if len(several) < 2 or first not in found:
            _add(found, first, user, several).labels.append(label)
    return list(found.values())


def one(before: Design, after: Design, user: str, groups: Sequence[str] | None) -> Alike:
    """One user, with the groups that are given or else those of each directory; without a name
    somebody in those groups.
    """
    several = [groups_for(each, user, groups) for each in (before, after)]
    first = [
        Resolver(each).by_name(user or ANYONE, counted)
        for each, counted in zip((before, after), several, strict=True)
    ]
    label = user or f"members of {' and '.join(several[0])}"
    return Alike((first[0], first[1]), (user or ANYONE, several[0]), [label])


def _add(
    found: dict[tuple[int | None, int | None], Alike],
    first: tuple[int | None, int | None],
    user: str,
    groups: tuple[str, ...],
) -> Alike:
    return found.setdefault(first, Alike(first, (user, groups)))


def _known(
    before: Design, after: Design
) -> Iterator[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Users of the directories and their groups in each; who is in one only is alike in both."""
    users = (before.directory.users, after.directory.users)
    for user in dict.fromkeys([*users[0], *users[1]]):
        old, new = users[0].get(user), users[1].get(user)
        yield user, (new or () if old is None else old, old or () if new is None else new)


def _strangers(
    designs: tuple[Design, Design], resolvers: tuple[Resolver, Resolver]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """A user, groups and what they are called: nobody in the directories, mapped or not."""
    known = {*designs[0].directory.users, *designs[1].directory.users}
    users = [name for name in _mapped(designs, Kind.USER) if name not in known]
    groups = _mapped(designs, Kind.GROUP)
    for user in users:
        yield user, (), user
    yield from ((ANYONE, (group,), f"members of {group}") for group in groups)
    yield ANYONE, (), ANYONE
    counted = {each.groups for each in designs}
    for one, other in _turned(_places(users, groups, resolvers)):
        if one.user or other.user:
            user, group = (one.name, other.name) if one.user else (other.name, one.name)
            yield user, (group, group), f"{user} in {group}"
        elif "all" in counted:
            pair = (one.name, other.name)
            yield ANYONE, pair, f"members of {pair[0]} and {pair[1]}"
    if len(counted) > 1:
        yield from _by_primary(users, groups)


class _Name(NamedTuple):
    """A user or a group, and where it stands first in each design."""

    name: str
    user: bool
    before: int
    after: int


def _places(
    users: Sequence[str], groups: Sequence[str], resolvers: tuple[Resolver, Resolver]
) -> Iterator[_Name]:
    for name in users:
        yield _Name(name, True, *(_place(each.by_name(name, ())) for each in resolvers))
    for name in groups:
        yield _Name(name, False, *(_place(each.by_name(ANYONE, (name,))) for each in resolvers))


def _place(index: int | None) -> int:
    return sys.maxsize if index is None else index


def _turned(names: Iterable[_Name]) -> Iterator[tuple[_Name, _Name]]:
    """Two that one person can be, and that the designs have in different orders."""
    above: dict[bool, list[tuple[int, _Name]]] = {True: [], False: []}
    for name in sorted(names, key=lambda each: (each.before, each.after)):
        for user, listed in above.items():
            if not (user and name.user):
                first = bisect_right(listed, name.after, key=itemgetter(0))
                yield from ((each, name) for _, each in listed[first:] if each.before < name.before)
        insort(above[name.user], (name.after, name))


def _by_primary(
    users: Sequence[str], groups: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Those of whom one design looks at the primary group alone, and the other at all."""
    for first, second in permutations(groups, 2):
        yield ANYONE, (first, second), f"members of {first} and {second}, {first} first"
    for group in groups:
        yield ANYONE, (ANOTHER, group), f"members of {group}, another group first"
        for user in users:
            yield user, (ANOTHER, group), f"{user} in {group}, another group first"


def _mapped(designs: Sequence[Design], kind: Kind) -> list[str]:
    """The identifiers of a kind in all of the designs, each once."""
    texts = (identifier.text for design in designs for _, identifier in design.identifiers(kind))
    return list(dict.fromkeys(texts))
