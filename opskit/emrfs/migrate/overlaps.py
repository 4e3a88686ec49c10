"""Who is named by several mappings: whom the order of the mappings decides for."""

from collections.abc import Sequence

from opskit.emrfs.model import Design, RoleMapping
from opskit.emrfs.union.plan import Index


def overlapping(design: Design) -> dict[int, list[str]]:
    """For each mapping, by its index, the users of the directory whom an earlier one takes away
    with another role.
    """
    found: dict[int, list[str]] = {}
    index = Index(design)
    for user, groups in design.directory.users.items():
        for mapping in _hidden(design, index, user, groups):
            found.setdefault(mapping.index, []).append(user)
    return found


def _hidden(design: Design, index: Index, user: str, groups: Sequence[str]) -> list[RoleMapping]:
    mappings, _ = index.of(user, groups)
    first = design.arn(mappings[0].role) if mappings else None
    later = {each.index: each for each in mappings[1:] if design.arn(each.role) != first}
    return list(later.values())


def some(users: Sequence[str]) -> str:
    """A few names of many."""
    more = len(users) - 3
    return ", ".join(users[:3]) + (f" and {more} more" if more > 0 else "")
