"""Who may do what where: users by paths by actions.

Mappings answer to a user's name and groups, or to a path; so each user and each path is looked up
once, and what remains for a pair is the smaller of two numbers. IAM sees the role, never the
user: it is asked once for each role, path and action.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from opskit.emrfs.access import assume_decision, doubted, limited
from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.model import Design, Kind, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver, first_open

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")


class Person(NamedTuple):
    """A user and the groups that count."""

    user: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The answers. `rows[person][path]` is a number into `answers`: pairs with the same number
    have the same role and the same decisions.
    """

    people: Sequence[Person]
    paths: Sequence[Path]
    actions: Sequence[str]
    rows: Sequence[Sequence[int]]
    answers: Sequence["Answer"]

    def cells(self) -> Iterator[tuple[Person, Path, "Answer"]]:
        """Every pair of a person and a path, with its answer."""
        for person, row in zip(self.people, self.rows, strict=True):
            for path, number in zip(self.paths, row, strict=True):
                yield person, path, self.answers[number]


@dataclass(frozen=True, slots=True)
class Answer:
    """The role at a path (None where it is not known), the index of the mapping that gives it
    (None for the base role), and a decision for each action.
    """

    role: Role | None
    mapping: int | None
    decisions: tuple[Decision, ...]


def matrix(
    design: Design,
    people: Sequence[Person],
    paths: Sequence[Path],
    actions: Sequence[str] = ACTIONS,
) -> Matrix:
    """Every person at every path. UsageError for an action that is none of S3's."""
    resolver = Resolver(design)
    last = len(design.mappings)  # the number of the base role
    placed = [_number(resolver.by_path(path), last) for path in paths]
    desk = _Desk(design, paths, actions, first_open(design))
    by_name: dict[int, list[int]] = {}
    rows = []
    for person in people:
        named = _number(resolver.by_name(person.user, person.groups), last)
        row = by_name.get(named)
        if row is None:
            row = [desk.number(min(named, place), at) for at, place in enumerate(placed)]
            by_name[named] = row
        rows.append(row)
    return Matrix(people, paths, actions, rows, desk.answers)


def _number(index: int | None, last: int) -> int:
    return last if index is None else index


@dataclass(slots=True)
class _Desk:
    """Answers for mappings at paths, each made once."""

    design: Design
    paths: Sequence[Path]
    actions: Sequence[str]
    doubt: int | None
    answers: list[Answer] = field(default_factory=list)
    _numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    _roles: dict[int, tuple[Role | None, Decision | None]] = field(default_factory=dict)
    _authorizer: Authorizer | None = None

    def number(self, mapping: int, at: int) -> int:
        """The number of the answer for a mapping's role at a path."""
        found = self._numbers.get((mapping, at))
        if found is None:
            found = self._numbers[mapping, at] = len(self.answers)
            self.answers.append(self._answer(mapping, self.paths[at]))
        return found

    def _answer(self, mapping: int, path: Path) -> Answer:
        if self._authorizer is None:
            self._authorizer = Authorizer(self.design)
        role, assume = self._role(mapping)
        index = mapping if mapping < len(self.design.mappings) else None
        if self.doubt is not None and self.doubt < mapping:
            unsure = doubted(self.design.mappings[self.doubt])
            return Answer(role, index, (unsure,) * len(self.actions))
        if role is None:
            unknown = Decision(Effect.UNKNOWN, why="the base role is not known")
            return Answer(None, index, (unknown,) * len(self.actions))
        decide = self._authorizer.decide
        decisions = tuple(limited(decide(role, each, path), assume) for each in self.actions)
        return Answer(role, index, decisions)

    def _role(self, mapping: int) -> tuple[Role | None, Decision | None]:
        """The role of a mapping, and whether it can be assumed."""
        if mapping not in self._roles:
            if mapping == len(self.design.mappings):
                self._roles[mapping] = (self.design.base_role, None)
            else:
                written = self.design.mappings[mapping].role
                assume = assume_decision(self.design, written)
                self._roles[mapping] = (self.design.role(written), assume)
        return self._roles[mapping]


def everyone(design: Design) -> list[Person]:
    """The users of the directory and of the mappings; then, where there may be others, a member of
    each mapped group that has none of these, and one who is in no mapped group.
    """
    users = dict(design.directory.users)
    for mapping, identifier in design.identifiers():
        if mapping.kind is Kind.USER:
            users.setdefault(identifier.text, ())
    people = [Person(user, tuple(groups)) for user, groups in users.items()]
    if design.directory.complete:
        return people
    known = {group for person in people for group in person.groups}
    groups = dict.fromkeys(each.text for _, each in design.identifiers(Kind.GROUP))
    members = [
        Person(f"(members of {group})", (group,))
        for group in groups
        if group not in known and not PLACEHOLDER.search(group)
    ]
    return [*people, *members, ANYONE]


#: Somebody in no mapped group, and in no mapping by name: parentheses are in no user's name.
ANYONE = Person("(anyone else)", ())
