"""`opskit redshift`: the health of a warehouse, live or from a capture."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class Redshift(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = tuple(
        Entry(name, f"opskit.commands.redshift.{name}{function}", help_)
        for name, function, help_ in (
            ("check", ":check", "Say what is wrong, worst first, and the SQL that mends it."),
            ("query", ":query", "Ask one question of the system views, or list the questions."),
            ("queries", "", "Check query files against the catalog of system views."),
            ("thresholds", ":thresholds", "List the thresholds of the rules."),
            ("capture", ":capture", "Keep what the system logs forget, in a local file."),
            ("trend", ":trend", "Show how queries, loads and tables changed over a capture."),
            ("diff", ":diff", "Compare two times of captures."),
            ("unused", ":unused", "List tables that nothing scans, and the plan to archive them."),
            ("locks", ":locks", "Show who blocks whom, and the statement that ends it."),
            ("access", ":access", "Show what a user or a role may do, and which grant gives it."),
            ("ddl", ":ddl", "Write the DDL of a schema or a table."),
            ("emulate", ":emulate", "Serve a scenario as a warehouse, to rehearse on."),
        )
    )


app = typer.Typer(cls=Redshift, rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def redshift() -> None:
    """Health of Amazon Redshift and of what loads it, live or from a capture.

    \b
    Example:
      opskit redshift check --target redshift://ops@HOST:5439/dev
    """
