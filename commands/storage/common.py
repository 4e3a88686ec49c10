"""What the commands of the group share: the profile, the catalog and the day."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from opskit.storage.catalog.load import Catalog
    from opskit.storage.profile.model import Profile

CatalogFolder = Annotated[
    Path | None,
    typer.Option(
        "--catalog", metavar="DIR", help="A folder of prices; the bundled ones if not set."
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="Prices as of a day; today if not set."
    ),
]
AllowUnverified = Annotated[
    bool, typer.Option("--allow-unverified", help="Rank by prices nobody could verify, too.")
]
Month = Annotated[
    str, typer.Option(metavar="YYYY-MM", help="A calendar month; an average one if not set.")
]


def catalog(folder: Path | None) -> "Catalog":
    """The catalog that is meant: of the flag, of the setting, or the bundled one."""
    from opskit.storage.catalog.load import load

    return load(folder)


def day(as_of: datetime | None) -> date:
    """The day of the prices."""
    return as_of.date() if as_of else date.today()


def profile(path: Path) -> "Profile":
    """The profile of a file."""
    from opskit.storage.profile.document import read_profile

    return read_profile(path)
