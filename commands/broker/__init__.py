"""`opskit broker`: networks of ActiveMQ and Amazon MQ brokers, files in and files out."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class Broker(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = tuple(
        Entry(name, f"opskit.commands.broker.{name}:{name}", help_)
        for name, help_ in (
            ("init", "Write a topology document: two brokers, what goes between."),
            ("generate", "Write a broker's XML to stdout, from a topology."),
            ("patch", "Put a topology's connectors into a broker's file."),
            ("lint", "Check broker files and topologies."),
            ("explain", "Say whether messages to a destination cross, and why."),
            ("graph", "Show brokers and connectors, and how far messages get."),
            ("migrate", "Say what an upgrade of ActiveMQ changes."),
        )
    )


app = typer.Typer(cls=Broker, rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def broker() -> None:
    """Networks of ActiveMQ and Amazon MQ brokers: generate, check, explain.

    \b
    Example:
      opskit broker lint activemq.xml
    """
