"""`opskit storage optimize`: the cheapest storage classes by size and age, as lifecycle rules."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from opskit.commands.options import RecordOutput, YesReplace
from opskit.commands.results import finish_record
from opskit.commands.storage.common import AsOf, CatalogFolder
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from datetime import date

    from opskit.output import Record
    from opskit.storage.catalog.load import Catalog
    from opskit.storage.catalog.prices import Prices
    from opskit.storage.optimize.plan import Terms
    from opskit.storage.optimize.report import Report
    from opskit.storage.profile.model import Profile

_MOST_MONTHS = 120


@with_usage
def optimize(
    provider: Annotated[
        str, typer.Option(metavar="NAME", help="Where it is stored; the profile's, or aws.")
    ] = "",
    region: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A region, or eu: the first there; the profile's, or one near it, if not set.",
        ),
    ] = "",
    months: Annotated[
        int,
        typer.Option(min=1, max=_MOST_MONTHS, help="The months in which moves have to pay."),
    ] = 12,
    keep_instant: Annotated[
        bool, typer.Option("--keep-instant", help="Only classes that are read without a wait.")
    ] = False,
    wait: Annotated[
        str, typer.Option(metavar="TIME", help="Only classes that are read within 12h, 30m, 2d.")
    ] = "",
    one_zone: Annotated[
        bool, typer.Option("--one-zone", help="Classes that one data centre holds will do, too.")
    ] = False,
    reads_of_old: Annotated[
        str,
        typer.Option(
            metavar="SHARE", help="The share of reads for what is 30 days old or more: 5%."
        ),
    ] = "",
    as_of: AsOf = None,
    allow_unverified: Annotated[
        bool, typer.Option("--allow-unverified", help="Use classes with unverified prices, too.")
    ] = False,
    lifecycle: Annotated[
        Literal["s3", "terraform", "cloudformation"] | None,
        typer.Option(help="The rules as a file, in place of the report."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the file there, and print the report."),
    ] = None,
    yes: YesReplace = False,
    catalog: CatalogFolder = None,
    output: RecordOutput = None,
    *,
    use: Use,
) -> int:
    """Find the cheapest storage classes, with the rules.

    Lifecycle rules know sizes and ages, not reads: the plan is one of rules, each a range of sizes
    with the ages at which objects move on. Counted are the request for each object that is moved,
    least sizes and times, what is added to each object, monitoring, and the month's reads. It is
    never dearer than doing nothing, by the bill of each month.

    Reads matter most. Those of the profile, or of --reads, are for all objects alike, or for what
    was read of late where the profile knows; --reads-of-old 5% says how many are for old ones.

    Rules for what needs a decision of yours, as deleting versions, are in the file as Disabled.
    With --lifecycle, exit status 1 where no rule pays and there is none to write.

    \b
    Example:
      opskit storage optimize profile.json --reads 1M --reads-of-old 5%
      opskit storage optimize profile.json --keep-instant --months 24
      opskit storage optimize lake.json --lifecycle terraform --out rules.tf
    """
    from dataclasses import replace

    from opskit.commands.storage import common
    from opskit.commands.storage.pricing import check_clock
    from opskit.commands.storage.usage import profile_of
    from opskit.storage.optimize.plan import plan
    from opskit.storage.optimize.report import report

    _check(lifecycle, out, output, wait if keep_instant else "")
    terms = _terms(months, wait, reads_of_old, _Only(keep_instant, one_zone, allow_unverified))
    profile, facts = profile_of(use), common.catalog(catalog)
    check_clock(facts, as_of)
    prices, notes = _prices(facts, profile, provider, region, common.day(as_of))
    if lifecycle and prices.provider.name != "aws":
        raise _no_file(prices.provider.title)
    made = report(plan(profile, prices, terms))
    made = replace(made, notes=[*notes, *made.notes])
    if lifecycle is None:
        return finish_record(_record(made), output)
    return _file(made, lifecycle, out, output, yes=yes)


class _Only(NamedTuple):
    """What classes are wanted."""

    instant: bool
    one_zone: bool
    unverified: bool


def _check(lifecycle: str | None, out: Path | None, output: str | None, wait: str) -> None:
    from opskit.errors import UsageError

    if wait:
        raise UsageError("--keep-instant waits for nothing, and --wait does", hint="give one")
    if out and not lifecycle:
        hint = "give --lifecycle s3, terraform or cloudformation"
        raise UsageError("--out writes a file of rules", hint=hint)
    if lifecycle and output and not out:
        raise UsageError(
            "--lifecycle prints the rules, and --output the report",
            hint="with --out FILE the rules go there, and the report is printed",
        )
    if out == Path("-"):
        raise UsageError("stdout is no file", hint="without --out the rules are printed")


def _no_file(title: str) -> Exception:
    from opskit.errors import UsageError

    return UsageError(
        f"files of rules are for Amazon S3, not for {title}",
        where="--lifecycle",
        hint="without it, the plan is made and printed",
    )


def _terms(months: int, wait: str, reads_of_old: str, only: _Only) -> "Terms":
    from decimal import Decimal

    from opskit.storage.optimize import loads, offer
    from opskit.storage.optimize.plan import Terms

    hours = Decimal(0) if only.instant else (offer.wait(wait) if wait else None)
    wish = offer.Wish(hours, only.one_zone, only.unverified)
    return Terms(months, wish, loads.share(reads_of_old) if reads_of_old else None)


def _prices(
    facts: "Catalog", profile: "Profile", provider: str, region: str, day: "date"
) -> "tuple[Prices, list[str]]":
    """The prices where it is stored: of the options, else of the profile, or near it; and notes."""
    from opskit.storage.catalog.prices import Prices
    from opskit.storage.regions import region_of, regions

    found = facts.provider(provider.strip().lower() or profile.provider or "aws")
    notes: list[str] = []
    if not region and profile.provider in ("", found.name):
        return Prices(found, region_of(found, profile.region), day), notes
    # of a provider that the catalog has not, nobody knows where it is
    home = (profile.provider, profile.region) if profile.provider in facts.providers else ("", "")
    [(_, there)] = regions([found], facts, region.strip(), home, notes)
    return Prices(found, there, day), notes


def _record(found: "Report") -> "Record":
    from opskit.output import Record
    from opskit.storage.optimize import text

    return Record(text.SCHEMA, text.fields(found), text.text(found))


def _file(
    found: "Report",
    lifecycle: Literal["s3", "terraform", "cloudformation"],
    out: Path | None,
    output: str | None,
    *,
    yes: bool,
) -> int:
    """Write the rules, or print them; 1 where there are none, or the file was to stay."""
    from opskit.commands.files import write_files
    from opskit.errors import ExitCode
    from opskit.output import message, quiet_on_closed_pipe, write
    from opskit.storage.optimize.lifecycle import render
    from opskit.storage.optimize.rules import target

    if out:
        finish_record(_record(found), output)
    if not found.effects and not found.suggestions:
        message("no rule pays: there is no file to write")
        return ExitCode.NO
    place = target(found.plan.profile.source)
    made = [each.rule for each in found.effects]
    text = render(lifecycle, found.plan, made, found.suggestions, place)
    written = True
    if out:
        written = write_files(out.parent, {out.name: text}, yes=yes)
    else:
        with quiet_on_closed_pipe():
            write(text)
        for note in found.notes:
            message(f"note: {note}")
    if lifecycle == "s3":
        message(
            "note: put-bucket-lifecycle-configuration replaces all rules that a bucket has: add "
            "those to the file"
        )
    return ExitCode.OK if written and found.effects else ExitCode.NO
