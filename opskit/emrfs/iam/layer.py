"""One kind of policies of a caller, made ready for one action and asked about resources.

All that does not depend on the resource is judged once: actions, principals, and conditions on
keys that do not vary. Statements that surely do not apply are dropped there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from opskit.emrfs.iam.conditions import Ready, holds, prepared
from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.index import NONE, Patterns
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.truth import Truth, some
from opskit.emrfs.iam.variables import Lookup, Pattern, substitute


class Kind(StrEnum):
    """What a policy is attached to. Each has elements that it needs and that it must not have."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"


class Verdict(NamedTuple):
    """Whether the policies deny and whether they allow, and the statements that do."""

    deny: Truth = Truth.NO
    denier: Statement | None = None
    allow: Truth = Truth.NO
    allower: Statement | None = None


#: What policies say that are not known.
UNKNOWN = Verdict(Truth.MAYBE, None, Truth.MAYBE, None)
NOTHING = Verdict()


class Case(NamedTuple):
    """A statement with what is settled about it: `settled`, and its patterns for resources, which
    are those it is not about where it is `negated`. `left` are conditions on keys that vary.
    """

    settled: Truth
    statement: Statement
    patterns: tuple[Pattern | None, ...]
    negated: bool
    left: tuple[tuple[str, Ready], ...] = ()


class Loose:
    """A case that is asked by itself."""

    __slots__ = ("_least", "_left", "_maybe", "_negated", "_settled", "_sure")

    def __init__(self, case: Case) -> None:
        self._settled, self._negated, self._left = case.settled, case.negated, case.left
        self._sure, self._maybe = Patterns(), Patterns()
        for pattern in case.patterns:
            if pattern is not None:
                (self._sure if pattern.sure else self._maybe).add(pattern.text, 0)
        # a variable without a value fits nothing, and leaves NotResource open
        self._least = Truth.MAYBE if case.negated and None in case.patterns else Truth.NO

    def holds(self, resource: str, lookup: Lookup) -> Truth:
        """Whether the statement applies."""
        if self._sure.first(resource) != NONE:
            reached = Truth.YES
        elif self._maybe and self._maybe.first(resource) != NONE:
            reached = Truth.MAYBE
        else:
            reached = self._least
        found = reached.negated if self._negated else reached
        if found is not Truth.NO:
            found = min(found, self._settled)
            for key, ready in self._left:
                found = min(found, ready(lookup(key)))
        return found


#: From a resource and its keys to a number: twice the place of the first statement that applies
#: for sure; one more than twice where that is not sure; NONE.
Ask = Callable[[str, Lookup], int]


class Side:
    """The statements of one effect. Those whose resources alone are open are looked up."""

    __slots__ = ("_loose", "_maybe", "_sure", "ask", "statements")

    def __init__(self, cases: Iterable[Case]) -> None:
        self.statements: list[Statement] = []
        self._sure, self._maybe = Patterns(), Patterns()
        self._loose: list[tuple[int, Loose]] = []
        for case in cases:
            self._add(2 * len(self.statements), case)
            self.statements.append(case.statement)
        simple = not self._loose and not self._maybe
        self.ask: Ask = self._sure.first if simple else self._ask

    def _add(self, number: int, case: Case) -> None:
        if case.left or case.negated:
            self._loose.append((number, Loose(case)))
            return
        for pattern in case.patterns:
            if pattern is not None:
                sure = pattern.sure and case.settled is Truth.YES
                kept = self._sure if sure else self._maybe
                kept.add(pattern.text, number if sure else number + 1)

    def _ask(self, resource: str, lookup: Lookup) -> int:
        sure = self._sure.first(resource)
        maybe = NONE
        for number, case in self._loose:
            if number > sure:
                break
            found = case.holds(resource, lookup)
            if found is Truth.YES:
                sure = number
            elif found is Truth.MAYBE:
                maybe = min(maybe, number + 1)
        return sure if sure != NONE else min(maybe, self._maybe.first(resource))

    def told(self, answer: int) -> tuple[Truth, Statement | None]:
        """What an answer of `ask` means."""
        if answer == NONE:
            return Truth.NO, None
        return Truth.MAYBE if answer & 1 else Truth.YES, self.statements[answer >> 1]


class Layer:
    """Policies, ready to be asked.

    `principal` says for a statement whether it names the caller; None for policies that name
    nobody. Conditions on the keys in `varying` are left open, and judged by what `ask` is given.
    """

    __slots__ = ("_allow", "_blind", "_deny")

    def __init__(
        self,
        policies: Sequence[Policy],
        request: Request,
        kind: Kind = Kind.IDENTITY,
        principal: Callable[[Statement], Truth] | None = None,
        varying: frozenset[str] = frozenset(),
    ) -> None:
        found = list(_cases(policies, request, kind, principal, varying))
        self._deny, self._allow = (
            Side(
                case
                for case in found
                if case.statement.effect == effect or case.statement.effect_unknown
            )
            for effect in ("Deny", "Allow")
        )
        self._blind = any(policy.faults for policy in policies)

    @property
    def asks(self) -> list[Ask]:
        """What has to be asked about a resource: what all of them answer decides."""
        return [side.ask for side in (self._deny, self._allow) if side.statements]

    def ask(self, resource: str, lookup: Lookup) -> Verdict:
        deny, denier = self._deny.told(self._deny.ask(resource, lookup))
        allow, allower = self._allow.told(self._allow.ask(resource, lookup))
        if self._blind:
            deny, allow = max(deny, Truth.MAYBE), max(allow, Truth.MAYBE)
        return Verdict(deny, denier, allow, allower)


def _cases(
    policies: Sequence[Policy],
    request: Request,
    kind: Kind,
    principal: Callable[[Statement], Truth] | None,
    varying: frozenset[str],
) -> Iterator[Case]:
    def lookup(key: str) -> tuple[str, ...] | None:
        return values(request, key)

    action = request.action.lower()
    known: dict[tuple[str, ...], Truth] = {}
    for policy in policies:
        for statement in policy.statements:
            settled = min(acts(statement, action, known), well_formed(statement, kind))
            if settled is not Truth.NO and principal is not None:
                settled = min(settled, principal(statement))
            if settled is Truth.NO:
                continue
            left: list[tuple[str, Ready]] = []
            for condition in statement.conditions:
                if condition.key.lower() in varying:
                    left.append((condition.key, prepared(condition, policy.version, lookup)))
                elif settled is not Truth.NO:
                    settled = min(settled, holds(condition, policy.version, lookup))
            if settled is not Truth.NO:
                found = tuple(_patterns(statement, policy.version, kind, lookup))
                negated = statement.not_resources is not None and kind is not Kind.TRUST
                yield Case(settled, statement, found, negated, tuple(left))


def acts(statement: Statement, action: str, known: dict[tuple[str, ...], Truth]) -> Truth:
    """Whether a statement is about an action, in lower case. `known` keeps answers."""
    listed = statement.actions if statement.actions is not None else statement.not_actions
    if listed is None:
        return Truth.MAYBE
    found = known.get(listed)
    if found is None:
        found = known[listed] = some(_acts(each.lower(), action) for each in listed)
    return found if statement.actions is not None else found.negated


def _acts(written: str, action: str) -> Truth:
    if "${" in written or "{{" in written:
        return Truth.MAYBE
    pattern = written.replace("\\", "\\\\")
    if written != "*" and ":" not in written:
        # it is no action, which is a fault; it may be meant for the one of this name
        return min(Truth.MAYBE, Truth.of(matches(pattern, action.partition(":")[2])))
    return Truth.of(matches(pattern, action))


def well_formed(statement: Statement, kind: Kind) -> Truth:
    """MAYBE for what IAM would not take in a policy of this kind."""
    names = statement.principals is not None or statement.not_principals is not None
    places = statement.resources is not None or statement.not_resources is not None
    good = {
        Kind.IDENTITY: places and not names,
        Kind.RESOURCE: places and names,
        Kind.TRUST: names and not places,
    }[kind]
    return Truth.YES if good and not statement.faults else Truth.MAYBE


def _patterns(
    statement: Statement, version: str, kind: Kind, lookup: Lookup
) -> Iterator[Pattern | None]:
    """The resources of a statement; all where it has none."""
    listed = statement.resources if statement.resources is not None else statement.not_resources
    if listed is None or kind is Kind.TRUST:
        yield Pattern("*")
        return
    for written in listed:
        yield substitute(written, version, lookup, wild=True)
