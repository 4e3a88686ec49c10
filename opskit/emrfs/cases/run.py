"""Policy tests run: what each case expects against what the design says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from opskit.documents import Document
from opskit.emrfs.access import assume_decision, doubted, limited
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.cases.document import BASE, Case, CasesDocument
from opskit.emrfs.cases.swaps import Witness, witness
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.model import Design, Role, RoleMapping
from opskit.emrfs.people import groups_for
from opskit.emrfs.prefixes import path as place
from opskit.emrfs.resolve import Resolver, is_open, matching, resolve
from opskit.findings import Location

_DENIED = (Effect.DENY, Effect.IMPLICIT_DENY)


@dataclass(frozen=True, slots=True)
class Got:
    """What a case gets: `mapping` and `identifier` are None where the base role decides. The role
    is `unsure` where a mapping above, which another tool has yet to fill in, gives another one.
    """

    role: Role | None
    mapping: RoleMapping | None
    identifier: str | None
    decision: Decision
    unsure: bool = False

    @property
    def role_name(self) -> str:
        """The role as reports name it."""
        name = self.role.name if self.role else "the base role, which the file does not name"
        return name if self.mapping else f"{name} (the base role)" if self.role else name

    @property
    def reason(self) -> str:
        """What decides: the mapping with its identifier, the statement, and why."""
        parts = ["no mapping matches: base role"]
        if self.mapping is not None:
            kind = self.mapping.kind.value.lower()
            parts = [f"{self.mapping.label} {kind} {self.identifier}"]
        if self.decision.statement is not None:
            parts.append(self.decision.statement.label)
        if self.decision.why:
            parts.append(self.decision.why)
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case and what came of it; it passes where all three are true. `known` is False where
    IAM's decision is unknown and another one was expected, or the role is not sure and one was.
    """

    index: int
    case: Case
    got: Got
    role_fits: bool
    decision_fits: bool
    reason_fits: bool
    location: Location

    @property
    def passed(self) -> bool:
        return self.role_fits and self.decision_fits and self.reason_fits

    @property
    def known(self) -> bool:
        if self.got.unsure and self.case.expect.role is not None:
            return False
        return self.decision_fits or self.got.decision.effect is not Effect.UNKNOWN


class Runner:
    """Cases against one design."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._authorizer = Authorizer(design)

    def run(self, cases: CasesDocument, document: Document) -> list[Outcome]:
        """Every case, in order."""
        return [
            self.outcome(index, case, self.ask(case), document.location(("cases", index)))
            for index, case in enumerate(cases.cases)
        ]

    def outcome(self, index: int, case: Case, got: Got, location: Location) -> Outcome:
        """What a case makes of an answer."""
        expect = case.expect
        return Outcome(
            index,
            case,
            got,
            expect.role is None or (self._is_role(expect.role, got) and not got.unsure),
            expect.decision is None or _fits(expect.decision, got.decision.effect),
            expect.reason is None or expect.reason.lower() in got.reason.lower(),
            location,
        )

    def ask(self, case: Case) -> Got:
        """The answer to a case."""
        groups = groups_for(self.design, case.user, case.groups)
        found = resolve(self.design, case.user, groups, place(case.path))
        mapping, identifier = (
            (found.hit.mapping, found.hit.identifier.text) if found.hit else (None, None)
        )
        got = self._got(case, mapping, identifier)
        if found.doubt is None:
            return got
        above = [each.mapping for each in found.skipped if is_open(each.mapping)]
        arns = {self.design.arn(each.role) for each in above}
        unsure = mapping is None or arns != {self.design.arn(mapping.role)}
        return replace(got, decision=doubted(found.doubt), unsure=unsure)

    def ask_from(self, case: Case, start: int) -> Got | None:
        """The answer if the mapping number `start` stood on top; None where it does not match."""
        groups = groups_for(self.design, case.user, case.groups)
        mapping = self.design.mappings[start]
        alone = matching(self.design, mapping, case.user, groups, place(case.path))
        return None if alone is None else self._got(case, mapping, alone.text)

    def _got(self, case: Case, mapping: RoleMapping | None, identifier: str | None) -> Got:
        role = self.design.base_role if mapping is None else self.design.role_of(mapping)
        if role is None:
            unknown = Decision(Effect.UNKNOWN, why="the base role is not known")
            return Got(None, mapping, identifier, unknown)
        assume = None if mapping is None else assume_decision(self.design, mapping.role)
        found = self._authorizer.decide(role, case.action, place(case.path))
        return Got(role, mapping, identifier, limited(found, assume))

    def _is_role(self, expected: str, got: Got) -> bool:
        if expected == BASE:
            return got.mapping is None
        return got.role is not None and self.design.arn(expected) == got.role.arn


def _fits(expected: str, effect: Effect) -> bool:
    return effect in _DENIED if expected == "denied" else effect.value == expected


def unnoticed(runner: Runner, outcomes: Sequence[Outcome]) -> Iterator[tuple[int, Witness]]:
    """The neighbours whose swap no passing case would notice, though it changes who gets what:
    the index of the upper one, and somebody who would.

    A swap moves only requests that both mappings match, and that no mapping above them takes.
    """
    deciders: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.passed and outcome.got.mapping is not None:
            deciders.setdefault(outcome.got.mapping.index, []).append(outcome)
    resolver = Resolver(runner.design)
    for upper, lower in zip(runner.design.mappings, runner.design.mappings[1:], strict=False):
        if any(_notices(runner, each, lower.index) for each in deciders.get(upper.index, ())):
            continue
        found = witness(resolver, upper, lower)
        if found is not None:
            yield upper.index, found


def _notices(runner: Runner, outcome: Outcome, lower: int) -> bool:
    got = runner.ask_from(outcome.case, lower)
    if got is None:
        return False
    return not runner.outcome(outcome.index, outcome.case, got, outcome.location).passed
