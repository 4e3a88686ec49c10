"""Rules, findings, reports: what decides order, selection and exit status."""

from collections.abc import Iterator

import pytest

from opskit.errors import ExitCode, UsageError
from opskit.findings import FailOn, Finding, Location, Registry, Report, Rule, Severity


def rule(code: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(code, severity, "a title", "a reason", "a fix", "a reference")


@pytest.fixture
def registry() -> Registry[list[int]]:
    """RUL001 reports numbers above 9, RUL002 warns of odd ones, at the line of that number."""
    made: Registry[list[int]] = Registry()

    @made.rule(rule("RUL002", Severity.WARNING))
    def odd(numbers: list[int]) -> Iterator[Finding]:
        for line in numbers:
            if line % 2:
                yield Finding("odd", location=Location("f", line))

    @made.rule(rule("RUL001"))
    def large(numbers: list[int]) -> Iterator[Finding]:
        for line in numbers:
            if line > 9:
                yield Finding("large", location=Location("f", line), fix="smaller")

    return made


def codes(found: list[Finding]) -> list[tuple[str, int]]:
    return [(f.rule, f.location.line or 0) for f in found if f.location]


def test_findings_come_by_place_and_then_worst_first(registry: Registry[list[int]]) -> None:
    assert codes(registry.run([11, 3, 12])) == [
        ("RUL002", 3),
        ("RUL001", 11),
        ("RUL002", 11),
        ("RUL001", 12),
    ]


def test_a_finding_gets_what_its_rule_says_and_keeps_what_it_knows_better(
    registry: Registry[list[int]],
) -> None:
    large, odd = registry.run([11])
    assert (large.severity, large.fix, large.reference) == (
        Severity.ERROR,
        "smaller",
        "a reference",
    )
    assert (odd.severity, odd.fix) == (Severity.WARNING, "a fix")


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        ((), (), ["RUL001", "RUL002"]),
        (("RUL",), (), ["RUL001", "RUL002"]),
        (("RUL002",), (), ["RUL002"]),
        ((), ("RUL002",), ["RUL001"]),
        (("RUL00",), ("RUL001",), ["RUL002"]),
    ],
)
def test_select_and_ignore_take_prefixes(
    registry: Registry[list[int]],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    left: list[str],
) -> None:
    assert [r.code for r in registry.selected(select, ignore)] == left


@pytest.mark.parametrize("code", ["RUL003", "X", "rul001", "RUL0011"])
def test_a_code_that_no_rule_has_is_refused_with_a_suggestion(
    registry: Registry[list[int]], code: str
) -> None:
    with pytest.raises(UsageError) as error:
        registry.selected([code])
    assert code in error.value.message
    assert "opskit rule" in error.value.hint


def test_a_code_can_be_registered_once() -> None:
    registry: Registry[None] = Registry()
    registry.rule(rule("RUL001"))(lambda model: [])
    with pytest.raises(ValueError, match="twice"):
        registry.rule(rule("RUL001"))


E, W, N, U = Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.UNKNOWN


@pytest.mark.parametrize(
    ("severities", "fail_on", "exit_zero", "status"),
    [
        ([], FailOn.ERROR, False, ExitCode.OK),
        ([E], FailOn.ERROR, False, ExitCode.NO),
        ([W], FailOn.ERROR, False, ExitCode.OK),
        ([W], FailOn.WARNING, False, ExitCode.NO),
        ([N], FailOn.WARNING, False, ExitCode.OK),
        ([N], FailOn.INFO, False, ExitCode.NO),
        ([E, W], FailOn.NEVER, False, ExitCode.OK),
        ([E], FailOn.ERROR, True, ExitCode.OK),
        # What could not be looked at is never OK, and never hides what was found.
        ([U], FailOn.ERROR, False, ExitCode.UNKNOWN),
        ([U], FailOn.NEVER, False, ExitCode.UNKNOWN),
        ([U], FailOn.INFO, True, ExitCode.UNKNOWN),
        ([U, W], FailOn.ERROR, False, ExitCode.UNKNOWN),
        ([U, E], FailOn.ERROR, False, ExitCode.NO),
    ],
)
def test_exit_status(
    severities: list[Severity], fail_on: FailOn, exit_zero: bool, status: ExitCode
) -> None:
    report = Report("s/1", [Finding("m", severity=severity) for severity in severities])
    assert report.exit_code(fail_on, exit_zero=exit_zero) is status


def test_a_finding_that_no_registry_stamped_counts_as_not_looked_at() -> None:
    report = Report("s/1", [Finding("m")])
    assert report.summary() == {"error": 0, "warning": 0, "info": 0, "unknown": 1}
    assert report.exit_code() is ExitCode.UNKNOWN
