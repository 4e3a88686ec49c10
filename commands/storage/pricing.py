"""Options of the commands that price things, and what they warn of."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

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
        help="A region, eu (each provider's first there), or aws=NAME,b2=NAME; the profile's own, "
        "and others near it, if not set.",
    ),
]
NoFree = Annotated[
    bool,
    typer.Option(
        "--no-free",
        help="As if the account's other data used up its free amounts; what a base fee includes "
        "and what is free in proportion to the stored stays.",
    ),
]
Rate = Annotated[
    list[str] | None,
    typer.Option(metavar="EUR=1.10", help="What a unit of a currency is worth in US dollars."),
]


def named(provider: str) -> str:
    """The name of one provider; UsageError for none, as by a variable that is not set."""
    from opskit.errors import UsageError

    name = provider.strip().lower()
    if not name:
        hint = "name one, as aws, or leave it out: it is the profile's then"
        raise UsageError("the name is empty", where="--provider", hint=hint)
    return name


def choice(providers: str, class_: str, region: str) -> "Choice":
    """What places are meant; UsageError where no provider is named, as by a variable not set."""
    from opskit.errors import UsageError
    from opskit.storage.choice import Choice

    names = [name.strip().lower() for name in providers.split(",")]
    if not all(names) or ("all" in names and len(names) > 1):
        what = "all and more" if all(names) else "a name is empty"
        hint = "write all, or names with commas between: aws,b2"
        raise UsageError(f"{providers[:40]!r}: {what}", where="--providers", hint=hint)
    return Choice(() if names == ["all"] else names, class_.lower(), region.strip())


def terms(
    as_of: "datetime | None",
    month: str,
    rate: list[str] | None,
    *,
    allow_unverified: bool,
    free: bool = True,
    also: str = "",
) -> "Terms":
    """What prices and which month are meant; `also` is a currency that may have a rate.

    Where no day is given, another month than this one is priced as of its first day.
    """
    from opskit.commands.storage.common import day
    from opskit.storage.bill import usage
    from opskit.storage.estimate import Terms
    from opskit.storage.money import exchange

    of, when, rates = usage.month(month), day(as_of), exchange(rate or (), also=also)
    if month and as_of is None and month != f"{when:%Y-%m}":
        when = date.fromisoformat(f"{month}-01")
        _say_day(when)
    return Terms(when, of, rates, allow_unverified, free)


def _say_day(when: date) -> None:
    from opskit.output import message

    future = when > date.today()
    known = ", as far as changes are announced" if future else ""
    message(f"note: prices are those of {when}, when --month begins{known}; --as-of sets the day")


def facts(folder: "Path | None", *, no_free: bool = False) -> "Catalog":
    """The catalog that is meant, without free amounts if they are used up."""
    from opskit.commands.storage.common import catalog

    found = catalog(folder)
    if not no_free:
        return found
    from opskit.storage.catalog.free import without_free

    return without_free(found)


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
