"""Problems of a scenario, each with its place, and the names that there are."""

from collections.abc import Iterable, Mapping, Sequence

from opskit.documents import Document, Problems
from opskit.errors import UsageError
from opskit.redshift.emulator.naming import pair, split
from opskit.redshift.emulator.scenario import Scenario
from opskit.redshift.sqltext import name as quoted
from opskit.suggestions import Suggestions

Path = tuple[str | int, ...]


class Notes:
    """What is known of a scenario, and what is wrong with it so far."""

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
            name = quoted(*split(text))
        except UsageError as error:
            self.note(path, error.message, "write it as schema.table, quoted as SQL does")
            return
        names = {quoted(*where) for where in there or self.tables}
        self.known(path, name, names, "view" if there else "table")
