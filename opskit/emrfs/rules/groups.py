"""Rules on users that several mappings match: the order decides, or the primary group."""

from collections.abc import Iterator, Sequence

from opskit.emrfs.model import Design, Kind, RoleMapping
from opskit.emrfs.resolve import Resolver
from opskit.emrfs.rules.mappings import GUIDE, about, listed, role_name, same_role
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity


@RULES.rule(
    Rule(
        "EMR013",
        Severity.WARNING,
        title="users in several mapped groups: the order decides",
        why="A user's groups are never united: of several mapped ones the first from the top gives "
        "the role, and what the roles of the others permit is denied.",
        fix="put the group whose role permits more first, map such users by name before the "
        "groups, or merge the roles ('opskit emrfs union')",
        reference=GUIDE,
    )
)
def order_decides(design: Design) -> Iterator[Finding]:
    """Told once for each two mappings, at the one that does not decide.

    A user's own mapping in front of those of the groups is meant to decide.
    """
    mappings = {mapping.index: mapping for mapping in design.mappings}
    matching = Resolver(design).matching
    found: dict[tuple[int, int], list[str]] = {}
    for user, groups in design.directory.users.items():
        indexes = matching(user, groups)
        if indexes and mappings[indexes[0]].kind is not Kind.USER:
            for index in indexes[1:]:
                found.setdefault((indexes[0], index), []).append(user)
    for (first, index), users in found.items():
        winner, loser = mappings[first], mappings[index]
        if same_role(design, winner, loser):
            continue
        yield about(
            loser,
            f"{loser.label}: {_get(users)} {role_name(design, winner)} from {winner.label} "
            f"({_whom(winner)}), not {role_name(design, loser)}",
            observed=f"{_whom(winner)}, then {_whom(loser)}",
            expected="one mapping for each user",
        )


@RULES.rule(
    Rule(
        "EMR014",
        Severity.WARNING,
        title="a secondary group may not match",
        why="Whether EMRFS compares all groups of a user or the primary one alone is a setting "
        "(fs.s3.authorization.ugi.groupName.enabled) of which AWS does not document the default.",
        fix="make the mapped group the primary one, map such users by name, or try it on a cluster",
        reference="fs.s3.authorization.ugi.groupName.enabled in emrfs-site; not documented",
    )
)
def secondary_group(design: Design) -> Iterator[Finding]:
    """Told once for each two outcomes, and only where they are two roles."""
    mappings = {mapping.index: mapping for mapping in design.mappings}
    by_all = Resolver(design, group_match="all").by_name
    by_primary = Resolver(design, group_match="primary").by_name
    found: dict[tuple[int, int | None], list[str]] = {}
    for user, groups in design.directory.users.items():
        every, primary = by_all(user, groups), by_primary(user, groups)
        if every is not None and every != primary:
            found.setdefault((every, primary), []).append(user)
    for (every, other), users in found.items():
        mapping = mappings[every]
        instead = None if other is None else mappings[other]
        if instead is not None and same_role(design, mapping, instead):
            continue
        role = "the base role" if instead is None else role_name(design, instead)
        yield about(
            mapping,
            f"{mapping.label}: {_get(users)} {role_name(design, mapping)} by a secondary group; "
            f"if the primary group alone counts, {role}",
            observed=f"{len(users)} by a secondary group",
            expected="the primary group",
        )


def _get(users: Sequence[str]) -> str:
    return f"{listed(users)} {'get' if len(users) > 1 else 'gets'}"


def _whom(mapping: RoleMapping) -> str:
    return f"{mapping.kind.value.lower()} {listed([each.text for each in mapping.identifiers])}"
