"""Query files as sqlglot reads them: what is read, which columns are there, and where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from opskit.findings import Location
from opskit.redshift.catalog import View, views
from opskit.redshift.queries import Query


@dataclass(slots=True)
class Parsed:
    """A query file with its syntax trees, or with the error that kept it from being parsed."""

    query: Query
    trees: list[Any] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        return self.query.header.id

    def at(self, node: Any = None) -> Location:
        """The place of a name in the file; the start of the query where it has none."""
        start = node.meta.get("start") if node is not None else None
        if start is None:
            return Location(self.query.file, self.query.line, 1)
        before = self.query.sql[:start]
        column = start - (before.rfind("\n") + 1) + 1
        return Location(self.query.file, self.query.line + before.count("\n"), column)

    def scopes(self) -> Iterator[Any]:
        """Every SELECT with what it reads from."""
        from sqlglot.optimizer.scope import traverse_scope

        for tree in self.trees:
            yield from traverse_scope(tree)

    def tables(self) -> list[Any]:
        """Every table that is read, each place once."""
        found = {id(table): table for scope in self.scopes() for table in physical(scope)}
        return list(found.values())


def parse(query: Query) -> Parsed:
    """The query in sqlglot's trees."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        trees = [tree for tree in sqlglot.parse(query.sql, read="redshift") if tree is not None]
    except SqlglotError as error:
        return Parsed(query, error=str(error).split("\n")[0])
    return Parsed(query, trees)


def physical(scope: Any) -> list[Any]:
    """The tables that a SELECT reads itself."""
    from sqlglot import exp

    return [
        source
        for source in scope.sources.values()
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    ]


def entry_of(source: Any) -> View | None:
    """The catalog's entry for a table; None where it has none, or for no table."""
    from sqlglot import exp

    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return None
    return views().get(source.name.lower())


def unresolved(scope: Any) -> Iterator[Any]:
    """The columns of a SELECT that no source has.

    What a correlated subquery takes from outside is looked for outside, once: sqlglot lists it
    with the outer SELECT too. Where a source's columns are not known, nothing can be missing.
    """
    sources = {name.lower(): _columns(source) for name, source in scope.sources.items()}
    inner = scope.is_subquery or scope.is_udtf
    aliases = {select.alias.lower() for select in scope.expression.selects if select.alias}
    for column in scope.columns:
        name, table = column.name.lower(), column.table.lower()
        if table:
            if table in sources:
                there = sources[table]
                if there is not None and name not in there:
                    yield column
            elif not inner:
                yield column
        elif not inner and name not in aliases and not _somewhere(name, sources):
            yield column


def _somewhere(name: str, sources: dict[str, set[str] | None]) -> bool:
    return any(there is None or name in there for there in sources.values())


def _columns(source: Any) -> set[str] | None:
    """The names of a source's columns, in lower case; None where they are not known."""
    from sqlglot import exp

    if isinstance(source, exp.Table):
        entry = entry_of(source)
        return {name.lower() for name in entry.columns} if entry else None
    selects = getattr(getattr(source, "expression", None), "named_selects", None)
    if not selects or "*" in selects:
        return None
    return {name.lower() for name in selects}
