"""Statements of policies in one form: to be compared, merged and written again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from opskit.emrfs.build.size import compact
from opskit.emrfs.iam.policy import Policy, Statement

#: What replaces the variables of a policy says this version alone.
VERSION = "2012-10-17"
_Condition = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement without its Sid. `but_actions` and `but_resources` say that the lists are
    NotAction and NotResource. Conditions are sorted, and so are their values.
    """

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[_Condition, ...] = ()
    but_actions: bool = False
    but_resources: bool = False

    @property
    def statement(self) -> dict[str, Any]:
        """As JSON; single values without a list."""
        made: dict[str, Any] = {"Effect": self.effect}
        made["NotAction" if self.but_actions else "Action"] = _listed(self.actions)
        made["NotResource" if self.but_resources else "Resource"] = _listed(self.resources)
        if self.conditions:
            found: dict[str, dict[str, Any]] = {}
            for operator, key, values in self.conditions:
                found.setdefault(operator, {})[key] = _listed(values)
            made["Condition"] = found
        return made

    @property
    def length(self) -> int:
        """Characters of the statement."""
        return len(compact(self.statement))

    def with_actions(self, actions: Iterable[str]) -> "Rule":
        return replace(self, actions=tuple(actions))

    def with_resources(self, resources: Iterable[str]) -> "Rule":
        return replace(self, resources=tuple(resources))


def _listed(values: tuple[str, ...]) -> list[str] | str:
    return values[0] if len(values) == 1 else list(values)


def document(rules: Iterable[Rule]) -> dict[str, Any]:
    """A policy with these statements."""
    return {"Version": VERSION, "Statement": [rule.statement for rule in rules]}


def rules_of(policy: Policy) -> list[Rule]:
    """The statements of a policy; ValueError with the reason for what cannot be taken over."""
    if policy.faults:
        raise ValueError(f"{policy.name}: {policy.faults[0]}")
    return [_rule(statement, policy.version) for statement in policy.statements]


def _rule(statement: Statement, version: str) -> Rule:
    problem = next(_problems(statement), "")
    if problem:
        raise ValueError(f"{statement.label}: {problem}")
    actions = statement.not_actions if statement.actions is None else statement.actions
    resources = statement.not_resources if statement.resources is None else statement.resources
    return Rule(
        statement.effect,
        tuple(dict.fromkeys(actions or ())),
        tuple(dict.fromkeys(_current(text, version) for text in resources or ())),
        tuple(
            sorted(
                (
                    each.operator,
                    each.key,
                    tuple(sorted({_current(v, version) for v in each.values})),
                )
                for each in statement.conditions
            )
        ),
        statement.actions is None,
        statement.resources is None,
    )


def _problems(statement: Statement) -> Iterator[str]:
    yield from statement.faults
    if statement.principals is not None or statement.not_principals is not None:
        yield "it has a Principal, which no policy of a role has"
    if not (statement.actions or statement.not_actions):
        yield "it has no actions"
    if not (statement.resources or statement.not_resources):
        yield "it has no resources"


def _current(text: str, version: str) -> str:
    """A text that means the same in a policy of the current version: in older ones `${` is no
    variable.
    """
    return text if version == VERSION else text.replace("${", "${$}{")


def keys_on_the_caller(rules: Iterable[Rule]) -> list[str]:
    """Condition keys and variables that tell one role from another."""
    text = compact([rule.statement for rule in rules]).lower()
    return [key for key in _CALLER if key.lower() in text]


_CALLER = (
    "aws:PrincipalArn",
    "aws:userid",
    "aws:username",
    "aws:PrincipalTag/",
    "aws:SourceIdentity",
)
