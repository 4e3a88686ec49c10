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
    from opskit.commands.results import output_format
    from opskit.output import ROWS, Format, emit_rows, fitted, message, write

    asked = destinations.parse(destination)
    fmt = Format(output_format(output, ROWS))
    decisions = decide(sources.read_network([path]), asked)
    if not decisions:
        message("no network connector: nothing crosses")
    if fmt in (Format.TABLE, Format.MD):
        # what crosses is what was asked for
        decisions.sort(key=lambda decision: _ORDER.index(decision.forwarded))
        emit_rows(_for_people(decisions), fmt)
    else:
        emit_rows(_table(decisions), fmt)
    if fmt is Format.TABLE and decisions:
        write(fitted("".join(_sentences(decisions))))
    return exit_code(decisions)


_ORDER = (True, None, False)


def _table(decisions: "Sequence[Decision]") -> "Table":
    from opskit.broker.explain import SCHEMA, Decision
    from opskit.output import Table

    columns = [field.name for field in fields(Decision)]
    return Table(SCHEMA, columns, [asdict(decision) for decision in decisions], key="decisions")


def _for_people(decisions: "Sequence[Decision]") -> "Table":
    """With the destination and the broker only where there are several."""
    from opskit.broker.explain import SCHEMA
    from opskit.output import Column, Table

    rows = [
        {**asdict(decision), "answer": decision.answer, "at": decision.place}
        for decision in decisions
    ]
    columns: list[str | Column] = [
        name
        for name in ("destination", "broker")
        if len({getattr(decision, name) for decision in decisions}) > 1
    ]
    columns += ["connector", "direction", Column("answer", "forwarded"), "decided_by"]
    return Table(SCHEMA, [*columns, "entry", "at"], rows)


def _sentences(decisions: "Sequence[Decision]") -> Iterator[str]:
    """Why messages cross, or where they cross nowhere why not, as compilers write it."""
    from opskit.output.text import one_line

    yield "\n"
    for decision in [d for d in decisions if d.forwarded is not False] or decisions:
        what = f"{decision.destination} {decision.direction}"
        yield one_line(f"{decision.place}: {decision.connector}: {what}: {decision.why}") + "\n"
