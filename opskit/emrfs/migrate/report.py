"""A plan as a table, as Markdown and as plain values."""

from collections.abc import Iterator

from opskit.emrfs.migrate.plan import Outcome, Plan, Row
from opskit.emrfs.model import NOTICE
from opskit.output import fitted
from opskit.output.formats import Format
from opskit.output.rows import Column, Table, render_rows

SCHEMA = "opskit.emrfs.migrate/1"
_COLUMNS = (
    Column("mapping"),
    Column("for"),
    Column("role"),
    Column("outcome"),
    Column("becomes"),
    Column("reasons"),
)
_SHOWN = 5


def fields(plan: Plan) -> dict[str, object]:
    """The plan as JSON has it."""
    return {
        "target": plan.target,
        "complete": plan.complete,
        "mappings": [_fields(row) for row in plan.rows],
        "steps": [{"title": step.title, "commands": step.commands} for step in plan.steps],
        "notes": plan.notes,
    }


def _fields(row: Row) -> dict[str, object]:
    mapping = row.mapping
    return {
        "index": mapping.index,
        "type": mapping.kind.value,
        "identifiers": [identifier.text for identifier in mapping.identifiers],
        "role": mapping.role,
        "outcome": row.outcome.value,
        "becomes": row.becomes,
        "reasons": row.reasons,
    }


def text(plan: Plan) -> str:
    """For a terminal. Commands are neither indented nor wrapped: they are there to be copied."""
    moving = sum(row.outcome is not Outcome.CANNOT for row in plan.rows)
    head = [f"{moving} of {len(plan.rows)} mappings move to {plan.target}\n"]
    parts = [fitted("\n".join([*head, *(line for row in plan.rows for line in _lines(row))]))]
    for number, step in enumerate(plan.steps, 1):
        parts += [fitted(f"\n{number}. {step.title}\n"), *(f"\n{each}" for each in step.commands)]
    if plan.notes:
        parts.append(fitted("\nTo know:\n" + "\n".join(f"- {note}" for note in plan.notes)))
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _lines(row: Row) -> Iterator[str]:
    shown = _row(row)
    yield f"{shown['mapping']}  {shown['for']} to {shown['role']}: {shown['outcome']}"
    if row.outcome is not Outcome.CANNOT:
        yield f"    {row.becomes}"
    yield from (f"    {reason}" for reason in row.reasons)


def markdown(plan: Plan) -> str:
    """For a ticket or a wiki."""
    return "\n".join(_markdown(plan))


def _markdown(plan: Plan) -> Iterator[str]:
    yield f"# Role mappings to {plan.target}\n"
    yield render_rows(_table(plan), Format.MD)
    for number, step in enumerate(plan.steps, 1):
        yield f"## {number}. {step.title[:1].upper()}{step.title[1:]}\n"
        if step.commands:
            fence = _fence("\n".join(step.commands))
            yield "\n".join([f"{fence}sh", *step.commands, fence, ""])
    if plan.notes:
        yield "## To know\n"
        yield "".join(f"- {note}\n" for note in plan.notes)
    yield f"> {NOTICE}\n"


def _fence(content: str) -> str:
    """A fence that the content does not end."""
    fence = "```"
    while fence in content:
        fence += "`"
    return fence


def _table(plan: Plan) -> Table:
    return Table(SCHEMA, _COLUMNS, [_row(row) for row in plan.rows])


def _row(row: Row) -> dict[str, object]:
    mapping = row.mapping
    names = [identifier.text for identifier in mapping.identifiers]
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return {
        "mapping": mapping.label,
        "for": f"{mapping.kind.value.lower()} {shown}",
        "role": mapping.role,
        "outcome": row.outcome.value,
        "becomes": row.becomes,
        "reasons": "; ".join(row.reasons),
    }
