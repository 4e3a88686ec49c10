"""How much a check of a live warehouse adds to its queries: the driver, the pool, the rules."""

import os
import time
from collections.abc import Iterator
from typing import Any

from opskit.redshift import check
from opskit.redshift.emulator import scenario, serve
from opskit.redshift.live import LiveSession, LiveSource
from opskit.redshift.source import Result
from opskit.redshift.target import parse
from tests.bench.measure import Ratio

#: Every SELECT takes so long, as system views of a busy cluster do.
SECONDS = 0.3
SCENARIO = f"now: 2026-11-20T04:00:00\nfaults: [{{match: FROM, kind: slow, seconds: {SECONDS}}}]\n"


class Timed(LiveSession):
    """A session that knows how long its queries took, one after the other: a chain."""

    spent = 0.0

    def run(self, sql: str) -> Result:
        start = time.perf_counter()
        try:
            return super().run(sql)
        finally:
            self.spent += time.perf_counter() - start


class Source(LiveSource):
    def __init__(self, *args: Any) -> None:
        self.sessions: list[Timed] = []
        super().__init__(*args)

    def connect(self) -> Timed:
        self.sessions.append(Timed(self._target, self._seconds))
        return self.sessions[-1]


def ratios() -> Iterator[Ratio]:
    os.environ["OPSKIT_REDSHIFT_PASSWORD"] = "any"
    with serve(scenario.parse(SCENARIO)) as server:
        source = Source(parse(server.url))
        before = len(source.sessions)
        start = time.perf_counter()
        report = check.check(source)
        wall = time.perf_counter() - start
        assert report.checked > 60
        chains = [session.spent for session in source.sessions[before:]]
        assert len(chains) == source.workers
    yield Ratio("all checks of a live warehouse", wall, "its slowest chain", max(chains), 1.2)
