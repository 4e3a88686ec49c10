"""`opskit emrfs`: role mappings of EMRFS, from a document to a running cluster."""

import typer

from opskit.cli import LazyGroup
from opskit.manifest import Entry


class Emrfs(LazyGroup):
    """The group; a command's module is imported when a command line reaches it."""

    deferred = tuple(
        Entry(name, "opskit.commands.emrfs.{0}:{0}".format(name.replace("-", "_")), help_)
        for name, help_ in (
            ("init", "Write a first file, from flags or an existing cluster."),
            ("build", "Write what AWS takes: configuration, policies, launch."),
            ("lint", "Check role mappings, and the roles and data behind them."),
            ("resolve", "Say which role somebody gets at a place, and why."),
            ("matrix", "Show who may do what: users by paths by actions."),
            ("test", "Run policy tests: who gets which role and decision."),
            ("diff", "Say who gains and who loses what between two files."),
            ("optimize", "Reorder, drop and merge mappings; no access changes."),
            ("union", "Merge roles' policies for users in several groups."),
            ("replay", "Say which past accesses a new file keeps or breaks."),
            ("leak", "Say what the base role reaches, and who falls to it."),
            ("apply", "Create the security configuration; clean up old ones."),
            ("verify", "Compare a file with what is in EMR, IAM and STS."),
            ("migrate", "Plan a move to access grants, S3A or runtime roles."),
            ("explain-denied", "Find the mapping or policy behind an Access Denied."),
        )
    )


app = typer.Typer(cls=Emrfs, rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def emrfs() -> None:
    """Role mappings of EMRFS on shared EMR clusters, and IAM.

    \b
    Example:
      opskit emrfs resolve dataeng1 s3://lake/raw/part-0
    """
