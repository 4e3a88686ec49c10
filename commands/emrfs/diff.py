"""`opskit emrfs diff`: who gains and who loses what between two files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from opskit.commands.options import RowsOutput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opskit.emrfs.diff.compare import Difference, Row
    from opskit.emrfs.model import Design
    from opskit.output import Table

#: Reasons that are told; JSON has all of them.
_NOTES = 5


def diff(
    before: Annotated[Path, typer.Argument(help="What is now, in any format that is read.")],
    after: Annotated[Path, typer.Argument(help="What is proposed; one of the two may be -.")],
    action: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACTION",
            help="An action; reads, writes, deletes and listings if not given (repeat).",
        ),
    ] = None,
    fail_on: Annotated[
        Literal["gain", "loss", "any", "never"],
        typer.Option(help="Exit with 1 where somebody gains, loses, or anything changes."),
    ] = "any",
    user: Annotated[
        str, typer.Option(metavar="NAME", help="Compare for one user; everybody if not given.")
    ] = "",
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="For somebody in this group, the primary one first (repeat)."
        ),
    ] = None,
    base_role: Annotated[
        str, typer.Option(metavar="ROLE", help="The base role, where neither file names it.")
    ] = "",
    output: RowsOutput = None,
) -> int:
    """Say who gains and who loses what between two files.

    S3 is cut into the regions on which both files have one answer each, and every region is
    compared for everybody: the users of the directories, members of mapped groups, anyone else. No
    samples. What one file does not know of a role's policies is taken from the other; where neither
    does, roles are compared and the decision is unknown.

    Exit status 0 when nothing changes that --fail-on names, 1 when something does, 3 when that
    cannot be told.

    \b
    Example:
      opskit emrfs diff emrfs.yaml proposed.yaml
      opskit emrfs diff running.json emrfs.yaml --fail-on gain -o md
    """
    from opskit.commands.emrfs.common import finish_rows, loaded
    from opskit.emrfs.diff.compare import ACTIONS, compare
    from opskit.errors import UsageError
    from opskit.output import message

    if before == after == Path("-"):
        raise UsageError("stdin can be read once", hint="name one of the two files")
    designs = loaded(before), loaded(after)
    for design in designs if base_role else ():
        design.base_role = design.base_role or design.role(base_role)
    _say_doubt(designs, user, group)
    person = (user, group) if user or group else None
    found = compare(*designs, action or ACTIONS, person)
    for sentence in _sentences(found):
        message(sentence)
    finish_rows(_table(found), output)
    return _status(found, fail_on)


def _say_doubt(designs: "tuple[Design, Design]", user: str, group: "Sequence[str] | None") -> None:
    """A name that neither file knows may be mistyped."""
    from opskit.emrfs.people import doubt
    from opskit.output import message

    if user and not any(user in design.directory.users for design in designs):
        listed = [design for design in designs if design.directory.users] or designs
        text = doubt(listed[0], user, group)
        if text:
            message(f"note: {text}")


def _sentences(found: "Difference") -> "Iterator[str]":
    """What the rows come to, and what could not be told."""
    from opskit.emrfs.diff.outcomes import Change

    counts = {change: sum(row.outcome.change is change for row in found.rows) for change in Change}
    told = [
        f"{counts[change]} {word}"
        for change, word in (
            (Change.GAIN, "gained"),
            (Change.LOSS, "lost"),
            (Change.ROLE, "with another role that decides the same"),
            (Change.UNKNOWN, "not known"),
        )
        if counts[change]
    ]
    if told:
        yield f"changes: {', '.join(told)}"
    elif found.complete:
        yield "nobody's access changes"
    shown = found.notes if len(found.notes) <= _NOTES else found.notes[: _NOTES - 1]
    yield from (f"could not tell: {note}" for note in shown)
    if len(shown) < len(found.notes):
        yield f"could not tell: {len(found.notes) - len(shown)} more, which -o json lists"


def _status(found: "Difference", fail_on: str) -> int:
    from opskit.emrfs.diff.outcomes import Change
    from opskit.errors import ExitCode

    wanted = {
        "gain": (Change.GAIN,),
        "loss": (Change.LOSS,),
        "any": (Change.GAIN, Change.LOSS, Change.ROLE),
        "never": (),
    }[fail_on]
    if any(found.has(change) for change in wanted):
        return ExitCode.NO
    if fail_on == "any" and any(row.outcome.other_role for row in found.rows):
        return ExitCode.NO  # whatever it decides
    if fail_on != "never" and (found.has(Change.UNKNOWN) or not found.complete):
        return ExitCode.UNKNOWN
    return ExitCode.OK


def _table(found: "Difference") -> "Table":
    from opskit.output import Column, Table

    columns = [
        Column("change"),
        Column("who", least=24),
        Column("where", least=40),
        Column("does", "actions", least=20),
        Column("from", "role before", least=24),
        Column("to", "role after", least=24),
    ]
    rows = [_row(row) for row in found.rows]
    return Table(
        "opskit.emrfs.diff/1",
        columns,
        rows,
        extra={"complete": found.complete, "notes": list(found.notes)},
    )


def _row(row: "Row") -> dict[str, Any]:
    outcome, region = row.outcome, row.region
    who = ", ".join(row.people[:5]) + (f" and {len(row.people) - 5} more" if row.people[5:] else "")
    return {
        "change": outcome.change,
        "who": who,
        "where": region.text,
        "does": ", ".join(action.removeprefix("s3:") for action in row.actions),
        "from": _short(outcome.before),
        "to": _short(outcome.after),
        "people": row.people,
        "actions": row.actions,
        "region": {
            "within": region.within,
            "without": region.without,
            "without_exact": region.without_exact,
            "like": region.like,
            "unlike": region.unlike,
            "exact": region.exact,
            "listed": region.listed,
            "unlisted": region.unlisted,
            "example": region.witness.uri,
        },
        "before": {"role": outcome.before, "decision": outcome.decision_before},
        "after": {"role": outcome.after, "decision": outcome.decision_after},
    }


def _short(arn: str | None) -> str:
    return "not known" if arn is None else arn.rpartition("/")[2]
