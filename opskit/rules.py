"""The rules of every domain together: listed, found, explained."""

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from opskit import manifest
from opskit.errors import UsageError
from opskit.findings import Registry, Rule
from opskit.output import Column, Table


def all_rules() -> list[Rule]:
    """Every rule, domain by domain, in the order of the codes."""
    return [rule for name in manifest.RULES for rule in _registry(name).rules]


def _registry(name: str) -> Registry[Any]:
    module, _, attribute = name.partition(":")
    registry: Registry[Any] = getattr(import_module(module), attribute)
    return registry


def find(code: str) -> Rule:
    """The rule of that code, in any case; UsageError with the nearest one where there is none."""
    rules = {rule.code: rule for rule in all_rules()}
    wanted = code.strip().upper()
    if wanted in rules:
        return rules[wanted]
    close = get_close_matches(wanted, rules, n=1, cutoff=0.75)  # at 0.6 STO001 is near RSH001
    meant = f"did you mean {close[0]}? " if close else ""
    raise UsageError(f"no rule is called {code!r}", hint=f"{meant}'opskit rule' lists them")


def table(rules: Sequence[Rule]) -> Table:
    """Rules as rows; JSON holds all that is known of each."""
    rows = [
        {
            "code": rule.code,
            "severity": str(rule.severity),
            "fixable": rule.fixable,
            "title": rule.title,
            "why": rule.why,
            "fix": rule.fix,
            "reference": rule.reference,
        }
        for rule in rules
    ]
    columns = [Column("code"), Column("severity"), Column("fixable"), Column("title")]
    return Table("opskit.rule/1", columns, rows, key="rules")


def page(rule: Rule) -> str:
    """One rule as Markdown that reads well at a terminal."""
    fixable = "\nThe check's `--fix` mends it.\n" if rule.fixable else ""
    return (
        f"# {rule.code}: {rule.title}\n\nSeverity: {rule.severity}\n\n"
        f"## Why\n\n{rule.why}\n\n## How to fix\n\n{rule.fix}\n{fixable}\n"
        f"## Reference\n\n{rule.reference}\n"
    )
