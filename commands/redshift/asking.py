"""The parts of `opskit redshift query`: its listing, its SQL, its EXPLAIN."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.commands.redshift.connection import Where
    from opskit.output import Table
    from opskit.redshift.catalog import Engine
    from opskit.redshift.queries import Library


def parameters(pairs: Sequence[str] | None) -> dict[str, str]:
    """The parameters of `--param`; UsageError for one that is no KEY=VALUE."""
    from opskit.errors import UsageError

    found = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--param {pair[:80]!r} is no KEY=VALUE", hint="as in limit=10")
        found[key] = value
    return found


def span(window: str | None) -> timedelta:
    """The window that the flag and the settings say."""
    from opskit.commands.results import load_settings
    from opskit.redshift.check import WINDOW, window_of

    text = load_settings(**{"redshift.window": window}).get("redshift.window")
    return window_of(text) if text else WINDOW


def listed(library: "Library") -> "Table":
    """Every question, with the engines that it can be asked of."""
    from opskit.output import Table

    rows: dict[str, dict[str, object]] = {}
    for query in library.all():
        header = query.header
        row = rows.setdefault(
            header.id, {"name": header.id, "engine": header.engine, "title": header.title}
        )
        if row["engine"] != header.engine:
            row["engine"] = "any"
    columns = ["name", "engine", "title"]
    return Table("opskit.redshift.queries.list/1", columns, list(rows.values()), key="queries")


def show(
    where: "Where", library: "Library", name: str, window: timedelta, given: dict[str, str]
) -> int:
    """Print a query with its parameters filled in, and ask nothing."""
    from datetime import UTC, datetime

    from opskit.output import write

    engine: Engine = "serverless" if where.engine == "serverless" else "provisioned"
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    write(library.find(name, engine).bound(now - window, now, given) + ";\n")
    return 0


def explain(where: "Where", library: "Library", name: str | None, output: str | None) -> int:
    """EXPLAIN one query, or every one; 3 where a plan could not be had."""
    from opskit.commands.redshift.connection import asked
    from opskit.commands.results import finish_rows
    from opskit.errors import ExitCode, UsageError
    from opskit.redshift import ask

    if where.capture:
        raise UsageError("--explain-only asks a warehouse for plans", hint="give --target NAME")
    with asked(where) as source:
        names = [name] if name else library.names()
        table = ask.plans(source, library, names)
    finish_rows(table, output)
    failed = any(row["answer"] != "planned" for row in table.rows)
    return ExitCode.UNKNOWN if failed else ExitCode.OK
