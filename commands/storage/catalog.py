"""`opskit storage catalog`: the prices and rules behind every estimate."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class CatalogGroup(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = tuple(
        Entry(name, f"opskit.commands.storage.catalog_{name}:{name}", help_)
        for name, help_ in (
            ("show", "List prices and rules, with their sources and dates."),
            ("verify", "Check every fact; say which are old or in doubt."),
            ("diff", "Compare two catalogs, or one catalog on two days."),
            ("refresh", "Read the public price feeds into a reviewed change."),
        )
    )


app = typer.Typer(
    cls=CatalogGroup, rich_markup_mode=None, add_completion=False, no_args_is_help=True
)


@app.callback()
def catalog() -> None:
    """Prices with their sources: show, verify, diff, refresh.

    \b
    Example:
      opskit storage catalog show aws --region eu-west-1 --item storage
    """
