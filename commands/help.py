"""`opskit help`: topics that belong to no single command."""

from typing import Annotated, Literal

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_OUTPUT = """\
-o/--output takes, for data in rows:
  table   for people (the default): aligned columns, wrapped on a terminal only
  json    one document; "schema" names its shape, fields are added, never renamed
  jsonl   one object a line
  csv, yaml, md

and for findings, instead of yaml:
  junit   test results for GitLab, Jenkins and others
  sarif   code scanning of GitHub and others
  github  annotations of a GitHub Actions job, ten of a kind, worst first

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


@app.command("help")
def help_(
    topic: Annotated[
        Literal["exit-codes", "output", "settings"] | None,
        typer.Argument(help="The topic; all are listed without."),
    ] = None,
) -> int:
    """Explain a topic.

    \b
    Example:
      opskit help exit-codes
    """
    from opskit.output import write

    if topic is None:
        write("Topics: exit-codes, output, settings\nFor a command: opskit COMMAND --help\n")
    elif topic == "exit-codes":
        write(_exit_codes())
    else:
        write({"output": _OUTPUT, "settings": _SETTINGS}[topic])
    return 0
