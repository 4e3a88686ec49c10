"""SQL of Redshift as DuckDB understands it, through sqlglot and what sqlglot leaves.

Each rewrite mends a difference that was measured with DuckDB 2.0 and sqlglot 30.30; the test of
this module runs every one of them.
"""

from functools import cache, lru_cache
from typing import Any

from opskit.errors import InputError

#: What a connection is told before it runs translated SQL: integers divide to integers, and
#: GETDATE() has no zone.
SESSION = ("SET integer_division=true", "SET TimeZone='UTC'")

#: Functions that DuckDB lacks. `redshift_now()` is defined by whoever knows the time.
MACROS = (
    "CREATE OR REPLACE MACRO format_encoding(code) AS CAST(code AS VARCHAR)",
    # no session of a file is the one that asks
    "CREATE OR REPLACE MACRO pg_backend_pid() AS -1",
    # numbers of types and modifiers as in PostgreSQL's catalog, which Redshift keeps
    """CREATE OR REPLACE MACRO format_type(kind, modifier) AS CASE CAST(kind AS BIGINT)
        WHEN 16 THEN 'boolean' WHEN 20 THEN 'bigint' WHEN 21 THEN 'smallint'
        WHEN 23 THEN 'integer' WHEN 25 THEN 'text' WHEN 700 THEN 'real'
        WHEN 701 THEN 'double precision' WHEN 1082 THEN 'date'
        WHEN 1083 THEN 'time without time zone' WHEN 1266 THEN 'time with time zone'
        WHEN 1114 THEN 'timestamp without time zone'
        WHEN 1184 THEN 'timestamp with time zone' WHEN 4000 THEN 'super'
        WHEN 3000 THEN 'geometry' WHEN 3001 THEN 'geography'
        WHEN 1042 THEN 'character(' || CAST(modifier - 4 AS VARCHAR) || ')'
        WHEN 1043 THEN CASE WHEN modifier < 4 THEN 'character varying'
            ELSE 'character varying(' || CAST(modifier - 4 AS VARCHAR) || ')' END
        WHEN 1700 THEN CASE WHEN modifier < 4 THEN 'numeric'
            ELSE 'numeric(' || CAST((modifier - 4) >> 16 AS VARCHAR) || ','
                || CAST((modifier - 4) & 65535 AS VARCHAR) || ')' END
        ELSE '???' END""",
)

_SCHEMAS = ("pg_catalog", "pg_internal")


@lru_cache(maxsize=512)
def to_duckdb(sql: str) -> str:
    """One statement of Redshift in DuckDB's SQL; InputError where it cannot be parsed."""
    return translated(parsed(sql))


def parsed(sql: str) -> Any:
    """The tree of one statement of Redshift; InputError where it cannot be parsed."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return sqlglot.parse_one(sql, read="redshift")
    except SqlglotError as error:
        first = str(error).split("\n")[0]
        raise InputError(f"syntax error: {first}", hint="check the SQL") from None


def translated(tree: Any) -> str:
    """A tree of Redshift, which is changed on the way, in DuckDB's SQL."""
    for node in reversed(list(tree.dfs())):  # parts before the whole: a rewrite keeps its parts
        made = _rewrite(node)
        if made is not node:
            tree = made if node is tree else tree
            node.replace(made)
    return str(tree.sql(dialect="duckdb"))


def _rewrite(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Table) and node.db.lower() in _SCHEMAS:
        node.set("db", None)
        node.set("catalog", None)
    elif isinstance(node, exp.CurrentTimestamp):
        return exp.func("redshift_now")
    elif isinstance(node, exp.CurrentDate):
        return exp.cast(exp.func("redshift_now"), "date")
    elif isinstance(node, exp.Add) and (_is_text(node.left) or _is_text(node.right)):
        return exp.DPipe(this=node.left, expression=node.right, safe=True)
    elif isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
        return _truncated(node)
    elif isinstance(node, exp.RegexpReplace):
        node.set("modifiers", exp.Literal.string("g"))
    elif isinstance(node, exp.Window) and _named(node.this, "ratio_to_report"):
        return _ratio(node)
    elif isinstance(node, exp.Trunc) and not node.args.get("decimals") and _is_time(node.this):
        return exp.cast(node.this, "date")
    elif _named(node, "sysdate"):
        return exp.func("redshift_now")
    return node


def _named(node: Any, name: str) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Anonymous) and node.name.lower() == name


def _is_text(node: Any) -> bool:
    """Whether an operand is text for certain: Redshift's `+` joins texts."""
    from sqlglot import exp

    if isinstance(node, exp.Cast):
        return bool(node.to.is_type(*exp.DataType.TEXT_TYPES))
    if isinstance(node, exp.Paren | exp.Add):
        return any(_is_text(child) for child in node.iter_expressions())
    texts = (exp.DPipe, exp.Concat, exp.Trim, exp.Upper, exp.Lower, exp.Substring)
    return bool(node.is_string) or isinstance(node, texts)


def _truncated(node: Any) -> Any:
    """A cast to a text of n characters cuts the text, which DuckDB's does not."""
    from sqlglot import exp

    kind = node.to
    if not kind.is_type(*exp.DataType.TEXT_TYPES) or not kind.expressions:
        return node
    size = kind.expressions[0].this
    bare = exp.Cast(this=node.this, to=exp.DataType.build("varchar"))
    return exp.func("LEFT", bare, size.copy()) if size.is_int else bare


def _ratio(node: Any) -> Any:
    """RATIO_TO_REPORT(x) OVER w is x over the sum of x over w, as a float."""
    from sqlglot import exp

    value = node.this.expressions[0]
    total = node.copy()
    total.set("this", exp.Sum(this=value.copy()))
    share = exp.Div(
        this=exp.cast(value.copy(), "double"),
        expression=exp.Nullif(this=total, expression=exp.Literal.number(0)),
    )
    return exp.Paren(this=share)


def _is_time(node: Any) -> bool:
    """Whether TRUNC's argument is a time: by its own type, or by what the catalog calls it."""
    from sqlglot import exp

    if isinstance(node, exp.Cast):
        return bool(node.to.is_type(*exp.DataType.TEMPORAL_TYPES))
    if isinstance(node, exp.Column):
        return node.name.lower() in _time_columns()
    return isinstance(node, exp.CurrentTimestamp | exp.DateAdd | exp.TimestampTrunc) or _named(
        node, "redshift_now"
    )


@cache
def _time_columns() -> frozenset[str]:
    from opskit.redshift.catalog import views

    return frozenset(
        column
        for view in views().values()
        for column, kind in view.columns.items()
        if kind in ("timestamp", "timestamptz", "date")
    )
