"""Who ran applications when: from YARN's audit log and Spark's event logs.

S3's logs do not name the user; if only some users ran anything at the time, only those can have
asked. Users of `hadoop fs`, HiveServer2, Presto and Trino run no application of their own, so that
this narrows only where applications are all that runs on the cluster: whoever gives these files
says so.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from opskit.documents import decode_text, read_bytes
from opskit.emrfs.replay.unpack import unpacked
from opskit.errors import InputError
from opskit.files import display_name

#: Clocks differ, containers start before the first record and write behind the last one.
BEFORE, AFTER = timedelta(minutes=1), timedelta(minutes=5)
#: Time windows that are told apart; beyond, neighbours are taken together.
MOST = 500
_LIMIT = 1 << 30
_AUDIT = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[,.\d]* .{0,200}USER=(?P<user>\S+)\s.{0,200}?"
    r"OPERATION=(?P<operation>[^\t]{1,80}?)\s+TARGET=.{0,400}?APPID=(?P<app>application_\d+_\d+)"
)
_STARTS = ("Submit Application Request",)
#: A request to kill one may fail, and is of whoever asks; where it does not, this follows it.
_ENDS = ("Application Finished",)


class Window(NamedTuple):
    """One application: who ran it, and from when to when; None for an end that is not known."""

    user: str
    start: datetime | None
    end: datetime | None


@dataclass(slots=True)
class Activity:
    """All applications; `first` and `last` are the times that the files speak of."""

    windows: list[Window] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    def see(self, at: datetime) -> None:
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)

    def slots(self) -> tuple[list[datetime], list[frozenset[str] | None]]:
        """The times at which something starts or ends, and who was active between them; None
        before the first and behind the last, of which nothing is known.
        """
        if self.first is None or self.last is None:
            return [], [None]
        spans = [
            (each.user, (each.start or self.first) - BEFORE, (each.end or self.last) + AFTER)
            for each in self.windows
        ]
        inside = {t for _, a, b in spans for t in (a, b) if self.first < t < self.last}
        edges = _thinned([self.first, *sorted(inside), self.last])
        active: list[frozenset[str] | None] = [None]
        for low, high in pairwise(edges):
            active.append(frozenset(u for u, a, b in spans if a < high and b > low))
        return edges, [*active, None]


def _thinned(edges: Sequence[datetime]) -> list[datetime]:
    step = -(-len(edges) // MOST)
    return sorted({*edges[::step], edges[-1]})


def yarn(paths: Iterable[Path], into: Activity) -> None:
    """Audit logs of YARN's ResourceManager, in UTC as EMR runs it. InputError where none is."""
    for path in paths:
        started: dict[str, tuple[str, datetime | None]] = {}
        found = False
        for line in _lines(path):
            record = _AUDIT.search(line[:4000])
            if record is None:
                continue
            try:
                at = datetime.strptime(record["time"], "%Y-%m-%d %H:%M:%S")
            except ValueError:
                continue
            found = True
            into.see(at)
            if record["operation"].startswith(_STARTS):
                started[record["app"]] = (record["user"], at)
            elif record["operation"].startswith(_ENDS):
                user, start = started.pop(record["app"], (record["user"], None))
                into.windows.append(Window(user, start, at))
        into.windows += [Window(user, start, None) for user, start in started.values()]
        if not found:
            raise InputError(
                "holds no record of YARN's audit log",
                where=display_name(path),
                hint="name a log of the ResourceManager with lines of RMAuditLogger",
            )


def spark(paths: Iterable[Path], into: Activity) -> None:
    """Event logs of Spark applications. InputError where one is none."""
    for path in paths:
        user, start, end, last = "", None, None, None
        for line in _lines(path):
            if '"SparkListenerApplication' not in line[:200]:
                continue
            try:
                event = json.loads(line)
                at = datetime.fromtimestamp(event["Timestamp"] / 1000, UTC)
            except (ValueError, KeyError, TypeError, OverflowError, OSError):
                continue
            last = at.replace(tzinfo=None)
            if event.get("Event") == "SparkListenerApplicationStart":
                user, start = str(event.get("User", "")), last
            else:
                end = last
            into.see(last)
        if not user or start is None:
            raise InputError(
                "holds no start of a Spark application",
                where=display_name(path),
                hint="name event logs, as under spark.eventLog.dir",
            )
        into.windows.append(Window(user, start, end))


def _lines(path: Path) -> Iterable[str]:
    name = display_name(path)
    data = b"".join(unpacked([read_bytes(path, limit=_LIMIT)], lambda what: None))
    return decode_text(data, name).splitlines()
