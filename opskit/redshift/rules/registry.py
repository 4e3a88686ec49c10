"""The registry of the rules on Redshift, and what a rule says beyond `findings.Rule`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from opskit.findings import Finding, Registry, Rule
from opskit.redshift.rules.figures import duration, size
from opskit.redshift.warehouse import CouldNotLookError, Warehouse


class Group(StrEnum):
    """The subjects of the rules, as `opskit redshift check GROUP` takes them."""

    ACCESS = "access"
    COMMITS = "commits"
    LOADING = "loading"
    LOCKS = "locks"
    QUERIES = "queries"
    QUEUES = "queues"
    SERVERLESS = "serverless"
    SPECTRUM = "spectrum"
    STATISTICS = "statistics"
    STORAGE = "storage"
    TABLES = "tables"


@dataclass(frozen=True, slots=True)
class RedshiftRule(Rule):
    """A rule with its group, the queries that it reads and the thresholds that it compares with."""

    group: Group = Group.QUERIES
    reads: tuple[str, ...] = ()
    thresholds: tuple[str, ...] = ()


Check = Callable[[Warehouse], Iterable[Finding]]


class RedshiftRules(Registry[Warehouse]):
    """A rule whose query has no answer finds nothing here: `check` says so once a query."""

    def rule(self, rule: Rule) -> Callable[[Check], Check]:
        register = super().rule(rule)

        def decorate(check: Check) -> Check:
            register(_where_it_can_look(check))
            return check

        return decorate

    def chosen(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[RedshiftRule]:
        return [rule for rule in self.selected(select, ignore) if isinstance(rule, RedshiftRule)]


def _where_it_can_look(check: Check) -> Check:
    def looked(warehouse: Warehouse) -> Iterator[Finding]:
        try:
            yield from list(check(warehouse))
        except CouldNotLookError:
            return

    return looked


RULES = RedshiftRules()


def finding(
    message: str,
    *,
    object: str = "",  # noqa: A002
    observed: str = "",
    expected: str = "",
    seconds: float | None = None,
    gigabytes: float | None = None,
    sql: str | Sequence[str] = (),
    reversible: bool | None = None,
    undo: str = "",
    advice: str = "",
    **more: Any,
) -> Finding:
    """What a rule on Redshift saw.

    `seconds` and `gigabytes` are what it costs over the window, where that can be computed. `sql`
    is what mends it, one statement each, and `reversible` whether that can be taken back (`undo`
    says how, and is empty where there is nothing to undo); `advice` stands in the fix where no
    statement mends it.
    """
    statements = [sql] if isinstance(sql, str) else list(sql)
    return Finding(
        message,
        object=object,
        observed=observed,
        expected=expected,
        fix="\n".join([*statements, *([f"-- {advice}"] if advice and statements else [])])
        or advice,
        data={
            "cost": {"seconds": _rounded(seconds), "gigabytes": _rounded(gigabytes)},
            "sql": statements,
            "reversible": reversible,
            "undo": undo,
            **more,
        },
        told=_told(seconds, gigabytes, reversible, undo),
    )


def _told(
    seconds: float | None, gigabytes: float | None, reversible: bool | None, undo: str
) -> dict[str, str]:
    """What people are told of the cost and of the way back."""
    costs = [duration(seconds)] if seconds else []
    costs += [size(gigabytes)] if gigabytes else []
    back = undo or ("cannot be undone" if reversible is False else "")
    return {label: text for label, text in (("cost", ", ".join(costs)), ("undo", back)) if text}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
