"""`opskit rollout preflight`: an image looked at before it is rolled out."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from opskit.commands.options import ExitZero, FailOn, FindingsOutput, Ignore, Select
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.commands.results import CheckOptions
    from opskit.findings import Report
    from opskit.rollout.targets import Target

MaxSeverity = Annotated[
    Literal["critical", "high", "medium", "low", "none"] | None,
    typer.Option(help="The worst finding of ECR's scan that is let through."),
]


def preflight(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="As REGISTRY/NAME:TAG.")],
    target: Annotated[
        str, typer.Argument(metavar="[TARGET]", help="The workload that gets it: deploy/web.")
    ] = "",
    container: Annotated[
        str, typer.Option("-c", "--container", help="The container that gets it.")
    ] = "",
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    max_severity: MaxSeverity = None,
    pin_digest: Annotated[
        bool, typer.Option("--pin-digest", help="Print IMAGE@DIGEST, if nothing is wrong.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Look at the text of IMAGE only; ask nobody.")
    ] = False,
    insecure_registry: Annotated[
        bool, typer.Option("--insecure-registry", help="Plain HTTP, to this machine only.")
    ] = False,
    profile: Annotated[str, typer.Option(metavar="NAME", help="The AWS profile, for ECR.")] = "",
    output: FindingsOutput = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
) -> int:
    """Check an image before it is rolled out.

    Looked at are the text of IMAGE, its registry (there, archived, tag that may move, scan,
    platforms) and, with TARGET, what a rollout there would meet: nodes of another architecture,
    pull secrets, quotas, disruption budgets. Nothing is changed. What could not be looked at is
    a finding of its own, and the exit status is 3 where nothing worse was found.

    ECR is asked through its API, every other registry with the credentials of 'docker login';
    $SSL_CERT_FILE names certificates of an authority of your own. With --pin-digest and no -o the
    findings go to stderr, and stdout has the image with its digest, or nothing.

    \b
    Example:
      opskit rollout preflight ghcr.io/team/web:1.4.2
      opskit rollout preflight ghcr.io/team/web:1.4.2 deploy/web -n shop
      opskit rollout preflight "$ECR/web:1.4.2" --max-severity medium
      opskit rollout preflight --offline web:1.4.2
      image=$(opskit rollout preflight --pin-digest ghcr.io/team/web:1.4.2)
    """
    from opskit.commands.results import check_options, finish_check
    from opskit.output import progress
    from opskit.rollout.images import parse
    from opskit.rollout.preflight.check import Options, check
    from opskit.rollout.preflight.lookup import Access
    from opskit.rollout.preflight.rules import RULES

    parse(image)
    _refuse_what_does_not_fit(target, container, offline=offline, pin_digest=pin_digest)
    told = check_options(RULES, output, select, ignore, fail_on, exit_zero)
    options = Options(
        Access(profile, insecure_registry),
        offline,
        max_severity or "",
        pin_digest,
        told.select,
        told.ignore,
    )
    cluster, workload = _place(target, namespace, context, kubeconfig)
    with progress() as say:
        say(f"looking at {image} ...")
        report = check(image, cluster, workload, container, options)
    if pin_digest and output is None:
        return _pin(report, told)
    return finish_check(report, RULES, told)


def _refuse_what_does_not_fit(
    target: str, container: str, *, offline: bool, pin_digest: bool
) -> None:
    from opskit.errors import UsageError

    if offline and target:
        raise UsageError("--offline looks at no workload", hint=f"leave {target} out")
    if offline and pin_digest:
        raise UsageError(
            "a digest is not known offline", hint="leave out --offline or --pin-digest"
        )
    if container and not target:
        raise UsageError("--container is of no use without TARGET", hint="name it: deploy/web")


def _place(
    target: str, namespace: str, context: str, kubeconfig: str
) -> "tuple[Cluster | None, Target | None]":
    """The cluster and the workload, where one is named."""
    if not target:
        return None, None
    from opskit.commands.rollout.common import chosen, connected

    cluster = connected(context, kubeconfig)
    return cluster, chosen(cluster, namespace, [target])[0]


def _pin(report: "Report", told: "CheckOptions") -> int:
    """The findings on stderr, and the image with its digest on stdout if nothing is wrong."""
    from opskit.errors import ExitCode
    from opskit.findings import FailOn
    from opskit.output import message, summary_line, write

    for finding in report.findings:
        message(f"{finding.object}: {finding.level} {finding.rule} {finding.message}")
        message(f"  fix: {finding.fix}")
    message(summary_line(report))
    status = report.exit_code(FailOn(told.fail_on), exit_zero=told.exit_zero)
    pinned = report.extra["pinned"]
    if status is ExitCode.OK and pinned:
        write(f"{pinned}\n")
    return status
