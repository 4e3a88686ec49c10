"""Whose denial it was: the role behind a session, the mappings that give it, and their users."""

from collections.abc import Sequence

from opskit.emrfs.access import assume_decision, limited
from opskit.emrfs.arns import RoleArn
from opskit.emrfs.denied.denial import Principal
from opskit.emrfs.denied.fault import DENIED, Judge
from opskit.emrfs.denied.verdict import Candidate
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.matrix import Person, everyone
from opskit.emrfs.model import Design, Kind, Role, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver, matching


class Who:
    """Look-ups in one design."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._resolver = Resolver(design)
        self._people = everyone(design)
        roles = [*([design.base_role] if design.base_role else []), *design.every_role()]
        roles += design.roles.values()
        self._roles: dict[tuple[str, str], Role] = {}
        for role in roles:
            self._roles.setdefault((role.arn.account, role.name), role)

    def role(self, principal: Principal) -> Role:
        """The role behind a session; a session does not say the role's path."""
        name = principal.role
        for account in (principal.account, ""):
            if (account, name) in self._roles:
                return self._roles[account, name]
        partition = principal.arn.split(":")[1]
        return Role(RoleArn.parse(f"arn:{partition}:iam::{principal.account}:role/{name}"))

    def is_base(self, role: Role) -> bool:
        base = self._design.base_role
        return base is not None and base.arn == role.arn

    def mappings(self, role: Role, place: Path | None) -> tuple[RoleMapping, ...]:
        """Those that give a role; for prefixes only where they cover the place."""
        return tuple(
            mapping
            for mapping in self._design.mappings
            if self._design.arn(mapping.role) == role.arn
            and (
                mapping.kind is not Kind.PREFIX
                or place is None
                or matching(self._design, mapping, "", (), place) is not None
            )
        )

    def users(self, mappings: Sequence[RoleMapping], place: Path | None) -> tuple[str, ...]:
        """Who gets one of the mappings at a place; for no mapping, who falls to the base role."""
        wanted: set[int | None] = {mapping.index for mapping in mappings}
        wanted = wanted or {None}
        return tuple(each.user for each in self._people if self._index(each, place) in wanted)

    def _index(self, person: Person, place: Path | None) -> int | None:
        if place is None:
            return self._resolver.by_name(person.user, person.groups)
        return self._resolver.index(person.user, person.groups, place)

    def candidates(
        self, judge: Judge, place: Path, actions: Sequence[str]
    ) -> tuple[Candidate, ...]:
        """The roles that anybody gets at a place and that are, or may be, denied there."""
        by_index: dict[int | None, list[str]] = {}
        for person in self._people:
            by_index.setdefault(self._index(person, place), []).append(person.user)
        found = []
        for index, users in by_index.items():
            mapping = None if index is None else self._design.mappings[index]
            role = self._design.base_role if mapping is None else self._design.role_of(mapping)
            assume = None if mapping is None else assume_decision(self._design, mapping.role)
            effects = {
                action: limited(judge.s3(role, action, place).decision, assume).effect
                if role
                else Effect.UNKNOWN
                for action in actions
            }
            denied = tuple(action for action, effect in effects.items() if effect in DENIED)
            unknown = tuple(a for a, effect in effects.items() if effect is Effect.UNKNOWN)
            if denied or unknown:
                found.append(Candidate(role, mapping, tuple(users), denied, unknown))
        return tuple(found)
