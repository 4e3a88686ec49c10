"""`opskit emrfs explain-denied`: an Access Denied, to the mapping and the policy behind it."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import RecordOutput

if TYPE_CHECKING:
    from opskit.emrfs.denied.verdict import Explained
    from opskit.output import Record


def explain_denied(
    text: Annotated[str, typer.Argument(help="The message, or - for lines of a log on stdin.")],
    file: DesignFile = DEFAULT_FILE,
    user: Annotated[
        str, typer.Option(metavar="NAME", help="The Hadoop user, where the text names none.")
    ] = "",
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A group of the user, the primary one first; else the directory's (repeat).",
        ),
    ] = None,
    path: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE", help="The place, where the text names none: s3://bucket/key."
        ),
    ] = None,
    action: Annotated[
        str,
        typer.Option(
            metavar="ACTION", help="What was done, where the text does not say: s3:PutObject."
        ),
    ] = "",
    output: RecordOutput = None,
) -> int:
    """Find the mapping or policy behind an Access Denied.

    Reads messages of S3, STS and KMS as EMRFS, S3A, Hive, Spark and Trino print them, lines of S3
    access logs, and CloudTrail events. Exit status 0 when each denial is explained, 3 when one
    cannot be told (then candidates are named, and what is missing), 2 when the text holds none.

    \b
    Example:
      opskit emrfs explain-denied "$(tail -1 error.txt)"
      yarn logs -applicationId application_1_2 | opskit emrfs explain-denied -
    """
    from opskit.commands.emrfs.common import finish_record, loaded
    from opskit.emrfs.denied import read
    from opskit.emrfs.denied.explain import Asked, Explainer
    from opskit.emrfs.denied.merge import merged
    from opskit.emrfs.denied.verdict import exit_code
    from opskit.emrfs.iam.actions import s3_action
    from opskit.emrfs.prefixes import path as place

    asked = Asked(
        user,
        tuple(group) if group else None,
        place(path) if path else None,
        s3_action(action).name if action else "",
    )
    given = _text(text, str(file))
    seen = read.read(given)
    if not seen and (user or path):
        seen = read.read_bare(given)
    if not seen:
        _none(text)
    explainer = Explainer(loaded(file), asked)
    found = merged([explainer.explain(each) for each in seen])
    finish_record(_record(found), output)
    return exit_code(found)


def _text(given: str, file: str) -> str:
    """The message, or all of stdin; what is no UTF-8 in a log is replaced."""
    from opskit.errors import UsageError
    from opskit.files import read_bytes

    if given != "-":
        return given
    if file == "-":
        raise UsageError("the text and the role mappings cannot both be stdin")
    return read_bytes("-").decode("utf-8", "replace")


def _none(text: str) -> None:
    from opskit.errors import InputError

    hint = (
        "give the whole message, with the line that says Access Denied; where there is no more "
        "than that, add --user and --path"
    )
    if text != "-" and _is_file(text):
        hint = f"to read a file: opskit emrfs explain-denied - < {shlex.quote(text)}"
    raise InputError("the text holds no denial of S3, STS or KMS", hint=hint)


def _is_file(text: str) -> bool:
    """Whether the text is the name of a file that is there."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long, or no name at all
        return False


def _record(found: "list[Explained]") -> "Record":
    from opskit.emrfs.denied.words import fields, sentences
    from opskit.output import Record, fitted

    text = "".join(f"{line}\n" for line in sentences(found))
    return Record("opskit.emrfs.explain-denied/1", fields(found), fitted(text))
