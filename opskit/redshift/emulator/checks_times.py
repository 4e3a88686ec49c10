"""When a scenario says that things happen: at times that there are, and not without end."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from opskit.nodes import ListNode, MapNode, Node, ScalarNode
from opskit.redshift.emulator import moments
from opskit.redshift.emulator.notes import Notes, Path
from opskit.redshift.emulator.work import When
from opskit.scalars import plain

#: All that happens in one scenario: DuckDB has that in memory, and the start takes seconds.
MAX_EVENTS = 2_000_000
_TIMES = ("now", "at", "since", "until", "created", "last_analyze", "last_vacuum", "transaction")

_NOW = "is a time in UTC as in 2026-11-20T03:10:00, or left out for a clock that runs"
_AGO = "expected a time in UTC as in 2026-11-20T03:10:00, or how long before now as in -15m"


class TimeChecks(Notes):
    """The checks of times, and of how often things happen; each notes what it finds."""

    def times(self) -> None:
        before = self.problems.count
        for path, node in _scalars(self.document.root, ()):
            key = path[-2] if isinstance(path[-1], int) and len(path) > 1 else path[-1]
            if key in _TIMES and path[0] not in ("views", "users", "roles", "schemas"):
                self._time(path, node)
        self._steps()
        if self.problems.count == before:
            self._events()

    def _time(self, path: Path, node: ScalarNode) -> None:
        if plain(node) is None:
            return
        found = f"found {node.text[:40]!r}"
        is_now = path == ("now",)
        relative = is_now and not re.match(r"\d", node.text)
        if relative or not re.search(moments.MOMENT, node.text):
            self.note(path, f"{_NOW if is_now else _AGO}; {found}")
            return
        try:
            moments.moment(node.text, datetime(2026, 1, 1))
        except ValueError as error:
            self.note(path, f"no time: {error}")

    def _steps(self) -> None:
        for path, item in self._series():
            if item.every is not None and moments.microseconds(item.every) < 1:
                self.note((*path, "every"), "expected more than nothing, as in 40s")

    def _events(self) -> None:
        """Note the first spec that takes the events over what one scenario may have."""
        now = self.scenario.clock() or datetime.now(UTC).replace(tzinfo=None)
        total = 0
        for path, times, last in self._counted(now):
            if last > (datetime.max - now) // timedelta(microseconds=1):
                self.note(self._said(path), "goes on past the year 9999")
                return
            total += times
            if total > MAX_EVENTS:
                kind, number = path
                self.note(
                    self._said(path),
                    f"{kind}[{number}] happens {times:,} times, which makes {total:,} events; "
                    f"a scenario has at most {MAX_EVENTS:,}",
                    "a longer `every`, a lower `count` or a later `since` makes them fewer",
                )
                return

    def _said(self, path: Path) -> Path:
        """Where a spec says how often it happens."""
        keys = getattr(self.document.node(path), "items", {})
        said = [key for key in ("every", "count", "since", "at") if key in keys]
        return (*path, *said[:1])

    def _counted(self, now: datetime) -> Iterator[tuple[tuple[str, int], int, int]]:
        """How often each spec happens, and when it last does: microseconds after `now`."""
        microsecond = timedelta(microseconds=1)
        for path, item in self._series():
            some = list(moments.series(item, now))
            ends = [(s.first - now) // microsecond + s.step * (s.times - 1) for s in some]
            yield path, sum(s.times for s in some), max(ends, default=0)
        for n, usage in enumerate(self.scenario.usage):
            span = moments.moment(usage.until, now) - moments.moment(usage.since, now)
            yield ("usage", n), max(span // timedelta(minutes=1), 0), 0

    def _series(self) -> Iterator[tuple[tuple[str, int], When]]:
        """All that may happen again and again, with its path."""
        scenario = self.scenario
        kinds: list[tuple[str, Sequence[When]]] = [
            ("queries", scenario.queries),
            ("loads", scenario.loads),
            ("spectrum", scenario.spectrum),
            ("commits", scenario.commits),
            ("refreshes", scenario.refreshes),
        ]
        for kind, items in kinds:
            for n, item in enumerate(items):
                yield (kind, n), item


def _scalars(node: Node, path: Path) -> Iterator[tuple[Path, ScalarNode]]:
    """Every single value of a document, with its path."""
    if isinstance(node, ScalarNode):
        if path:
            yield path, node
    elif isinstance(node, MapNode):
        for key, (_, child) in node.items.items():
            yield from _scalars(child, (*path, key))
    elif isinstance(node, ListNode):
        for n, child in enumerate(node.items):
            yield from _scalars(child, (*path, n))
