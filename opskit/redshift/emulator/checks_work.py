"""What a scenario says has happened: to tables, by users and in queues that there are."""

import re
from collections.abc import Sequence

from opskit.redshift.catalog import views
from opskit.redshift.emulator.notes import Notes, Path
from opskit.redshift.emulator.raw import converted
from opskit.redshift.emulator.work import Work


class WorkChecks(Notes):
    """The checks of statements, sessions, faults and rows; each notes what it finds."""

    def work(self) -> None:
        scenario = self.scenario
        work: list[tuple[str, Sequence[Work]]] = [
            ("queries", scenario.queries),
            ("loads", scenario.loads),
            ("spectrum", scenario.spectrum),
        ]
        for kind, items in work:
            for n, item in enumerate(items):
                self.known((kind, n, "user"), item.user, self.users, "user")
                self.known((kind, n, "queue"), item.queue, self.queues, "queue")
        for n, query in enumerate(scenario.queries):
            for m, scan in enumerate(query.scans):
                self.table(("queries", n, "scans", m, "table"), scan.table)
            for key, write in (("inserts", query.inserts), ("deletes", query.deletes)):
                if write is not None:
                    self.table(("queries", n, key, "table"), write.table)
        for n, load in enumerate(scenario.loads):
            self.table(("loads", n, "table"), load.table)
        for n, advice in enumerate(scenario.advisor):
            self.table(("advisor", n, "table"), advice.table)
        for n, refresh in enumerate(scenario.refreshes):
            self.table(("refreshes", n, "view"), refresh.view, self.stored or [("", "")])

    def sessions(self) -> None:
        seen: dict[int, int] = {}
        for n, session in enumerate(self.scenario.sessions):
            at: Path = ("sessions", n)
            self.known((*at, "user"), session.user, self.users, "user")
            for m, lock in enumerate(session.holds):
                self.table((*at, "holds", m, "table"), lock.table)
            if session.waits is not None:
                self.table((*at, "waits", "table"), session.waits.table)
            if session.pid is not None:
                if seen.setdefault(session.pid, n) != n:
                    self.note((*at, "pid"), f"two sessions have the process {session.pid}")
                if session.count > 1:
                    self.note((*at, "pid"), "is of one session, and there are several")
            if session.transaction is None and (session.holds or session.waits):
                self.note(at, "locks are held in a transaction", "say since when: transaction")
            if session.waits is not None and session.running is None:
                self.note(at, "who waits for a lock runs something", "say what: running")

    def faults(self) -> None:
        for n, fault in enumerate(self.scenario.faults):
            try:
                re.compile(fault.match)
            except re.error as error:
                self.note(("faults", n, "match"), f"no regular expression: {error}")

    def raw(self) -> None:
        for view, rows in self.scenario.views.items():
            definition = views().get(view)
            if definition is None:
                self.known(("views", view), view, views(), "system view")
                continue
            if self.scenario.engine not in definition.engines:
                self.note(("views", view), f"{self.scenario.engine} has no {view}", key=True)
                continue
            for n, row in enumerate(rows):
                for column, value in row.items():
                    at = ("views", view, n, column)
                    if column not in definition.columns:
                        self.known(at, column, definition.columns, f"column of {view}")
                        continue
                    try:
                        converted(definition.columns[column], value)
                    except ValueError as error:
                        self.note(at, f"{column}: {error}")
