"""`opskit broker explain`: whether messages to a destination cross, and what decides it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput

if TYPE_CHECKING:
    from opskit.broker.explain import Decision
    from opskit.output import Table


def explain(
    path: Annotated[Path, typer.Argument(help="A broker file, topology or folder; - is stdin.")],
    destination: Annotated[str, typer.Argument(help="Such as queue://TestingQ or topic://a.b.")],
    output: RowsOutput = None,
) -> int:
    """Say whether messages to a destination cross, and why.

    "yes" is always, "on demand" while somebody on the receiving broker consumes from that very
    destination. The entry that decides is shown with its file and line.

    Exit status 0 when messages cross at some connector, 1 when they cross at none, 3 when that
    hangs on a placeholder.

    \b
    Example:
      opskit broker explain activemq.xml queue://TestingQ
      opskit broker explain conf/ topic://prices.eu -o json
    """
    from opskit.broker import destinations, sources
    from opskit.broker.explain import exit_code
    from opskit.broker.explain import explain as decide
    from opskit.commands.results import load_settings
    from opskit.output import Format, emit_rows, message, write

    asked = destinations.parse(destination)
    fmt = Format(load_settings(output=output).get("output") or "table")
    decisions = decide(sources.read_network([path]), asked)
    if not decisions:
        message("no network connector: nothing crosses")
    emit_rows(_table(decisions, for_people=fmt in (Format.TABLE, Format.MD)), fmt)
    if fmt is Format.TABLE:
        write("".join(_sentences(decisions)))
    return exit_code(decisions)


def _table(decisions: "Sequence[Decision]", *, for_people: bool) -> "Table":
    from opskit.broker.explain import SCHEMA, Decision
    from opskit.output import Column, Table

    rows = [asdict(decision) for decision in decisions]
    columns: list[str | Column] = [field.name for field in fields(Decision)]
    if for_people:
        columns = ["connector", "direction", Column("answer", "forwarded"), "decided_by", "entry"]
        columns += ["at"]
        if len({decision.destination for decision in decisions}) > 1:
            columns.insert(0, "destination")
        for row, decision in zip(rows, decisions, strict=True):
            row["answer"] = decision.answer
            row["at"] = f"{Path(decision.file).name}:{decision.line}"
    return Table(SCHEMA, columns, rows, key="decisions")


def _sentences(decisions: "Sequence[Decision]") -> Iterator[str]:
    """Why, behind the whole path of what decides, as compilers write it."""
    from opskit.output.text import one_line

    yield "\n"
    for decision in decisions:
        what = f"{decision.destination} {decision.direction}"
        yield one_line(f"{decision.place}: {decision.connector}: {what}: {decision.why}") + "\n"
