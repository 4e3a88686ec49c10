"""What became worse and what better between two times of captures."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from opskit.errors import InputError
from opskit.output import Table
from opskit.redact import masked
from opskit.redshift.capture import open_capture
from opskit.redshift.check import WINDOW, at_time
from opskit.redshift.diff.pair import notes_on
from opskit.redshift.diff.sides import Side, look

SCHEMA = "opskit.redshift.diff/1"
#: A time or a rate has changed where it is so many times what it was, or one so-many-th.
FACTOR = 1.5
#: Texts with fewer runs on a side have no median worth comparing; seconds that must be at stake.
RUNS, SECONDS = 3, 10.0
#: Points of a percentage, and a share of a size with GB that must be at stake.
POINTS, SHARE, GIGABYTES = 5.0, 0.1, 1.0

_ORDER = ("worse", "better", "changed", "new", "gone")


class Place(NamedTuple):
    """A capture, and a time in it; the newest without."""

    file: Path
    at: datetime | None


class Line(NamedTuple):
    """One difference: of what, in which figure, and how it is to be taken."""

    verdict: str
    kind: str
    object: str
    figure: str
    before: Any
    after: Any
    weight: float


def place(text: str) -> Place:
    """FILE, or FILE@TIME; UsageError where the time is none."""
    file, sign, at = text.rpartition("@")
    if not sign or Path(text).exists():
        return Place(Path(text), None)
    return Place(Path(file), at_time(at))


def diff(first: Place, second: Place, window: timedelta = WINDOW) -> Table:
    """The differences, worst first. Logs are compared over the window before each of the times."""
    with ExitStack() as stack:
        sources = [stack.enter_context(open_capture(p.file, p.at)) for p in (first, second)]
        if len({source.engine for source in sources}) > 1:
            raise InputError(
                f"one is {sources[0].engine}, the other {sources[1].engine}",
                where=str(second.file),
                hint="their views have nothing in common to compare",
            )
        before, after = (look(source, window) for source in sources)
        notes = notes_on(sources, window)
        sides = [
            {"file": source.name, "target": source.contents.target, "at": source.now()}
            for source in sources
        ]
    missed = sorted({*before.unknown, *after.unknown})
    compare = {"queries": _queries, "tables": _tables, "queues": _queues, "loads": _loads}
    lines = [
        line
        for what, compared in compare.items()
        if what not in missed
        for line in compared(before, after)
    ]
    lines.sort(key=lambda d: (_ORDER.index(d.verdict), -d.weight, d.kind, d.object, d.figure))
    rows = [{**line._asdict(), "ratio": _ratio(line.before, line.after)} for line in lines]
    for row in rows:
        del row["weight"]
    columns = ("verdict", "kind", "object", "figure", "before", "after", "ratio")
    extra: dict[str, Any] = {
        "before": sides[0],
        "after": sides[1],
        "window_hours": window.total_seconds() / 3600,
    }
    extra |= {"not_compared": missed, "notes": notes}
    return Table(SCHEMA, columns, rows, key="changes", extra=extra)


def worse(table: Table) -> bool:
    """Whether anything became worse."""
    return any(row["verdict"] == "worse" for row in table.rows)


def notes(table: Table) -> list[str]:
    """Why the two may not be comparable."""
    found = table.extra["notes"]
    return list(found) if isinstance(found, list) else []


def unchanged(table: Table) -> str:
    """What to say where there is no difference: what was compared."""
    sides = [
        f"{side['file']} of {side['at']:%Y-%m-%d %H:%M} UTC"
        for side in (table.extra["before"], table.extra["after"])
        if isinstance(side, dict)
    ]
    return f"no change between {' and '.join(sides)}"


def unknown(table: Table) -> list[str]:
    """What could not be compared."""
    found = table.extra["not_compared"]
    return list(found) if isinstance(found, list) else []


def _ratio(before: Any, after: Any) -> float | None:
    return round(after / before, 2) if before and after is not None else None


def _verdict(before: float, after: float, *, more_is_worse: bool) -> str | None:
    """Whether a figure above 0 changed by the factor, and how that is."""
    if before <= 0 or after <= 0 or 1 / FACTOR < after / before < FACTOR:
        return None
    return "worse" if (after > before) is more_is_worse else "better"


def _queries(before: Side, after: Side) -> Iterator[Line]:
    for key, now in after.queries.items():
        then = before.queries.get(key)
        if then is None or min(then["runs"], now["runs"]) < RUNS:
            continue
        lost = (now["median_us"] - then["median_us"]) * now["runs"] / 1e6
        verdict = _verdict(then["median_us"], now["median_us"], more_is_worse=True)
        label = masked(f"{key[:12]} {' '.join((now['text'] or '').split())[:60]}".strip())
        if verdict and abs(lost) >= SECONDS:
            old, new = (round(side["median_us"] / 1e6, 3) for side in (then, now))
            yield Line(verdict, "query", label, "median seconds", old, new, abs(lost))
        spent = [side["us"] / 1e6 for side in (then, now)]
        count = _verdict(then["runs"], now["runs"], more_is_worse=True)
        if before.whole and after.whole and count and abs(spent[1] - spent[0]) >= SECONDS:
            at_stake = abs(spent[1] - spent[0])
            yield Line("changed", "query", label, "runs", then["runs"], now["runs"], at_stake)


def _tables(before: Side, after: Side) -> Iterator[Line]:
    for label in sorted({*before.tables, *after.tables}):
        then, now = before.tables.get(label), after.tables.get(label)
        if then is None or now is None:
            gb = round(((now or then or {}).get("size_mb") or 0) / 1024, 3)
            if then is None:
                yield Line("new", "table", label, "GB", None, gb, gb)
            else:
                yield Line("gone", "table", label, "GB", gb, None, gb)
            continue
        yield from _table(label, then, now)


def _table(label: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Line]:
    gb = [(side["size_mb"] or 0) / 1024 for side in (then, now)]
    grown = abs(gb[1] - gb[0])
    if grown >= GIGABYTES and grown >= SHARE * gb[0]:
        yield Line("changed", "table", label, "GB", round(gb[0], 3), round(gb[1], 3), grown)
    if max(gb) < GIGABYTES:
        return  # as the rules do: what a small table lacks costs nothing
    for column, figure in (("unsorted", "% unsorted"), ("stats_off", "% statistics off")):
        old, new = then[column], now[column]
        if old is not None and new is not None and abs(new - old) >= POINTS:
            verdict = "worse" if new > old else "better"
            yield Line(verdict, "table", label, figure, old, new, gb[1])


def _queues(before: Side, after: Side) -> Iterator[Line]:
    for queue in sorted({*before.queues} & {*after.queues}):
        then, now = before.queues[queue], after.queues[queue]
        shares = [
            round(100 * side["queue_us"] / side["elapsed_us"], 1) if side["elapsed_us"] else 0.0
            for side in (then, now)
        ]
        seconds = abs(now["queue_us"] - then["queue_us"]) / 1e6
        if abs(shares[1] - shares[0]) >= POINTS and seconds >= SECONDS:
            verdict = "worse" if shares[1] > shares[0] else "better"
            yield Line(verdict, "queue", queue, "% of time waited", shares[0], shares[1], seconds)


def _loads(before: Side, after: Side) -> Iterator[Line]:
    rates = []
    for side in (before.loads, after.loads):
        timed = side.get("timed_us") or 0
        rates.append(round(side["bytes"] / 2**20 / (timed / 1e6), 1) if timed else 0.0)
    verdict = _verdict(rates[0], rates[1], more_is_worse=False)
    if verdict:
        seconds = (after.loads.get("timed_us") or 0) / 1e6
        yield Line(verdict, "load", "COPY", "MB a second", rates[0], rates[1], seconds)
