"""`opskit help`: topics that belong to no single command."""

from collections.abc import Callable
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_OUTPUT = """\
-o/--output takes, for data in rows:
  table   for people (the default): aligned columns, wrapped on a terminal only
  json    one document; "schema" names its shape; fields are added, not renamed
  jsonl   one object a line
  csv, yaml, md
  html    a page, where the command has one: emrfs matrix, storage estimate

and for findings, instead of yaml:
  junit   test results for GitLab, Jenkins and others
  sarif   code scanning of GitHub and others
  github  annotations of a GitHub Actions job, ten of a kind, worst first

Measurements (opskit redshift check) go as openmetrics and graphite, too, and
graphs (opskit broker graph) as mermaid and dot.

stdout carries data and nothing else; messages and questions go to stderr.
With -o json an error is one JSON object on stderr.
Colour: --color auto|always|never (before the command), NO_COLOR, FORCE_COLOR.
"""

_SETTINGS = """\
A setting is looked for in this order:
  1. the flag on the command line
  2. the environment: OPSKIT_FAIL_ON, OPSKIT_BROKER_ENGINE, ...
  3. opskit.yaml in this folder, or the nearest one above it in the repository
  4. config.yaml in the user's configuration folder
  5. the default

'opskit config show --origin' prints each with its origin,
'opskit schema settings' the JSON Schema of both files.
"""


def _exit_codes() -> str:
    from opskit.errors import ExitCode

    return "".join(f"{code.value:>4}  {code.meaning}\n" for code in ExitCode)


TOPICS: dict[str, Callable[[], str]] = {
    "exit-codes": _exit_codes,
    "output": lambda: _OUTPUT,
    "settings": lambda: _SETTINGS,
}


@app.command("help")
def help_(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC]", help="exit-codes, output, settings, or a command; all without."
        ),
    ] = None,
) -> int:
    """Explain a topic.

    \b
    Example:
      opskit help exit-codes
    """
    from opskit import manifest
    from opskit.cli import invoke
    from opskit.errors import UsageError
    from opskit.output import write

    if topic is None:
        write("Topics: exit-codes, output, settings\nFor a command: opskit COMMAND --help\n")
        return 0
    if topic in TOPICS:
        write(TOPICS[topic]())
        return 0
    if topic in {each.name for each in (*manifest.GROUPS, *manifest.COMMANDS)}:
        return invoke([topic, "--help"])
    raise UsageError(
        f"no topic is called {topic[:80]!r}",
        hint=f"there are {', '.join(TOPICS)}, and the commands of 'opskit --help'",
    )
