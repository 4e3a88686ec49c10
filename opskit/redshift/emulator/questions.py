"""Questions of clients: what they may read, and their SQL as DuckDB gets it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from opskit.errors import InputError
from opskit.redshift import dialect
from opskit.redshift.catalog import views
from opskit.redshift.emulator.database import Account, Database
from opskit.redshift.emulator.refusals import SqlError

_CATALOGS = ("", "pg_catalog", "pg_internal")
_FUNCTIONS = ("generate_series",)
#: DuckDB's types for the numbers of parameters; others are read as literals are.
_PARAMETERS = {
    16: "boolean",
    20: "bigint",
    21: "smallint",
    23: "integer",
    25: "varchar",
    700: "real",
    701: "double",
    1043: "varchar",
    1082: "date",
    1114: "timestamp",
    1184: "timestamptz",
    1700: "decimal(38,10)",
}


class Parameter:
    """A value for `$1`, `$2` ...: its text, and the number of its type."""

    __slots__ = ("kind", "text")

    def __init__(self, text: str | None, kind: int) -> None:
        self.text = text
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameter) and (self.text, self.kind) == (other.text, other.kind)

    def __hash__(self) -> int:
        return hash((self.text, self.kind))


def tree_of(sql: str) -> Any:
    """The tree of a question; SqlError where it cannot be parsed."""
    try:
        return _tree(sql)
    except InputError as error:
        raise SqlError("42601", error.message) from None


@lru_cache(maxsize=512)
def _tree(sql: str) -> Any:
    return dialect.parsed(sql)


def count_parameters(sql: str) -> int:
    """The highest number of a parameter in a question."""
    from sqlglot import exp

    tree = tree_of(sql)
    return max((_number(node) for node in tree.find_all(exp.Parameter)), default=0)


def signal(tree: Any) -> tuple[bool, Any] | None:
    """Of `SELECT pg_terminate_backend(x) ...`: whether it terminates, and the question for x."""
    from sqlglot import exp

    calls = [e.unalias() for e in tree.selects] if isinstance(tree, exp.Select) else []
    if len(calls) != 1 or not isinstance(calls[0], exp.Anonymous):
        return None
    name = calls[0].name.lower()
    if name not in ("pg_cancel_backend", "pg_terminate_backend") or not calls[0].expressions:
        return None
    inner = tree.copy()
    inner.set("expressions", [calls[0].expressions[0].copy()])
    return name == "pg_terminate_backend", inner


def to_duckdb(
    tree: Any, database: Database, account: Account, values: Sequence[Parameter] = ()
) -> str:
    """A question in DuckDB's SQL; SqlError where it asks what the user may not, or is not there."""
    from sqlglot import exp

    if not isinstance(tree, exp.Query | exp.Values) or tree.find(exp.Into):
        raise SqlError("0A000", "the emulator keeps no tables of users")
    tree = tree.copy()
    _check(tree, database, account)
    for node in list(tree.find_all(exp.Parameter)):
        node.replace(_literal(node, values))
    for node in list(tree.find_all(exp.SessionUser)):
        node.replace(exp.Anonymous(this="session_user"))
    _name_columns(tree)
    return dialect.translated(tree)


def _number(node: Any) -> int:
    return int(node.name) if node.name.isdigit() else 0


def _literal(node: Any, values: Sequence[Parameter]) -> Any:
    """The literal in place of a parameter; NULL of its type where its value is not known yet."""
    from sqlglot import exp

    number = _number(node)
    value = values[number - 1] if 0 < number <= len(values) else Parameter(None, 0)
    made = exp.Null() if value.text is None else exp.Literal.string(value.text)
    kind = _PARAMETERS.get(value.kind)
    if kind is None and isinstance(node.parent, exp.Select | exp.Alias):
        kind = "varchar"  # what a text that stands alone is
    return exp.Cast(this=made, to=exp.DataType.build(kind, dialect="duckdb")) if kind else made


# What may be read


def _check(tree: Any, database: Database, account: Account) -> None:
    from sqlglot import exp

    named = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            if table.name.lower() not in _FUNCTIONS and not isinstance(
                table.this, exp.GenerateSeries
            ):
                raise SqlError("0A000", "functions in FROM are not supported by the emulator")
        elif table.db or table.name.lower() not in named:
            _relation(table, database, account)


def _relation(table: Any, database: Database, account: Account) -> None:
    schema, relation = table.db.lower(), table.name.lower()
    definition = views().get(relation) if schema in _CATALOGS else None
    if definition is None:
        raise _missing(table, database)
    if database.engine not in definition.engines:
        # A serverless workgroup denies the views of clusters even to superusers.
        if database.engine == "serverless":
            raise SqlError("42501", f"permission denied for relation {relation}")
        raise SqlError("42P01", f'relation "{relation}" does not exist')
    if not account.may_read(relation, definition):
        raise SqlError("42501", f"permission denied for relation {relation}")


def _missing(table: Any, database: Database) -> SqlError:
    """Why there is no such relation: the emulator has the tables' names, and none of their rows."""
    written = f"{table.db}.{table.name}" if table.db else table.name
    folded = [
        part if identifier is not None and identifier.quoted else part.lower()
        for part, identifier in ((table.db, table.args.get("db")), (table.name, table.this))
    ]
    schema = folded[0] or "public"
    if (schema, folded[1]) in database.names.relations:
        return SqlError(
            "0A000", f"{written} has no rows to read: the emulator serves system views only"
        )
    if folded[0] == "information_schema":
        return SqlError("0A000", "the emulator has no information_schema: ask svv_columns")
    return SqlError("42P01", f'relation "{written}" does not exist')


# What columns are called


def _name_columns(tree: Any) -> None:
    """Give unnamed columns the names that Redshift gives them."""
    from sqlglot import exp

    first = tree
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    if not isinstance(first, exp.Select):
        return
    for node in list(first.expressions):
        if not isinstance(node, exp.Alias | exp.Column | exp.Star):
            alias = exp.Alias(this=node.copy(), alias=exp.to_identifier(_label(node), quoted=True))
            node.replace(alias)


def _label(node: Any) -> str:
    from sqlglot import exp

    match node:
        case exp.Cast():
            inner = _label(node.this)
            return inner if inner != "?column?" else str(node.to.this.value).lower()
        case exp.Column():
            return str(node.name)
        case exp.Case():
            return "case"
        case exp.CurrentTimestamp():
            return "getdate"
        case exp.Anonymous():
            return str(node.name).lower()
        case exp.Window():
            return _label(node.this)
        case exp.Func():
            return str(node.sql_name()).lower()
    return "?column?"


def plan(tree: Any) -> list[str]:
    """A line for each relation that is read, in the form of Redshift's EXPLAIN."""
    from sqlglot import exp

    named = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = (table.name.lower() for table in tree.find_all(exp.Table))
    return [
        f"XN Seq Scan on {table}  (cost=0.00..1.00 rows=1 width=8)"
        for table in dict.fromkeys(tables)
        if table not in named
    ]
