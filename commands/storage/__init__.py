"""`opskit storage`: what cloud storage costs, to keep, to use and to leave."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class Storage(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = (
        *(
            Entry(name, f"opskit.commands.storage.{name}:{name}", help_)
            for name, help_ in (
                ("estimate", "Say what storing and using data costs, by provider."),
                ("profile", "Measure what is stored: sizes, ages, classes, versions."),
                ("gravity", "Say what leaving costs, in months of keeping the data."),
                ("shift", "Say what a move costs, how long it takes, if it pays."),
                ("optimize", "Find the cheapest storage classes, with the rules."),
                ("hybrid", "Say what rules move to the cloud, and what it saves."),
                ("compare", "Show where the ranking changes as the use changes."),
                ("gate", "Check a month's bill against a budget."),
            )
        ),
        Entry(
            "catalog",
            "opskit.commands.storage.catalog",
            "Prices with their sources: show, verify, diff, refresh.",
        ),
    )


app = typer.Typer(cls=Storage, rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def storage() -> None:
    """What cloud storage costs, to keep, to use and to leave.

    \b
    Example:
      opskit storage estimate --tb 10 --avg-object 4MB --egress 2TB
    """
