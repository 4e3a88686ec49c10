"""For people whom several mappings name: one role that may do what all of their roles may.

EMRFS takes the first mapping that matches, and never unites groups. A mapping for the people
themselves, in front of the first that names them, gives them a role with the policies of all.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from typing import Any

from opskit.emrfs.build.size import ATTACHED, MANAGED, compact, size
from opskit.emrfs.model import Design, Kind, Role, RoleMapping
from opskit.emrfs.union.merge import merged
from opskit.emrfs.union.pack import TooLargeError, packed
from opskit.emrfs.union.rules import Rule, document, keys_on_the_caller, rules_of

PREFIX = "emrfs-union"
_NAME = re.compile(r"[^\w+=,.@-]+", re.ASCII)
_LONGEST = 64
#: Groups that the name of a role tells.
_SHOWN = 6


@dataclass(slots=True)
class Union:
    """What people with the same roles get.

    `before` is the index of the first mapping that names one of them. `documents` are the managed
    policies, none where it does not `fit`; `needs` is how many it takes, at least. `problem` says
    what keeps the roles from being merged; `known` is False where too little is known of them.
    """

    role: str
    users: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[Role, ...]
    before: int
    documents: list[dict[str, Any]] = field(default_factory=list)
    needs: int = 0
    problem: str = ""
    known: bool = True
    notes: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        return not self.problem

    @property
    def characters(self) -> int:
        return sum(map(size, self.documents))


def plan(
    design: Design, people: Mapping[str, Sequence[str]], *, policies: int = ATTACHED
) -> list[Union]:
    """A union for each set of roles that several people or one have, in the order of the mappings.

    `people` maps users to their groups; those with one role or none are left out. `policies` is
    how many managed policies a role may have.
    """
    found: dict[tuple[int, tuple[str, ...]], Union] = {}
    index = Index(design)
    for user, groups in people.items():
        mappings, names = index.of(user, groups)
        arns = tuple(dict.fromkeys(str(design.arn(mapping.role)) for mapping in mappings))
        if len(arns) > 1:
            before = mappings[0].index
            each = found.get((before, arns))
            if each is None:
                roles = tuple(map(design.role, arns))
                each = found[before, arns] = Union("", (), (), roles, before)
            each.users += (user,) if user else ()
            each.names = tuple(dict.fromkeys((*each.names, *names)))
    unions = [found[key] for key in sorted(found)]
    _name(unions)
    rules = cache(lambda arn: _rules(design.role(arn)))
    for each in unions:
        _fill(each, [rules(str(role.arn)) for role in each.roles], policies)
        each.notes += _outside(design, each)
    return unions


class Index:
    """The mappings of users and groups, by their names."""

    def __init__(self, design: Design) -> None:
        self._found: dict[tuple[Kind, str], list[RoleMapping]] = {}
        for kind in (Kind.USER, Kind.GROUP):
            for mapping, identifier in design.identifiers(kind):
                self._found.setdefault((kind, identifier.text), []).append(mapping)

    def of(self, user: str, groups: Iterable[str]) -> tuple[list[RoleMapping], list[str]]:
        """The mappings that match somebody, from the top, and the names that match."""
        keys = [(Kind.USER, user), *((Kind.GROUP, group) for group in dict.fromkeys(groups))]
        hits = [(mapping, key[1]) for key in keys for mapping in self._found.get(key, ())]
        hits.sort(key=lambda hit: hit[0].index)
        return [mapping for mapping, _ in hits], [name for _, name in hits]


def _name(unions: list[Union]) -> None:
    """Names that IAM takes, each another: long ones and doubles end in a part of a hash."""
    taken: Counter[str] = Counter()
    for each in unions:
        words = (_NAME.sub("-", name).strip("-") for name in each.names[:_SHOWN])
        each.role = "-".join([PREFIX, *filter(None, words)])
        taken[each.role.lower()] += 1
    for each in unions:
        if len(each.role) > _LONGEST or len(each.names) > _SHOWN or taken[each.role.lower()] > 1:
            text = compact([each.before, *(str(role.arn) for role in each.roles)])
            digest = hashlib.sha256(text.encode()).hexdigest()[:8]
            each.role = f"{each.role[: _LONGEST - 9].rstrip('-')}-{digest}"


def _rules(role: Role) -> list[Rule] | str:
    """The rules of a role, or why they cannot be merged with others."""
    if role.permissions is None:
        return f"what {role.name} may do is not known"
    if role.boundary is not None:
        return f"{role.name} has a permissions boundary, which would not hold for the others"
    try:
        return [rule for policy in role.permissions for rule in rules_of(policy)]
    except ValueError as error:
        return f"{role.name}: {error}"


def _fill(union: Union, found: list[list[Rule] | str], policies: int) -> None:
    """The policies, or what keeps them from being made."""
    lists = [each for each in found if not isinstance(each, str)]
    problems = [each for each in found if isinstance(each, str)]
    if problems:
        union.problem = problems[0]
        union.known = not any(role.permissions is None for role in union.roles)
        return
    rules = merged(rule for each in lists for rule in each)
    union.needs = ceil(sum(rule.length for rule in rules) / MANAGED)
    if union.needs <= policies:
        try:
            bins = packed(rules)
        except TooLargeError as error:
            union.problem = str(error)
            return
        union.needs = len(bins)
        union.documents = [document(each) for each in bins]
    if union.needs > policies:
        union.documents = []
        union.problem = f"it needs {union.needs} managed policies; a role takes {policies}"
    union.notes += _notes(union, lists, rules)


def _notes(union: Union, found: list[list[Rule]], rules: list[Rule]) -> Iterator[str]:
    deniers = [
        role.name
        for role, own in zip(union.roles, found, strict=True)
        if any(rule.effect == "Deny" for rule in own)
    ]
    if deniers:
        yield (
            f"what {', '.join(deniers)} denies is denied to the union too, whatever the other "
            "roles allow"
        )
    keys = keys_on_the_caller(rules)
    if keys:
        yield f"its policies depend on {', '.join(keys)}: the new role has other values there"


def _outside(design: Design, union: Union) -> Iterator[str]:
    """Policies of buckets and keys that name one of the roles do not name the new one."""
    holders = [
        *((f"bucket {each.name}", each.policy) for each in design.buckets.values()),
        *((f"key {each.arn}", each.policy) for each in design.keys.values()),
    ]
    for what, policy in holders:
        text = compact(policy.source) if policy is not None else ""
        named = [role.name for role in union.roles if str(role.arn) in text]
        if named:
            yield f"the policy of the {what} names {', '.join(named)}, and not the new role"
