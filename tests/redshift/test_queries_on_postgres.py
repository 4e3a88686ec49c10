"""Our queries on a real PostgreSQL beside DuckDB: where both can run one, both say the same.

Redshift descends from PostgreSQL 8.0, so that what PostgreSQL 15 runs of a query keeps the
translation to DuckDB honest: joins, NULLs and their order, grouping, quoting, LIKE. For functions
that only Redshift has it is no witness: it is given them in its own words (`FUNCTIONS`).
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from subprocess import CalledProcessError
from typing import Any

import pytest

from opskit.redshift import duck
from opskit.redshift.catalog import Engine, views
from opskit.redshift.queries import ENGINES, Library, Query
from tests.redshift.postgres import Server, postgres
from tests.redshift.warehouses import Made

#: At least so many of our queries run on PostgreSQL as they stand.
RUN_THERE = 55
SEED = 7

#: What PostgreSQL says of what it does not have.
UNKNOWN_THERE = ("does not exist", "syntax error", "cannot cast")
FUNCTIONS = """
CREATE FUNCTION datediff(unit text, a timestamp, b timestamp) RETURNS bigint IMMUTABLE LANGUAGE sql
AS $$ SELECT CASE unit
  WHEN 'us' THEN CAST(extract(epoch FROM b - a) * 1000000 AS bigint)
  WHEN 'day' THEN CAST(b AS date) - CAST(a AS date)
  ELSE CAST(extract(epoch FROM date_trunc('second', b) - date_trunc('second', a)) AS bigint)
    / CASE unit WHEN 's' THEN 1 END END $$;
CREATE FUNCTION dateadd(unit text, count bigint, a timestamp) RETURNS timestamp IMMUTABLE
LANGUAGE sql AS $$ SELECT a + CAST(count || ' ' || unit AS interval) $$;
CREATE FUNCTION format_encoding(code bigint) RETURNS text IMMUTABLE LANGUAGE sql
AS $$ SELECT CAST(code AS text) $$;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as found:
        found.psql(FUNCTIONS)
        yield found


def fill(server: Server, engine: Engine, rows: dict[str, list[dict[str, Any]]]) -> None:
    """The views of an engine as tables of a schema, with their rows."""
    parts = [f"CREATE SCHEMA {engine};", f"SET search_path = {engine}, pg_catalog;"]
    for view, definition in views().items():
        if engine not in definition.engines:
            continue
        columns = ", ".join(
            f'"{name}" {duck.column_type(kind)}' for name, kind in definition.columns.items()
        )
        parts.append(f'CREATE TABLE "{view}" ({columns});')
        for row in rows.get(view, ()):
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(constant(value) for value in row.values())
            parts.append(f'INSERT INTO "{view}" ({names}) VALUES ({values});')
    server.psql("\n".join(parts))


def constant(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def there(server: Server, engine: Engine, sql: str) -> list[list[str]] | None:
    """The rows on PostgreSQL as text; None where it has no such function or syntax."""
    sql = re.sub(r"\b(DATEDIFF|DATEADD)\((\w+),", r"\1('\2',", sql)
    target = "STDOUT (FORMAT csv, NULL '\\N')"
    script = f"SET search_path = {engine}, pg_catalog, public;\nCOPY ({sql}\n) TO {target};"
    try:
        return list(csv.reader(io.StringIO(server.psql(script))))
    except CalledProcessError as error:
        if any(words in error.stderr for words in UNKNOWN_THERE):
            return None
        raise


def comparable(value: Any) -> Any:
    """A value or its text in one form for both."""
    if value is None or value == "\\N":
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    try:
        return round(Decimal(text), 6).normalize()
    except InvalidOperation:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


@pytest.mark.parametrize("engine", ENGINES)
def test_both_say_the_same(engine: Engine, server: Server) -> None:
    made = Made(engine, SEED, [name for name, v in views().items() if engine in v.engines])
    rows = made.rows
    fill(server, engine, rows)
    source = duck.memory(engine, made.now, rows)
    ran, differ = [], []
    for query in queries(engine):
        sql = query.bound(made.now - timedelta(days=7), made.now, given(query))
        found = there(server, engine, sql)
        if found is None:
            continue
        ran.append(query.header.id)
        here = [[comparable(v) for v in row] for row in source.connect().run(sql).rows]
        if here != [[comparable(v) for v in row] for row in found]:
            differ.append(query.header.id)
    assert not differ
    assert len(ran) >= RUN_THERE, sorted(ran)


def queries(engine: Engine) -> list[Query]:
    library = Library()
    return [library.find(n, engine) for n in library.names() if library.has(n, engine)]


def given(query: Query) -> dict[str, str]:
    return {name: "a" for name, spec in query.header.parameters.items() if spec == "text"}
