"""What a scenario must hold beyond its shape: names that exist, columns that there are.

Every problem is an `InputError` with file, line and column.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from opskit.documents import Document, Problems
from opskit.errors import UsageError
from opskit.redshift.catalog import views
from opskit.redshift.emulator import moments
from opskit.redshift.emulator.naming import pair, split
from opskit.redshift.emulator.objects import Table
from opskit.redshift.emulator.raw import converted
from opskit.redshift.emulator.scenario import Scenario
from opskit.redshift.emulator.work import Work
from opskit.suggestions import Suggestions

Path = tuple[str | int, ...]


def check(scenario: Scenario, document: Document) -> None:
    """Raise an InputError that lists what is wrong, if anything is."""
    checks = _Checks(scenario, document)
    checks.objects()
    checks.grants()
    checks.work()
    checks.sessions()
    checks.faults()
    checks.raw()
    checks.problems.check()


class _Checks:
    """The checks of one scenario; each notes what it finds and goes on."""

    def __init__(self, scenario: Scenario, document: Document) -> None:
        self.scenario = scenario
        self.document = document
        self.problems = Problems(document)
        self.users = list(scenario.users) or ["opskit"]
        self.groups = {*scenario.groups, *(g for u in scenario.users.values() for g in u.groups)}
        self.tables = self._named("tables", [table.name for table in scenario.tables])
        self.stored = self._named("stored_views", [view.name for view in scenario.stored_views])
        self.schemas = {*scenario.schemas, "public", *(s for s, _ in self.tables + self.stored)}
        self.queues = [queue.name for queue in scenario.queues]

    def _named(self, kind: str, texts: Sequence[str]) -> list[tuple[str, str]]:
        """Schema and name of each; what is no name is noted, and stands as it is."""
        found = []
        for n, text in enumerate(texts):
            try:
                found.append(pair(text))
            except UsageError as error:
                self.note((kind, n, "name"), error.message, error.hint)
                found.append(("", text))
        return found

    def note(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        *front, last = path
        parent = self.document.node(tuple(front))
        items = getattr(parent, "items", None)
        if key and isinstance(items, Mapping) and last in items:
            self.problems.add(items[last][0].start, message, hint)
            return
        try:
            index = self.document.node(path).start
        except KeyError:  # a key that was left out: the place is what lacks it
            index = parent.start
        self.problems.add(index, message, hint)

    def known(self, path: Path, name: str | None, there: Iterable[str], kind: str) -> None:
        names = sorted(there)
        if name is not None and name not in names:
            close = Suggestions(names)(name)
            meant = f"; did you mean {close}?" if close else ""
            listed = ", ".join(names[:20]) or "none"
            self.note(path, f"no {kind} is called {name[:80]!r}{meant}", f"known: {listed}")

    def table(self, path: Path, text: str, there: Iterable[tuple[str, str]] = ()) -> None:
        try:
            schema, name = split(text)
        except UsageError as error:
            self.note(path, error.message, "write it as schema.table, quoted as SQL does")
            return
        names = {f"{s}.{n}" for s, n in there or self.tables}
        self.known(path, f"{schema}.{name}", names, "view" if there else "table")

    # What there is

    def objects(self) -> None:
        for user, spec in self.scenario.users.items():
            if not user or "\0" in user:
                self.note(("users", user), "a user needs a name", key=True)
            for n, role in enumerate(spec.roles):
                if not role.startswith("sys:"):
                    self.known(("users", user, "roles", n), role, self.scenario.roles, "role")
        for role, granted in self.scenario.roles.items():
            self.known(("roles", role, "owner"), granted.owner, self.users, "user")
            for n, other in enumerate(granted.roles):
                if not other.startswith("sys:"):
                    self.known(("roles", role, "roles", n), other, self.scenario.roles, "role")
        for schema, space in self.scenario.schemas.items():
            self.known(("schemas", schema, "owner"), space.owner, self.users, "user")
        self._unique()
        for n, table in enumerate(self.scenario.tables):
            self._columns(("tables", n), table)
            self.known(("tables", n, "owner"), table.owner, self.users, "user")

    def _unique(self) -> None:
        seen: set[tuple[str, str]] = set()
        for kind, names in (("tables", self.tables), ("stored_views", self.stored)):
            for n, name in enumerate(names):
                if name in seen:
                    self.note((kind, n, "name"), f"{name[0]}.{name[1]} is there twice")
                seen.add(name)

    def _columns(self, path: Path, table: Table) -> None:
        from opskit.redshift.emulator.columns import kind_of

        names = [column.name for column in table.columns]
        for n, column in enumerate(table.columns):
            at = (*path, "columns", n)
            if column.name in names[:n]:
                self.note((*at, "name"), f"the column {column.name} is there twice")
            try:
                kind_of(column.type)
            except ValueError as error:
                self.note((*at, "type"), str(error), "as in bigint, varchar(64), numeric(12,2)")
            if column.references is not None:
                self._reference((*at, "references"), column.references)
        self.known((*path, "distkey"), table.distkey, names, "column of the table")
        for key, columns in (("sortkey", table.sortkey), ("primary_key", table.primary_key)):
            for n, name in enumerate(columns):
                self.known((*path, key, n), name, names, "column of the table")

    def _reference(self, path: Path, text: str) -> None:
        try:
            where = ".".join(split(text, 3))
        except UsageError as error:
            self.note(path, error.message, "write it as schema.table.column")
            return
        names = {
            f"{schema}.{name}.{column.name}"
            for (schema, name), t in zip(self.tables, self.scenario.tables, strict=True)
            for column in t.columns
        }
        self.known(path, where, names, "column")

    def grants(self) -> None:
        there = [*self.tables, *self.stored]
        for n, grant in enumerate(self.scenario.grants):
            at: Path = ("grants", n)
            kind, _, who = grant.to.partition(" ")
            if kind == "user":
                self.known((*at, "to"), who, self.users, "user")
            elif kind == "group":
                self.known((*at, "to"), who, self.groups, "group")
            elif kind == "role":
                self.known((*at, "to"), who, self.scenario.roles, "role")
            given = [k for k in ("table", "schema", "database") if getattr(grant, k) is not None]
            if len(given) != 1:
                self.note(at, "a grant is on one of table, schema and database")
            if grant.table is not None and grant.table.lower() not in views():
                self.table((*at, "table"), grant.table, there)
            self.known((*at, "schema"), grant.schema, self.schemas, "schema")

    # What has happened

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
        self._moments()

    def _moments(self) -> None:
        """A date that the pattern lets pass may still be none: the 31st of February."""
        if self.scenario.now is not None and not self._is_time(("now",), self.scenario.now):
            return
        for path, text in _texts(self.document.plain(), ()):
            times = ("at", "since", "until", "created", "transaction")
            is_time = path[-1] in times or (len(path) > 1 and path[-2] == "at")
            if is_time and path[0] != "views" and re.match(r"\d{4}-\d\d-\d\d", text):
                self._is_time(path, text)

    def _is_time(self, path: Path, text: str) -> bool:
        from datetime import datetime

        try:
            moments.moment(text, datetime(2026, 1, 1))
        except ValueError as error:
            self.note(path, f"no time: {error}")
            return False
        if path == ("now",) and text.startswith(("-", "now")):
            self.note(path, "is a time in UTC, or left out for a clock that runs")
        return True

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


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of a document, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _texts(item, (*path, n))
