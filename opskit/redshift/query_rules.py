"""The rules on query files, as `opskit redshift queries lint` runs them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from opskit.findings import Check, Finding, Registry, Report, Rule, Severity
from opskit.redshift.catalog import views
from opskit.redshift.parsed import Parsed, entry_of, parse, physical, unresolved
from opskit.redshift.queries import STANDARD, Query
from opskit.redshift.sqltext import parameters
from opskit.suggestions import Suggestions

SCHEMA = "opskit.redshift.queries/1"
GUIDE = "https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html"

#: Functions, besides those of SQL that sqlglot knows, that only look: a SELECT may call one that
#: ends a session, or one of users that does anything.
READ_ONLY = frozenset(
    (
        *("can_json_parse", "checksum", "col_description", "current_setting"),
        *("format_encoding", "format_type", "has_database_privilege"),
        *("has_function_privilege", "has_schema_privilege", "has_table_privilege"),
        *("is_valid_json", "is_valid_json_array", "obj_description", "pg_backend_pid"),
        *("pg_get_constraintdef", "pg_get_expr", "pg_get_late_binding_view_cols"),
        *("pg_get_userbyid", "pg_get_viewdef", "quote_ident", "quote_literal"),
        *("ratio_to_report", "role_is_member_of", "strtol", "sysdate", "user_is_member_of"),
    )
)

RULES: Registry[Parsed] = Registry()


def lint(
    queries: Iterable[Query], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Report:
    """The findings of the rules over query files, by file and line."""
    parsed = [parse(query) for query in queries]
    found = [f for each in parsed for f in RULES.run(each, select=select, ignore=ignore)]
    return Report(SCHEMA, found, checked=len(parsed), unit="query")


def _rule(
    code: str, title: str, why: str, fix: str, severity: Severity = Severity.ERROR
) -> Callable[[Check[Parsed]], Check[Parsed]]:
    return RULES.rule(Rule(code, severity, title, why, fix, GUIDE))


@_rule(
    "RSQ001",
    "a query that cannot be parsed",
    "It cannot be checked, and runs on no capture.",
    "correct the SQL",
)
def unparsed(parsed: Parsed) -> Iterator[Finding]:
    if parsed.error:
        yield Finding(parsed.error, parsed.name, parsed.at())


@_rule(
    "RSQ002",
    "more than a question",
    "A query file asks one question: it changes nothing, and is one statement.",
    "write one SELECT",
)
def writes(parsed: Parsed) -> Iterator[Finding]:
    from sqlglot import exp

    if len(parsed.trees) > 1:
        yield Finding(f"{len(parsed.trees)} statements in one file", parsed.name, parsed.at())
    for tree in parsed.trees:
        if not isinstance(tree, exp.Query):
            what = tree.name if isinstance(tree, exp.Command) else tree.key
            yield Finding(f"{what.upper()} is no SELECT", parsed.name, parsed.at())
        elif tree.find(exp.Into, exp.Lock, exp.Insert, exp.Update, exp.Delete):
            yield Finding("it writes or locks", parsed.name, parsed.at())
        for call in tree.find_all(exp.Anonymous):
            if call.name.lower() not in READ_ONLY:
                words = f"{call.name} is not known to change nothing"
                yield Finding(words, parsed.name, parsed.at())
        for table in tree.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier | exp.Anonymous):
                yield Finding(f"{table.sql('redshift')} is no view", parsed.name, parsed.at())


@_rule(
    "RSQ003",
    "a view that is not in the catalog",
    "Redshift has no such system view, or opskit does not know it.",
    "correct the name",
)
def unknown_view(parsed: Parsed) -> Iterator[Finding]:
    close = Suggestions(views())
    for table in parsed.tables():
        if entry_of(table) is None:
            meant = close(table.name.lower())
            more = f"; is {meant} meant?" if meant else ""
            yield Finding(
                f"no system view is called {table.name}{more}", parsed.name, parsed.at(table.this)
            )


@_rule(
    "RSQ004",
    "a column that its view does not have",
    "The query fails on a cluster.",
    "correct the name",
)
def unknown_column(parsed: Parsed) -> Iterator[Finding]:
    """Where the catalog lacks columns of a view, severity unknown: it may be one of those."""
    for scope in parsed.scopes():
        tables = physical(scope)
        entries = [entry for table in tables if (entry := entry_of(table))]
        for column in unresolved(scope):
            sources = ", ".join(sorted({table.name for table in tables})) or "what is read"
            doubtful = any(not entry.complete for entry in entries)
            yield Finding(
                f"no column {column.sql('redshift')} in {sources}",
                parsed.name,
                parsed.at(column.this),
                severity=Severity.UNKNOWN if doubtful else None,
            )


@_rule(
    "RSQ005",
    "a header that names other views",
    "Captures keep the views that the headers name, and errors say which grant is missing.",
    "list in views: what the query reads",
)
def other_views(parsed: Parsed) -> Iterator[Finding]:
    if not parsed.trees:
        return
    told, used = set(parsed.query.header.views), {t.name.lower() for t in parsed.tables()}
    for name in sorted(used - told):
        yield Finding(f"views: lacks {name}", parsed.name, parsed.at())
    for name in sorted(told - used):
        yield Finding(f"views: names {name}, which is not read", parsed.name, parsed.at())


@_rule(
    "RSQ006",
    "a header that names other columns",
    "Rules and people read the columns that the header promises.",
    "list in columns: what the query returns, each with its unit",
)
def other_columns(parsed: Parsed) -> Iterator[Finding]:
    from sqlglot import exp

    for tree in parsed.trees[:1]:
        if not isinstance(tree, exp.Query) or "*" in tree.named_selects:
            continue
        told = list(parsed.query.header.columns)
        if told != tree.named_selects:
            yield Finding(
                "the header's columns are not those of the query",
                parsed.name,
                parsed.at(),
                observed=", ".join(told),
                expected=", ".join(tree.named_selects),
            )


@_rule(
    "RSQ007",
    "a log that is read without a bound",
    "Logs of days are read whole, on a cluster that is in trouble already.",
    "compare a time of the log with :since",
)
def unbounded(parsed: Parsed) -> Iterator[Finding]:
    """A log without a time of its own is bounded by what it is joined to, and passed over."""
    for scope in parsed.scopes():
        compared = _compared(scope)
        for alias, source in scope.sources.items():
            entry = entry_of(source)
            if entry is None or entry.kind != "log" or entry.time is None:
                continue
            times = {c for c, kind in entry.columns.items() if kind in _TIMES or c == entry.time}
            if not any(name in times and table in (alias, "") for table, name in compared):
                yield Finding(
                    f"{source.name} is read without a bound in time",
                    parsed.name,
                    parsed.at(source.this),
                    expected=f"{entry.time} >= :since",
                )


_TIMES = ("timestamp", "timestamptz")


def _compared(scope: Any) -> set[tuple[str, str]]:
    """Table and name of each column that the SELECT compares by >, >= or BETWEEN."""
    from sqlglot import exp

    kinds = (exp.GTE, exp.GT, exp.LTE, exp.LT, exp.Between)
    return {
        (column.table, column.name.lower())
        for comparison in scope.find_all(*kinds)
        for column in comparison.find_all(exp.Column)
    }


@_rule(
    "RSQ008",
    "LISTAGG of a query's text",
    "LISTAGG is limited to 65,535 bytes and fails on longer texts.",
    "return the parts in their order; they are put together by who asks",
)
def listed_text(parsed: Parsed) -> Iterator[Finding]:
    from sqlglot import exp

    for tree in parsed.trees:
        for call in tree.find_all(exp.GroupConcat):
            names = {column.name.lower() for column in call.find_all(exp.Column)}
            if names & {"text", "querytxt", "query_text", "sql"}:
                yield Finding("LISTAGG of a query's text", parsed.name, parsed.at())


@_rule(
    "RSQ009",
    "a view that its engine does not have",
    "STL, STV and SVL views are there on provisioned clusters only.",
    "say in engine: where the query can run, or write it on SYS views",
)
def other_engine(parsed: Parsed) -> Iterator[Finding]:
    wanted = parsed.query.header.engine
    engines = ("provisioned", "serverless") if wanted == "any" else (wanted,)
    for table in parsed.tables():
        entry = entry_of(table)
        for engine in engines if entry else ():
            if entry and engine not in entry.engines:
                yield Finding(
                    f"{table.name} is not there on {engine}", parsed.name, parsed.at(table.this)
                )


@_rule(
    "RSQ010",
    "a parameter that the header does not declare",
    "It has no type and no default, and nobody knows that it is to be given.",
    "add it to parameters:, as in {limit: integer 50}",
)
def undeclared(parsed: Parsed) -> Iterator[Finding]:
    declared = parsed.query.header.parameters
    used = parameters(parsed.query.sql)
    for name in used:
        if name not in declared and name not in STANDARD:
            yield Finding(f"parameter {name} is not declared", parsed.name, parsed.at())
    for name, spec in declared.items():
        if name not in used:
            yield Finding(f"parameter {name} is not used", parsed.name, parsed.at())
        if spec.split(" ")[0] not in ("text", "integer", "timestamp"):
            yield Finding(f"parameter {name} is of no known type: {spec}", parsed.name, parsed.at())
