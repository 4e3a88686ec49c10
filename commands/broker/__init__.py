"""`opskit broker`: networks of ActiveMQ and Amazon MQ brokers, files in and files out."""

import typer

from opskit.commands.broker import explain, generate, graph, init, lint, migrate, patch

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def broker() -> None:
    """Networks of ActiveMQ and Amazon MQ brokers: generate, check, explain.

    \b
    Example:
      opskit broker lint activemq.xml
    """


for module in (init, generate, patch, lint, explain, graph, migrate):
    name = module.__name__.rpartition(".")[2]
    app.command(name)(getattr(module, name))
