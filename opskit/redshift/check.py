"""The check of a warehouse: ask the queries that the rules read, run the rules, rank, report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from opskit.errors import UsageError
from opskit.findings import Finding, Report
from opskit.redshift import thresholds
from opskit.redshift.queries import Library
from opskit.redshift.rules import RULES
from opskit.redshift.rules.access import LOGS_REACH, SEES_ALL
from opskit.redshift.rules.lookups import NOT_LOOKED
from opskit.redshift.rules.registry import Group, RedshiftRule
from opskit.redshift.source import Source
from opskit.redshift.warehouse import Warehouse, ask

SCHEMA = "opskit.redshift.check/1"
WINDOW = timedelta(days=1)
#: The groups whose rules read logs over the window.
_LOGS = (Group.COMMITS, Group.LOADING, Group.QUERIES, Group.QUEUES)
#: To rank seconds and gigabytes together: what a scan at 100 MB/s takes.
SECONDS_A_GIGABYTE = 10.0


def look(
    source: Source,
    queries: Iterable[str],
    *,
    window: timedelta = WINDOW,
    limits: Mapping[str, float] | None = None,
    library: Library | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Warehouse:
    """Ask the named queries, those of them that there are for this engine."""
    library = library or Library()
    now = source.now()
    since = now - window
    names = [name for name in dict.fromkeys(queries) if library.has(name, source.engine)]
    asked = [library.find(name, source.engine) for name in names]
    answers = ask(source, asked, lambda query: query.bound(since, now), progress)
    in_force = thresholds.parse({}) if limits is None else limits
    return Warehouse(source.engine, since, now, in_force, answers)


def check(
    source: Source,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    window: timedelta = WINDOW,
    limits: Mapping[str, float] | None = None,
    library: Library | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Report:
    """Ask what the selected rules read, and run them: `look` and `judge` in one."""
    rules = chosen(select, ignore)
    reads = (query for rule in rules for query in rule.reads)
    warehouse = look(
        source, reads, window=window, limits=limits, library=library, progress=progress
    )
    return judge(warehouse, rules)


def chosen(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[RedshiftRule]:
    """The selected rules, and those that say what these do not see: who asks, how far logs reach.

    `ignore` leaves them out.
    """
    rules = RULES.chosen(select, ignore)
    if not rules:
        raise UsageError("no rule is left to check", hint="take something out of --ignore")
    if not select:
        return rules
    sight = [SEES_ALL, *([LOGS_REACH] if any(r.group in _LOGS for r in rules) else [])]
    return RULES.chosen([*(rule.code for rule in rules), *sight], ignore)


def judge(warehouse: Warehouse, rules: Sequence[RedshiftRule]) -> Report:
    """The findings of the rules, worst first, and what of that they read could not be looked at."""
    read = {query for rule in rules for query in rule.reads}
    answers = {query: a for query, a in warehouse.answers.items() if query in read}
    warehouse = replace(warehouse, answers=answers)
    wanted = {NOT_LOOKED, *(rule.code for rule in rules)}
    return Report(
        SCHEMA,
        sorted(RULES.run(warehouse, select=sorted(wanted)), key=rank),
        checked=len(rules),
        unit="rule",
        extra={
            "engine": warehouse.engine,
            "since": warehouse.since,
            "until": warehouse.now,
        },
    )


def rank(finding: Finding) -> tuple[int, float, str, str, str]:
    """Sort key: how bad, then what it costs, dearest first, then by rule and object."""
    cost = finding.data.get("cost") or {}
    weight = (cost.get("seconds") or 0.0) + SECONDS_A_GIGABYTE * (cost.get("gigabytes") or 0.0)
    return (finding.level.rank, -weight, finding.rule, finding.object, finding.message)


def codes(words: Sequence[str]) -> list[str]:
    """Codes of rules for what was typed: codes, their beginnings, or names of groups."""
    found: list[str] = []
    for word in (part for text in words for part in text.split(",")):
        if word.lower() in list(Group):
            found += [r.code for r in RULES.chosen() if r.group == word.lower()]
        elif word and RULES.knows(word.upper()):
            found.append(word.upper())
        else:  # an empty one is a shell variable that is not set, and does not mean everything
            raise UsageError(
                f"no rule and no group is called {word[:80]!r}",
                hint=f"groups: {', '.join(Group)}; 'opskit rule' lists the rules",
            )
    return found


def window_of(text: str) -> timedelta:
    """A length of time as in `90m`, `24h`, `7d`; UsageError for anything else."""
    number, unit = text[:-1], text[-1:]
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if not number.isdigit() or not int(number) or unit not in units or len(number) > 6:
        raise UsageError(f"no length of time: {text[:40]!r}", hint="as in 90m, 24h or 7d")
    return timedelta(**{units[unit]: int(number)})


def at_time(text: str) -> datetime:
    """A time in UTC; UsageError for anything else."""
    from datetime import UTC

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"no time: {text[:40]!r}", hint="as in 2026-01-31T04:00") from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
