"""`opskit emrfs leak`: what the base role reaches, and who falls to it."""

from typing import TYPE_CHECKING

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import RowsOutput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opskit.emrfs.leak import Leak
    from opskit.output import Table


def leak(file: DesignFile = DEFAULT_FILE, output: RowsOutput = None) -> int:
    """Say what the base role reaches, and who falls to it.

    Each row is a place in S3 that a statement of the base role reaches, beyond the log folder and
    the bootstrap actions, with who gets it: users whom no mapping matches. Exit status 1 when data
    is open to somebody, 0 when not, 3 when the base role's policies are not known or may be those
    of a log folder that the file does not name.

    \b
    Example:
      opskit emrfs leak
      opskit emrfs leak -f main.tf -o json
    """
    from opskit.commands.emrfs.common import finish_rows, loaded
    from opskit.emrfs.leak import exit_code, sentences
    from opskit.emrfs.leak import leak as find
    from opskit.output import message

    found = find(loaded(file))
    for sentence in sentences(found):
        message(sentence)
    finish_rows(_table(found), output)
    return exit_code(found)


def _table(found: "Leak") -> "Table":
    from opskit.emrfs.leak import fields, rows
    from opskit.output import Column, Table

    listed = rows(found)
    for row, reached in zip(listed, found.reached or (), strict=True):
        unsure = [f"{action} (perhaps)" for action in reached.unsure]
        row["does"] = ", ".join([*reached.actions, *unsure]).replace("s3:", "")
        row["data"] = _short([*row["prefixes"], *row["buckets"]])
        row["by"] = reached.statement.label
        others = ["anyone else"] if row["anyone_else"] else []
        row["open_to"] = ", ".join(filter(None, [_short(row["users"]), *others])) or "nobody"
    columns = [
        Column("reaches"),
        Column("does"),
        Column("data", "data of mappings"),
        Column("by", "statement"),
        Column("open_to"),
    ]
    return Table("opskit.emrfs.leak/1", columns, listed, extra=fields(found))


def _short(texts: "Sequence[str]") -> str:
    more = len(texts) - 3
    return ", ".join(texts[:3]) + (f" and {more} more" if more > 0 else "")
