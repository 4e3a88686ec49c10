"""What came of policy tests, as a report: a finding for each case that fails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from opskit.documents import Document
from opskit.emrfs.cases.document import CasesDocument
from opskit.emrfs.cases.run import Outcome, Runner, unnoticed
from opskit.emrfs.cases.swaps import Witness
from opskit.emrfs.explain import decision_fields
from opskit.emrfs.model import NOTICE, Design
from opskit.findings import Finding, Registry, Report, Rule, Severity

SCHEMA = "opskit.emrfs.test/1"
_REFERENCE = "opskit schema emrfs-cases"


@dataclass(frozen=True, slots=True)
class Run:
    """Outcomes against a design, and the swaps that went unnoticed."""

    design: Design
    outcomes: Sequence[Outcome]
    swaps: Sequence[tuple[int, Witness]] = field(default=())


CASES: Registry[Run] = Registry()


def run(design: Design, cases: CasesDocument, document: Document, *, mutate: bool) -> Report:
    """Run the cases, and with `mutate` look for swaps of neighbours that none would notice."""
    runner = Runner(design)
    outcomes = runner.run(cases, document)
    swaps = list(unnoticed(runner, outcomes)) if mutate else []
    findings = CASES.run(Run(design, outcomes, swaps))
    return Report(
        SCHEMA,
        findings,
        len(outcomes),
        unit="case",
        extra={"cases": [_case(each) for each in outcomes], "notice": NOTICE},
        passed=[each.case.title for each in outcomes if each.passed],
    )


def _case(outcome: Outcome) -> dict[str, Any]:
    got, case = outcome.got, outcome.case
    return {
        "name": case.title,
        "user": case.user,
        "path": case.path,
        "action": case.action,
        "passed": outcome.passed,
        "role": None if got.role is None else str(got.role.arn),
        "mapping": None if got.mapping is None else got.mapping.index,
        "iam": decision_fields(got.decision),
        "reason": got.reason,
    }


def _finding(outcome: Outcome, what: str, expected: str, observed: str) -> Finding:
    return Finding(
        f"{outcome.case.title}: {what}",
        object=outcome.case.title,
        location=outcome.location,
        observed=observed,
        expected=expected,
        data={"case": outcome.index},
        told={"decided by": outcome.got.reason},
    )


@CASES.rule(
    Rule(
        "EMR101",
        Severity.ERROR,
        title="a policy test gets another role",
        why="The first mapping that matches gives the role; a mapping was added, moved or lost, or "
        "the user's groups are others.",
        fix="mend the mappings, or the case if the change was meant",
        reference=_REFERENCE,
    )
)
def other_role(run: Run) -> Iterator[Finding]:
    """The role, before what IAM makes of it."""
    for outcome in run.outcomes:
        if not outcome.role_fits and not outcome.got.unsure:
            got = outcome.got.role_name
            expected = outcome.case.expect.role or ""
            yield _finding(outcome, f"the role is {got}, not {expected}", expected, got)


@CASES.rule(
    Rule(
        "EMR102",
        Severity.ERROR,
        title="a policy test gets another decision",
        why="IAM decides otherwise than the case expects: a policy, a trust or a key has changed.",
        fix="mend the policy that 'decided by' names, or the case if the change was meant",
        reference=_REFERENCE,
    )
)
def other_decision(run: Run) -> Iterator[Finding]:
    """Decisions that are known."""
    for outcome in run.outcomes:
        if not outcome.decision_fits and outcome.known:
            got, expected = outcome.got.decision.effect.words, outcome.case.expect.decision or ""
            yield _finding(outcome, f"{got}, not {expected}", expected, got)


@CASES.rule(
    Rule(
        "EMR103",
        Severity.ERROR,
        title="a policy test passes for another reason",
        why="Role and decision may be right by chance, and stay so only until the next change.",
        fix="mend what decides, or the reason in the case",
        reference=_REFERENCE,
    )
)
def other_reason(run: Run) -> Iterator[Finding]:
    """The reason alone differs: with another role or decision it always does."""
    for outcome in run.outcomes:
        if not outcome.reason_fits and outcome.role_fits and outcome.decision_fits:
            expected = outcome.case.expect.reason or ""
            what = f"{expected!r} is no part of what decides"
            yield _finding(outcome, what, expected, outcome.got.reason)


@CASES.rule(
    Rule(
        "EMR104",
        Severity.UNKNOWN,
        title="a policy test that could not be decided",
        why="A policy that is not known, or a condition on what is not known here, decides.",
        fix="add the missing policies to the file, or expect `unknown`",
        reference=_REFERENCE,
    )
)
def undecided(run: Run) -> Iterator[Finding]:
    """Unknown is never counted as what was expected."""
    for outcome in run.outcomes:
        if not outcome.known:
            expected = outcome.case.expect.decision or outcome.case.expect.role or ""
            why = outcome.got.decision.why
            yield _finding(outcome, f"could not be decided: {why}", expected, "unknown")


@CASES.rule(
    Rule(
        "EMR110",
        Severity.WARNING,
        title="a swap of two mappings that no policy test notices",
        why="The order of mappings decides who gets what. If no test fails when two are swapped, "
        "a change that swaps them by accident passes as well.",
        fix="add a case for somebody whom both mappings match",
        reference=_REFERENCE,
    )
)
def blind_spot(run: Run) -> Iterator[Finding]:
    """Neighbours whose order matters to somebody."""
    for index, found in run.swaps:
        upper, lower = run.design.mappings[index : index + 2]
        yield Finding(
            f"no case notices if {upper.label} ({upper.role}) and {lower.label} ({lower.role}) "
            "swap places",
            object=upper.label,
            location=upper.location,
            observed=f"{found.words} would get {lower.role}",
            expected=f"a case that expects {upper.role} there",
        )
