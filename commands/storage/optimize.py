"""`opskit storage optimize`: the cheapest storage classes by size and age, as lifecycle rules."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from opskit.commands.options import RecordOutput, Yes
from opskit.commands.storage.common import AsOf, CatalogFolder
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from opskit.storage.catalog.prices import Prices
    from opskit.storage.optimize.plan import Plan, Terms
    from opskit.storage.optimize.report import Report
    from opskit.storage.profile.model import Profile

_MOST_MONTHS = 120


@with_usage
def optimize(
    provider: Annotated[
        str, typer.Option(metavar="NAME", help="Where it is stored; the profile's, or aws.")
    ] = "",
    region: Annotated[
        str, typer.Option(metavar="NAME", help="The region; the profile's, or the first.")
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
    yes: Yes = False,
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
      opskit storage optimize profile.json --lifecycle terraform --out lifecycle.tf
    """
    from opskit.commands.storage import common
    from opskit.commands.storage.pricing import check_clock
    from opskit.commands.storage.usage import profile_of
    from opskit.storage.optimize.plan import plan
    from opskit.storage.optimize.report import report

    _check(lifecycle, out, output, keep_instant=keep_instant, wait=wait)
    terms = _terms(
        months, wait, reads_of_old, keep=keep_instant, zone=one_zone, unsure=allow_unverified
    )
    profile, facts = profile_of(use), common.catalog(catalog)
    check_clock(facts, as_of)
    name = provider.strip().lower() or profile.provider or "aws"
    if lifecycle and name != "aws":
        raise _no_files(name)
    from opskit.storage.catalog.prices import Prices
    from opskit.storage.choice import region_of

    found = facts.provider(name)
    place = region or (profile.region if profile.provider in ("", name) else "")
    prices = Prices(found, region_of(found, place), common.day(as_of))
    made = plan(profile, prices, terms)
    return _finish(report(made), lifecycle, out, output, yes=yes)
