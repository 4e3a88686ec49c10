"""`opskit rollout`: images rolled out on Kubernetes, watched and taken back."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class Rollout(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = (
        *(
            Entry(name, f"opskit.commands.rollout.{name}:{function}", help_)
            for name, function, help_ in (
                ("set", "set_", "Set the image of containers, guarded by the old one."),
                ("status", "status", "Watch rollouts, and say at once why one fails."),
                ("explain", "explain", "Say why a workload is not healthy, now."),
                ("undo", "undo", "Go back to the last good revision, or to a given one."),
                ("history", "history", "Show the revisions: images, causes, outcomes."),
                ("pause", "pause", "Pause the rollouts of Deployments."),
                ("resume", "resume", "Resume the rollouts of Deployments."),
                ("restart", "restart", "Replace all pods, one after another."),
                ("preflight", "preflight", "Check an image before it is rolled out."),
                ("edit", "edit", "Change the image in manifests, and nothing else."),
                ("deploy", "deploy", "Check, apply, watch, and undo on failure."),
                ("wave", "wave", "Roll out to many clusters, in waves."),
                ("token", "token", "Print a token for an EKS cluster, as kubectl takes it."),
            )
        ),
        Entry(
            "codepipeline",
            "opskit.commands.rollout.codepipeline",
            "The Lambda function that rolls out from AWS CodePipeline.",
        ),
    )


app = typer.Typer(cls=Rollout, rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def rollout(context: typer.Context) -> None:
    """Image rollouts on Kubernetes that say why they fail.

    \b
    Example:
      opskit rollout set deploy/web web=registry.example.com/web:1.4.2 --wait
    """
    from opskit.commands.rollout.terminated import CHANGING, as_interrupt

    if context.invoked_subcommand in CHANGING:
        context.with_resource(as_interrupt())
