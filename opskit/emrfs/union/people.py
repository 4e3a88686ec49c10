"""For whom a union is made: those in the directory, or those that are named."""

from collections.abc import Sequence

from opskit.emrfs.model import Design
from opskit.errors import UsageError

#: Stands for people of whom only the groups are given.
NOBODY = ""


def people_for(
    design: Design, users: Sequence[str], groups: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Users and their groups. UsageError for users of whom no groups are known."""
    if groups:
        return dict.fromkeys(users or _in_all(design, groups) or [NOBODY], tuple(groups))
    if not users:
        return dict(design.directory.users)
    unknown = [user for user in users if design.directory.groups_of(user) is None]
    if unknown:
        raise UsageError(
            f"the groups of {', '.join(unknown[:5])} are not known",
            hint="give them with --groups, or put the users into 'directory'",
        )
    return {user: design.directory.groups_of(user) or () for user in users}


def _in_all(design: Design, groups: Sequence[str]) -> list[str]:
    """The users of the directory who are in all of the groups."""
    return [user for user, own in design.directory.users.items() if set(groups) <= set(own)]
