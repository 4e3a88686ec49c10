"""`opskit rollout codepipeline`: the Lambda function that rolls out from AWS CodePipeline."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class CodePipeline(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = (
        Entry(
            "template",
            "opskit.commands.rollout.codepipeline_template:template",
            "Write the SAM template of the function, and what goes with it.",
        ),
    )


app = typer.Typer(
    cls=CodePipeline, rich_markup_mode=None, add_completion=False, no_args_is_help=True
)


@app.callback()
def codepipeline() -> None:
    """The Lambda function that rolls out from AWS CodePipeline.

    \b
    Example:
      opskit rollout codepipeline template --cluster prod --out-dir rollout
    """
