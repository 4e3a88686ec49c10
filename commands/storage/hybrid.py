"""`opskit storage hybrid`: what rules move to the cloud, what it saves, what a recall costs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AsOf, CatalogFolder, Month
from opskit.commands.storage.pricing import Rate

if TYPE_CHECKING:
    from opskit.storage.hybrid.division import Division
    from opskit.storage.hybrid.rules import Plan
    from opskit.storage.profile.model import Profile

_DOCUMENTS = (".json", ".yaml", ".yml")


def hybrid(
    rules: Annotated[
        Path, typer.Argument(metavar="RULES", help="The rules ('opskit schema storage-rules').")
    ],
    what: Annotated[
        Path, typer.Argument(metavar="PATH|PROFILE", help="A local folder, or a profile of one.")
    ],
    list_: Annotated[
        bool, typer.Option("--list", help="Print the files that move, and nothing else.")
    ] = False,
    cross_mounts: Annotated[
        bool, typer.Option("--cross-mounts", help="Enter other file systems, too.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that read the folder.")
    ] = None,
    speed: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="How archives are recalled: bulk, standard...; else the cheapest."
        ),
    ] = "",
    part_size: Annotated[
        str, typer.Option(metavar="SIZE", help="Larger files are written in parts of this size.")
    ] = "8MiB",
    rate: Rate = None,
    month: Month = "",
    as_of: AsOf = None,
    catalog: CatalogFolder = None,
    output: RowsOutput = None,
) -> int:
    """Say what rules move to the cloud, and what it saves.

    The first rule that fits a file decides; what none fits stays. Shown are files and sizes by
    rule, the bill of a month, what it saves against the rules' own local cost, and what reading it
    back costs: requests, retrieval and egress. Archives are recalled at --speed, else at what the
    rule says, or at the cheapest. Free amounts of a provider are taken as unused.
    Nothing is moved.

    A profile has no paths. Exit status 3 where it, or a missing price, leaves something open, and
    4 where a part of the folder could not be read.

    \b
    Example:
      opskit storage hybrid rules.yaml /srv/shares
      opskit storage hybrid rules.yaml /srv/shares --list -o csv > moves.csv
      opskit storage hybrid rules.yaml profile.json
    """
    from opskit.commands.results import finish_rows
    from opskit.commands.storage.common import catalog as facts_of
    from opskit.commands.storage.hybrid_text import emit, say, status
    from opskit.commands.storage.pricing import terms
    from opskit.commands.storage.profile_text import say_notes
    from opskit.output import Table
    from opskit.storage.hybrid import rows
    from opskit.storage.hybrid.costs import costs
    from opskit.storage.hybrid.load import check_speed, load

    wanted = terms(as_of, month, rate, allow_unverified=True)
    parts = _part_size(part_size)
    plan = load(rules, facts_of(catalog))
    check_speed(plan, speed.lower())
    found = _division(plan, what, (cross_mounts, workers), keep=None if list_ else 3)
    if list_:
        columns = ["path", "bytes", "changed_days", "read_days", "rule", "provider"]
        columns += ["region", "class"]
        finish_rows(Table(rows.LIST_SCHEMA, columns, list(rows.moving(found))), output)
        say_notes(found)
        return status(found)
    priced = costs(plan, found, wanted, speed=speed.lower(), part_size=parts)
    emit(plan, found, priced, output)
    say(found, priced, wanted.day)
    return status(found, priced)


def _division(
    plan: "Plan", what: Path, walk: tuple[bool, int | None], keep: int | None
) -> "Division":
    from opskit.errors import UsageError
    from opskit.output import progress
    from opskit.storage.hybrid.division import of_profile, of_tree

    if what.is_dir():
        with progress() as say:
            return of_tree(what, plan, say=say, cross=walk[0], workers=walk[1], keep=keep)
    if keep is None or walk != (False, None):
        raise UsageError(
            "--list, --cross-mounts and --workers are for a folder, and a profile has no paths",
            where=str(what),
            hint="name the folder that the profile was taken of",
        )
    return of_profile(_profile(what), plan)


def _profile(what: Path) -> "Profile":
    """The profile of a file; InputError says what is wanted where it is none."""
    from opskit.commands.storage.common import profile
    from opskit.errors import InputError

    hint = "name a folder, or a profile: 'opskit storage profile FOLDER -o json' makes one"
    if str(what) != "-" and not what.exists():
        raise InputError("no such folder, and no such profile", where=str(what), hint=hint)
    try:
        return profile(what)
    except InputError as error:
        if what.suffix.lower() in _DOCUMENTS or not what.is_file():
            raise
        raise InputError(
            f"is a single file, and no profile ({error.message})", where=str(what), hint=hint
        ) from None


def _part_size(text: str) -> int:
    from opskit.errors import UsageError
    from opskit.storage import units

    size = units.size(text, "--part-size")
    if not size:
        raise UsageError("parts of no size", where="--part-size", hint="write a size: 8MiB")
    return size
