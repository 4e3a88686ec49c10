"""`opskit rollout deploy`: checked, applied, watched, and taken back on failure."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import Yes
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace
from opskit.commands.rollout.preflight import MaxSeverity
from opskit.commands.rollout.watched import (
    Events,
    MaxRestarts,
    Quorum,
    ReadyGrace,
    Redact,
    Reports,
    ScheduleGrace,
    Timeout,
    Tolerate,
    VerdictOutput,
)

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.rollout.deploying.apply import Item, Manifest


def deploy(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="Workloads that are there: deploy/web."),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("-f", "--file", help="Apply all of this manifest; - is stdin. Repeat."),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=IMAGE", help="The image of a container. Repeat."),
    ] = None,
    auto_rollback: Annotated[
        bool, typer.Option("--auto-rollback", help="Take everything back if it fails.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the images into the files, if it serves.")
    ] = False,
    pin_digest: Annotated[
        bool, typer.Option("--pin-digest", help="Roll out the digest that each tag is now.")
    ] = False,
    skip_preflight: Annotated[
        bool, typer.Option("--skip-preflight", help="Do not check images before.")
    ] = False,
    max_severity: MaxSeverity = None,
    cause: Annotated[
        str, typer.Option(metavar="TEXT", help="The change cause that the history shows.")
    ] = "",
    force_conflicts: Annotated[
        bool, typer.Option("--force-conflicts", help="Take over what other managers own.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and print the diff; change nothing.")
    ] = False,
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    insecure_registry: Annotated[
        bool, typer.Option("--insecure-registry", help="Plain HTTP, to this machine only.")
    ] = False,
    profile: Annotated[str, typer.Option(metavar="NAME", help="The AWS profile, for ECR.")] = "",
    timeout: Timeout = "",
    max_restarts: MaxRestarts = 2,
    schedule_grace: ScheduleGrace = "",
    ready_grace: ReadyGrace = "",
    quorum: Quorum = None,
    tolerate: Tolerate = None,
    redact: Redact = False,
    events: Events = False,
    report: Reports = None,
    yes: Yes = False,
    output: VerdictOutput = None,
) -> int:
    """Check, apply, watch, and undo on failure.

    With -f all objects of the manifests are applied on the server (field manager opskit), those
    that others need first; --image changes images before that, as 'rollout edit' does, in memory.
    With TARGET only the images are set. Every object is tried first (dry run): one that the server
    does not take, or a field that somebody else manages, and nothing is changed. Then all workloads
    are watched.

    --auto-rollback puts back the pod templates, ConfigMaps and Secrets that this deploy changed
    where one workload fails or times out. What is new, and other objects, stay, and are named;
    nothing is taken back where the cluster does not answer, or where somebody changed it since.

    Without --cause, and without one in the manifest, the change cause of the revision before is
    taken away from what rolls out.

    Exit status: 0 all serve, 1 failed or refused (rolled back or not), 3 timed out or could not
    tell, 4 some only. With --dry-run 1 where there is something to do.

    \b
    Example:
      opskit rollout deploy -f web.yaml --image web=web:1.4.2 --auto-rollback
      kustomize build prod | opskit rollout deploy -f - --yes --report github=-
      opskit rollout deploy deploy/web --image web=ghcr.io/t/web:1 --auto-rollback
    """
    from dataclasses import replace

    from opskit.commands.rollout import deploying, sources, watched
    from opskit.commands.rollout.common import connected
    from opskit.commands.rollout.unended import told_too
    from opskit.rollout.preflight.check import Options
    from opskit.rollout.preflight.lookup import Access
    from opskit.rollout.telling.report import locate

    shown = watched.shown(output, events=events, redact=redact, reports=report)
    with told_too(shown, deploying.SCHEMA):
        policy = watched.policy(
            timeout,
            max_restarts=max_restarts,
            schedule_grace=schedule_grace,
            ready_grace=ready_grace,
            quorum=quorum,
            tolerate=tolerate,
        )
        sources.check(targets, file, image, write=write)
        shown = replace(shown, locations=locate(sources.names(file)))
    access = Access(profile, insecure_registry)
    options = None
    if not skip_preflight:
        options = Options(access, limit=max_severity or "", pins=pin_digest)
    with told_too(shown, deploying.SCHEMA):
        images = sources.pinned(image or [], access) if pin_digest else list(image or ())
        manifests, rewrites = sources.read(file or [], images)
        cluster = connected(context, kubeconfig)
        force = force_conflicts
        items = _items(cluster, targets, manifests, images, namespace, cause, force=force)
        job = deploying.Job(cluster, items, policy, shown, options, auto_rollback=auto_rollback)
        status = job.carry_out(yes=yes, dry_run=dry_run)
    if write and status == 0 and not dry_run:
        sources.save(rewrites)
    return status


def _items(
    cluster: "Cluster",
    targets: list[str] | None,
    manifests: "list[Manifest]",
    images: list[str],
    namespace: str,
    cause: str,
    *,
    force: bool,
) -> "list[Item]":
    """What is to be done, tried on the server."""
    from opskit.commands.rollout.common import chosen
    from opskit.output import progress
    from opskit.rollout.changes import patching
    from opskit.rollout.deploying import deploy as engine
    from opskit.rollout.targets import check_namespace

    if namespace:
        check_namespace(namespace)
    with progress() as say:
        say(f"trying it on {cluster.name} ...")
        if not targets:
            return engine.of_manifests(cluster, manifests, namespace, force=force, cause=cause)
        wanted = patching.assignments(images)
        return engine.of_targets(cluster, chosen(cluster, namespace, targets), wanted, cause=cause)
