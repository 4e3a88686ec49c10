"""Users and their groups, from what was said or from the directory; and people who are alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from opskit.emrfs.model import Design, Kind
from opskit.emrfs.resolve import Resolver

#: How a user is called of whom nothing is known; parentheses are in no user's name.
ANYONE = "(anyone else)"


def groups_for(design: Design, user: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """The groups that count for a user: those given, else the directory's, else none."""
    return tuple(given) if given else design.directory.groups_of(user) or ()


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

    Two groups are enough: the first mapping of each design is found by one group each.
    """
    resolvers = Resolver(before), Resolver(after)
    found: dict[tuple[int | None, int | None], Alike] = {}
    for user, groups in _known(before, after):
        first = resolvers[0].by_name(user, groups[0]), resolvers[1].by_name(user, groups[1])
        _add(found, first, user, groups[0]).labels.append(user)
    if before.directory.complete and after.directory.complete:
        return list(found.values())
    for user, several, label in _strangers(before, after):
        first = resolvers[0].by_name(user, several), resolvers[1].by_name(user, several)
        if len(several) < 2 or first not in found:
            _add(found, first, user, several).labels.append(label)
    return list(found.values())


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


def _strangers(before: Design, after: Design) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """A user, groups and what they are called: nobody in the directories, mapped or not."""
    known = {*before.directory.users, *after.directory.users}
    users = [name for name in _mapped((before, after), Kind.USER) if name not in known]
    groups = _mapped((before, after), Kind.GROUP)
    for user in users:
        yield user, (), user
    yield from ((ANYONE, (group,), f"members of {group}") for group in groups)
    yield ANYONE, (), ANYONE
    both = "all" in (before.groups, after.groups)
    pairs = list(combinations(groups, 2)) if both else []
    yield from ((ANYONE, pair, f"members of {pair[0]} and {pair[1]}") for pair in pairs)
    if "primary" in (before.groups, after.groups):
        turned = ((second, first) for first, second in pairs)
        yield from ((ANYONE, pair, f"members of {pair[0]} and {pair[1]}") for pair in turned)
    for user in users:
        for group in groups:
            yield user, (group, group), f"{user} in {group}"


def _mapped(designs: Sequence[Design], kind: Kind) -> list[str]:
    """The identifiers of a kind in all of the designs, each once."""
    texts = (identifier.text for design in designs for _, identifier in design.identifiers(kind))
    return list(dict.fromkeys(texts))
