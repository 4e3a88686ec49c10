"""The queries of `queries/emrfs`, put together and written for an engine.

They are in DuckDB's dialect, and sqlglot writes them for Athena and Spark. What the documents say
comes in as functions that stand for searches: each is replaced by a tree of comparisons.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from opskit.emrfs.iam.glob import tokens
from opskit.emrfs.regions.atoms import Mark
from opskit.emrfs.replay.ranges import Ranges

if TYPE_CHECKING:
    from datetime import datetime

    from sqlglot.expressions import Expr

Dialect = Literal["duckdb", "athena", "spark"]
Kind = Literal["lines", "accesslog", "cloudtrail"]

#: In Java a `%` that is none of an encoding is an error and `+` is a space, and what is no UTF-8
#: becomes U+FFFD. DuckDB leaves both as they are, and the last is an error. A U+FFFD that was
#: written is none.
_JAVA = (
    "CASE WHEN POSITION('\ufffd' IN {decode}) > 0 AND POSITION('\ufffd' IN {without}) > 0"
    " THEN NULL ELSE {decode} END"
)
_CLEAN = "REPLACE(REGEXP_REPLACE({0}, '%(?![0-9A-Fa-f][0-9A-Fa-f])', '%25'), '+', '%2B')"
_WRITTEN = "REGEXP_REPLACE({0}, '%[Ee][Ff]%[Bb][Ff]%[Bb][Dd]|\ufffd', 'x')"


def _java(decode: str) -> str:
    """Percent-encoding undone by a function of Java."""
    return _JAVA.format(
        decode=decode.format(_CLEAN), without=decode.format(_CLEAN.replace("{0}", _WRITTEN))
    )


#: How each engine undoes percent-encoding (where `+` is a plus), and reads the time of a log;
#: null where it cannot.
_ENGINES: dict[Dialect, dict[str, str]] = {
    "duckdb": {
        "ENCODED": "CONTAINS({0}, '%')",
        "DECODED": "TRY(URL_DECODE({0}))",
        "LOG_TIME": "TRY_STRPTIME({0}, '%d/%b/%Y:%H:%M:%S')",
    },
    "athena": {
        "ENCODED": "POSITION('%' IN {0}) > 0",
        "DECODED": _java("TRY(URL_DECODE({0}))"),
        "LOG_TIME": "TRY(DATE_PARSE({0}, '%d/%b/%Y:%H:%i:%s'))",
    },
    "spark": {
        "ENCODED": "POSITION('%' IN {0}) > 0",
        "DECODED": _java("TRY_URL_DECODE({0})"),
        "LOG_TIME": "TRY_TO_TIMESTAMP({0}, 'dd/MMM/yyyy:HH:mm:ss')",
    },
}


def text(name: str) -> str:
    """The text of a query."""
    return files("opskit.queries.emrfs").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def grouped(
    kind: Kind,
    ranges: Ranges,
    slots: "Sequence[datetime]" = (),
    *,
    dialect: Dialect = "duckdb",
    source: str = "",
) -> str:
    """The query that groups accesses, for logs of a kind: the table `lines`, `accesslog` or
    `cloudtrail` has them, or the query `source` does, which is in the engine's dialect.
    """
    import sqlglot
    from sqlglot import exp

    query = sqlglot.parse_one(text("replay-groups"), read="duckdb")
    accesses = "replay-cloudtrail" if kind == "cloudtrail" else "replay-accesslog"
    inner: list[tuple[str, Expr]] = [("accesses", sqlglot.parse_one(text(accesses), read="duckdb"))]
    if kind == "lines":
        inner.insert(0, ("accesslog", sqlglot.parse_one(text("replay-lines"), read="duckdb")))
    if source:
        inner.insert(0, (kind, sqlglot.parse_one(source, read=dialect)))
    ctes = [
        exp.CTE(this=body, alias=exp.TableAlias(this=exp.to_identifier(name)))
        for name, body in inner
    ]
    query.args["with_"].set("expressions", ctes + query.args["with_"].expressions)
    functions = _functions(ranges, slots, dialect)
    return query.transform(lambda node: _replaced(node, functions)).sql(
        dialect=dialect, comments=False
    )


_Function = Callable[[list["Expr"]], "Expr"]


def _replaced(node: "Expr", functions: dict[str, _Function]) -> "Expr":
    from sqlglot import exp

    if isinstance(node, exp.Anonymous) and node.name.upper() in functions:
        return functions[node.name.upper()](node.expressions)
    return node


def _functions(
    ranges: Ranges, slots: "Sequence[datetime]", dialect: Dialect
) -> dict[str, _Function]:
    import sqlglot

    def native(template: str) -> _Function:
        return lambda given: sqlglot.parse_one(
            template.format(*(each.sql(dialect) for each in given)), read=dialect
        )

    return {
        "REGION_OF": lambda given: tree(given[0], [_text(each) for each in ranges.places[1:]]),
        "LISTED_OF": lambda given: tree(given[0], [_text(each) for each in ranges.listed[1:]]),
        "MARKS_OF": lambda given: _marks(ranges.marks, *given),
        "SLOT_OF": lambda given: tree(given[0], [_time(each) for each in slots]),
        **{name: native(template) for name, template in _ENGINES[dialect].items()},
    }


def tree(value: "Expr", starts: "Sequence[Expr]") -> "Expr":
    """How many of the sorted `starts` are not above `value`, by halving."""
    from sqlglot import exp

    def between(low: int, high: int) -> "Expr":
        if low == high:
            return exp.Literal.number(low)
        middle = (low + high + 1) // 2
        below = exp.LT(this=value.copy(), expression=starts[middle - 1])
        case = exp.Case(ifs=[exp.If(this=below, true=between(low, middle - 1))])
        case.set("default", between(middle, high))
        return case

    return between(0, len(starts))


def _text(written: str) -> "Expr":
    """A text; a zero character is not written as itself, which engines cut texts at."""
    from sqlglot import exp

    parts: list[Expr] = []
    for number, piece in enumerate(written.split("\0")):
        if number:
            parts.append(exp.Chr(expressions=[exp.Literal.number(0)]))
        if piece:
            parts.append(exp.Literal.string(piece))
    found = parts[0] if parts else exp.Literal.string("")
    for part in parts[1:]:
        found = exp.DPipe(this=found, expression=part)
    return found


def _time(at: "datetime") -> "Expr":
    from sqlglot import exp

    return exp.cast(exp.Literal.string(f"{at:%Y-%m-%d %H:%M:%S}"), "TIMESTAMP")


def _marks(marks: Iterable[Mark], place: "Expr", bucket: "Expr", key: "Expr") -> "Expr":
    """A digit for each mark: 1 where it matches."""
    from sqlglot import exp

    columns = {"place": place, "bucket": bucket, "key": key}
    found: Expr = exp.Literal.string("")
    for mark in marks:
        like = exp.Escape(
            this=exp.Like(this=columns[mark.over].copy(), expression=_text(_like(mark.pattern))),
            expression=exp.Literal.string("!"),
        )
        digit = exp.Case(ifs=[exp.If(this=like, true=exp.Literal.string("1"))])
        digit.set("default", exp.Literal.string("0"))
        found = exp.DPipe(this=found, expression=digit)
    return found


def _like(pattern: str) -> str:
    """A pattern of `opskit.emrfs.iam.glob` as LIKE has it, with `!` as its escape."""
    wild = {"*": "%", "?": "_"}
    return "".join(
        (f"!{char}" if char in "!%_" else char) if literal else wild[char]
        for char, literal in tokens(pattern)
    )
