"""What every check returns: rules, findings and the report that holds them.

A check reads its input into a plain model and runs the rules of a `Registry` over it. A rule is
a small function from the model to findings; the registry stamps each finding with the rule's
code, severity and reference, so that the function says only what it saw.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Generic, NamedTuple, TypeVar

from opskit.errors import ExitCode, UsageError
from opskit.severity import FailOn as FailOn
from opskit.severity import Severity as Severity

Model = TypeVar("Model")


class Location(NamedTuple):
    """A place in a file; line and column count from 1 and are None where they mean nothing."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is checked, and why it matters.

    `fixable` says that the check's `--fix` can mend it without changing what is meant.
    """

    code: str
    severity: Severity
    title: str
    why: str
    fix: str
    reference: str
    fixable: bool = False


@dataclass(slots=True)
class Finding:
    """What one rule saw in one place.

    A rule's function fills `message`, `object`, `location`, `observed` and `expected`, and any of
    the others where it knows better than its `Rule`; `data` holds what a domain adds to the JSON,
    and `told` what it tells people beside it, by a label. `fixable` says that the check's `--fix`
    mends this one.
    """

    message: str
    object: str = ""
    location: Location | None = None
    observed: str = ""
    expected: str = ""
    fix: str = ""
    rule: str = ""
    severity: Severity | None = None
    reference: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    fixable: bool = False

    @property
    def level(self) -> Severity:
        """The severity; a finding that no registry stamped counts as could not look."""
        return self.severity or Severity.UNKNOWN


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one check. `schema` is the JSON schema name, `opskit.<group>.<command>/1`.

    `checked` counts what was looked at and `unit` names it, for the closing line on stderr.
    `extra` is what a domain adds to the JSON of the whole; `passed` names what was found to be
    fine, where that is counted one by one: JUnit lists it under the names of the findings' objects.
    """

    schema: str
    findings: Sequence[Finding]
    checked: int = 0
    unit: str = "file"
    extra: Mapping[str, Any] = field(default_factory=dict)
    passed: Sequence[str] | None = None

    def summary(self) -> dict[str, int]:
        """How many findings of each severity."""
        counts = dict.fromkeys(("error", "warning", "info", "unknown"), 0)
        for finding in self.findings:
            counts[finding.level] += 1
        return counts

    def exit_code(self, fail_on: FailOn = FailOn.ERROR, *, exit_zero: bool = False) -> ExitCode:
        """1 for findings from `fail_on` up, else 3 where something could not be looked at."""
        levels = {finding.level for finding in self.findings}
        if not exit_zero and any(fail_on.covers(level) for level in levels):
            return ExitCode.NO
        return ExitCode.UNKNOWN if Severity.UNKNOWN in levels else ExitCode.OK


Check = Callable[[Model], Iterable[Finding]]


class Registry(Generic[Model]):
    """The rules of one domain, in the order of their codes."""

    def __init__(self) -> None:
        self._checks: dict[str, tuple[Rule, Check[Model]]] = {}

    def rule(self, rule: Rule) -> Callable[[Check[Model]], Check[Model]]:
        """Register a check under its rule; used as a decorator."""
        if rule.code in self._checks:
            raise ValueError(f"rule {rule.code} is registered twice")

        def register(check: Check[Model]) -> Check[Model]:
            self._checks[rule.code] = (rule, check)
            return check

        return register

    @property
    def rules(self) -> list[Rule]:
        return [self._checks[code][0] for code in sorted(self._checks)]

    def knows(self, prefix: str) -> bool:
        """Whether a rule's code starts so."""
        return any(code.startswith(prefix) for code in self._checks)

    def selected(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Rule]:
        """The rules that the code prefixes in `select` (all by default) and `ignore` leave."""
        self._refuse_unknown([*select, *ignore])
        wanted, unwanted = tuple(select) or ("",), tuple(ignore)
        return [
            rule
            for rule in self.rules
            if rule.code.startswith(wanted) and not (unwanted and rule.code.startswith(unwanted))
        ]

    def _refuse_unknown(self, prefixes: Iterable[str]) -> None:
        for prefix in prefixes:
            if not prefix or not self.knows(prefix):
                close = get_close_matches(prefix.upper(), self._checks, n=1, cutoff=0.75)
                meant = f"did you mean {close[0]}? " if close else ""
                raise UsageError(
                    f"no rule is called {prefix!r}", hint=f"{meant}'opskit rule' lists them"
                )

    def run(
        self, model: Model, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
    ) -> list[Finding]:
        """The findings of the selected rules over `model`, by file and line, worst first there."""
        found: list[Finding] = []
        for rule in self.selected(select, ignore):
            for finding in self._checks[rule.code][1](model):
                _stamp(rule, finding)
                found.append(finding)
        return sorted(found, key=place)


def _stamp(rule: Rule, finding: Finding) -> None:
    """Fill in what the finding leaves to its rule."""
    from opskit.redact import masked  # compiles expressions; settings need severities alone

    finding.rule = rule.code
    finding.severity = finding.severity or rule.severity
    finding.fix = finding.fix or rule.fix
    finding.reference = finding.reference or rule.reference
    finding.message = masked(finding.message)
    finding.observed = masked(finding.observed)
    finding.expected = masked(finding.expected)


def place(finding: Finding) -> tuple[str, int, int, int, str]:
    """Sort key: where a finding stands, then how bad it is."""
    at = finding.location or Location("")
    return (at.file, at.line or 0, at.column or 0, finding.level.rank, finding.rule)


def worst_first(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings by severity, then by place."""
    return iter(sorted(findings, key=lambda f: (f.level.rank, place(f))))
