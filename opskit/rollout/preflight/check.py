"""The preflight: an image, and the workload that is to get it, looked at and judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from opskit.findings import Report
from opskit.rollout.images import Reference, parse
from opskit.rollout.preflight.facts import Facts, Image, Unseen
from opskit.rollout.preflight.lookup import USUAL, Access, look, refuse_plain_http
from opskit.rollout.preflight.rules import RULES

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.rollout.targets import Target

SCHEMA = "opskit.rollout.preflight/1"


@dataclass(frozen=True, slots=True)
class Options:
    """`offline` asks no registry; `limit` is the worst severity of a scan that is let through
    (`critical`, `high`, `medium`, `low`, `none`; empty: any); `pins` says that the digest will be
    rolled out; `select` and `ignore` are prefixes of rules' codes.
    """

    access: Access = USUAL
    offline: bool = False
    limit: str = ""
    pins: bool = False
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()


EVERYTHING = Options()


def check(
    image: str,
    cluster: "Cluster | None" = None,
    target: "Target | None" = None,
    container: str = "",
    options: Options = EVERYTHING,
) -> Report:
    """What is wrong with an image and, where a target is given, with rolling it out there.

    `extra` of the report has `image`, `digest`, `pinned`, `platforms`, `target`, `container` and
    `image_now`. Raises InputError for what is no image reference, UsageError for options that do
    not fit, and ApiError where the target itself cannot be read: it may not be there.
    """
    facts = gather(parse(image), cluster, target, container, options)
    findings = RULES.run(facts, select=options.select, ignore=options.ignore)
    return Report(SCHEMA, findings, checked=1, unit="image", extra=_extra(facts))


def gather(
    reference: Reference,
    cluster: "Cluster | None",
    target: "Target | None",
    container: str,
    options: Options,
) -> Facts:
    """All that the rules read.

    The workload is read before the registry is asked: it may not be there. Pull secrets are read
    last, and only where the nodes need some: not for ECR, nor for what is public.
    """
    from opskit.clients import ecr

    refuse_plain_http(reference, options.access)
    is_ecr = ecr.host(reference.domain) is not None
    facts = Facts(reference, limit=options.limit, pins=options.pins, ecr=is_ecr)
    if cluster is not None and target is not None:
        from opskit.rollout.preflight.cluster import read

        facts = replace(facts, workload=read(cluster, target, reference, container))
    if not options.offline:
        facts = replace(facts, image=look(reference, options.access))
    public = facts.found is not None and facts.found.public
    if cluster is not None and facts.workload is not None and not is_ecr and not public:
        from opskit.rollout.preflight.cluster import with_secrets

        facts = replace(facts, workload=with_secrets(cluster, facts.workload))
    return facts


def _extra(facts: Facts) -> dict[str, Any]:
    image, workload = facts.image, facts.workload
    found = image if isinstance(image, Image) else None
    digest = facts.reference.digest or (found.digest if found else "")
    platforms = None if found is None or isinstance(found.platforms, Unseen) else found.platforms
    return {
        "image": str(facts.reference.resolved),
        "digest": digest,
        "pinned": facts.reference.pinned(digest).short if digest else "",
        "platforms": platforms,
        "target": workload.name if workload else None,
        "container": workload.container if workload else None,
    }
