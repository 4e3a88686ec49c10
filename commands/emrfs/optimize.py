"""`opskit emrfs optimize`: the same mappings in fewer parts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import Diff, RowsOutput, Yes

if TYPE_CHECKING:
    from opskit.emrfs.optimize.parts import Step
    from opskit.emrfs.optimize.plan import Plan
    from opskit.output import Table


def optimize(
    file: DesignFile = DEFAULT_FILE,
    write: Annotated[
        bool, typer.Option("--write", help="Change the file; the change is shown first.")
    ] = False,
    diff: Diff = False,
    yes: Yes = False,
    output: RowsOutput = None,
) -> int:
    """Reorder, drop and merge mappings; no access changes.

    Every user gets the same role at every place as before, whatever groups he is in, whether
    prefixes match as plain text or by folders, and whether all groups count or the primary one
    alone: it is proved before anything is shown. What only a deployment tells, such as ${Group} or
    a parameter of a template, stays as it is, and where it is. The plan is printed, and as JSON the
    new mappings with it. --write edits emrfs.yaml, security configurations and templates of
    CloudFormation in place and keeps their comments. With --diff the exit status is 1 where there
    is a change.

    \b
    Example:
      opskit emrfs optimize
      opskit emrfs optimize --diff
      opskit emrfs optimize -f security-configuration.json --write
    """
    from opskit.commands.changes import carry_out, show
    from opskit.commands.emrfs.common import finish_rows, noted
    from opskit.emrfs.load import take
    from opskit.emrfs.optimize.plan import plan
    from opskit.emrfs.optimize.reading import read
    from opskit.emrfs.optimize.splice import rewrite
    from opskit.errors import ExitCode
    from opskit.output import message

    _refuse(file, write=write, diff=diff)
    source = take(file)
    design = read(source)
    for note in design.notes:
        message(f"note: {note}")
    found = plan(design)
    if diff:
        return noted(show([rewrite(source, found)]))
    message(_summary(found))
    finish_rows(_table(found), output)
    if write and found.steps:
        return carry_out([rewrite(source, found)], yes=yes)
    return ExitCode.OK


def _refuse(file: Path, *, write: bool, diff: bool) -> None:
    from opskit.errors import UsageError

    if write and diff:
        raise UsageError("--write changes the file, and --diff does not", hint="give one of them")
    if write and file == Path("-"):
        raise UsageError("stdin cannot be changed in place", hint="--diff prints the change")


def _summary(found: "Plan") -> str:
    before, after = len(found.before.mappings), len(found.after.mappings)
    if not found.steps:
        return "nothing can be dropped or merged without a change"
    fewer = f"{before} mappings become {after}" if after < before else f"{before} mappings stay"
    return f"{fewer}; nobody gets another role, in either reading of prefixes and groups"


def _table(found: "Plan") -> "Table":
    from opskit.output import Column, Table

    columns = [
        Column("step"),
        Column("mapping"),
        Column("what", "identifiers", least=20),
        Column("into"),
        Column("why", least=24),
    ]
    extra = {
        "mappings_before": len(found.before.mappings),
        "mappings_after": len(found.after.mappings),
        "mappings": [
            {
                "role": part.members[0].role,
                "type": part.kind,
                "identifiers": [each.text for each in part.identifiers],
                "from": [member.index for member in part.members],
            }
            for part in found.parts
        ],
    }
    rows = [_row(step) for step in found.steps]
    return Table("opskit.emrfs.optimize/1", columns, rows, "steps", extra)


def _row(step: "Step") -> dict[str, Any]:
    shown, more = step.identifiers[:3], len(step.identifiers) - 3
    if step.action == "move":
        into = f"behind {step.other.label}" if step.other else "to the top"
    else:
        into = step.other.label if step.other else ""
    return {
        "step": step.action,
        "mapping": step.mapping.label,
        "what": ", ".join(shown) + (f" and {more} more" if more > 0 else ""),
        "into": into,
        "why": step.why,
        "index": step.mapping.index,
        "identifiers": list(step.identifiers),
        "other": step.other.index if step.other else None,
        "location": step.mapping.location._asdict() if step.mapping.location else None,
    }
