"""Users and their groups, from what was said or from the directory."""

from collections.abc import Sequence

from opskit.emrfs.model import Design


def groups_for(design: Design, user: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """The groups that count for a user: those given, else the directory's, else none."""
    return tuple(given) if given else design.directory.groups_of(user) or ()
