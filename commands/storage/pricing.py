"""Options of the commands that price things, and what they warn of."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from opskit.storage.catalog.load import Catalog
    from opskit.storage.choice import Choice
    from opskit.storage.estimate import Terms

Providers = Annotated[
    str, typer.Option(metavar="all|NAME,...", help="Providers by name, with commas between.")
]
Class = Annotated[
    str,
    typer.Option(
        "--class",
        metavar="CLASS",
        help="hot, cool, cold, archive (how soon data can be read), all, or a class by name.",
    ),
]
RegionName = Annotated[
    str,
    typer.Option(
        "--region",
        metavar="NAME",
        help="A region; the profile's own if not set, and each other provider's first.",
    ),
]
Rate = Annotated[
    list[str] | None,
    typer.Option(metavar="EUR=1.10", help="What a unit of a currency is worth in US dollars."),
]


def choice(providers: str, class_: str, region: str) -> "Choice":
    """What places are meant."""
    from opskit.storage.choice import Choice

    names = [name.strip().lower() for name in providers.split(",") if name.strip()]
    return Choice(() if "all" in names else names, class_.lower(), region)


def terms(
    as_of: "datetime | None", month: str, rate: list[str] | None, *, allow_unverified: bool
) -> "Terms":
    """What prices and which month are meant."""
    from opskit.commands.storage.common import day
    from opskit.storage.bill import usage
    from opskit.storage.estimate import Terms
    from opskit.storage.money import exchange

    return Terms(day(as_of), usage.month(month), exchange(rate or ()), allow_unverified)


def check_clock(catalog: "Catalog", as_of: "datetime | None") -> None:
    """Warn where prices were read in the future: the clock is wrong, or the catalog is."""
    from opskit.output import warn
    from opskit.storage.estimate import newest_reading

    today, newest = date.today(), newest_reading(catalog)
    if as_of is None and today < newest:
        warn(
            f"it is {today} here, and prices were read on {newest}: the clock of this machine is "
            "wrong, or the catalog is from the future; ages of prices, and prices that change on "
            "a day, may be wrong too (--as-of sets the day)"
        )
