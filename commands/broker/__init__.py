"""`opskit broker`: networks of ActiveMQ and Amazon MQ brokers, files in and files out."""

import typer

from opskit.commands.broker import lint

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def broker() -> None:
    """Networks of ActiveMQ and Amazon MQ brokers: generate, check, explain.

    \b
    Example:
      opskit broker lint activemq.xml
    """


app.command("lint")(lint.lint)
