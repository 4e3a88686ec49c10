"""The preflight of a deploy: each image that changes, and the workload as it will be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from opskit.clients.kube import Cluster
from opskit.errors import UnknownError
from opskit.findings import Finding, Report, Severity
from opskit.rollout.deploying.apply import Item
from opskit.rollout.images import parse
from opskit.rollout.preflight.check import SCHEMA, Options
from opskit.rollout.preflight.facts import Facts, Object, Unseen, Workload
from opskit.rollout.workload import images, template


def preflight(cluster: Cluster, items: Sequence[Item], options: Options) -> list[Report]:
    """A report for each image and workload. What cannot be looked at is a finding of its own.

    Raises InputError for what is no image reference, UsageError for options that do not fit.
    """
    from opskit.rollout.preflight.check import gather
    from opskit.rollout.preflight.rules import RULES

    seen: dict[str, Facts] = {}
    reports = []
    for item, container, image in _changing(items):
        if image not in seen:
            where = f"{item.name} {container}"
            seen[image] = gather(parse(image, where), None, None, "", options)
        facts = _there(cluster, items, item, container, seen[image])
        findings = RULES.run(facts, select=options.select, ignore=options.ignore)
        reports.append(_report(item, container, image, findings))
    return reports


def refused(reports: Sequence[Report]) -> list[Finding]:
    """The findings that stop a deploy."""
    return [each for report in reports for each in report.findings if each.level is Severity.ERROR]


def _changing(items: Sequence[Item]) -> Iterator[tuple[Item, str, str]]:
    """The containers that get another image than they have, or a first one."""
    for item in items:
        if item.target is None or item.action == "none":
            continue
        kind = item.target.kind
        now = images(template(kind, item.before)) if item.before else {}
        for container, image in images(template(kind, item.planned or item.thing)).items():
            if now.get(container) != image:
                yield item, container, image


def _there(
    cluster: Cluster, items: Sequence[Item], item: Item, container: str, facts: Facts
) -> Facts:
    """The facts with the workload; without it where its namespace is not there yet."""
    from opskit.rollout.preflight.cluster import read, with_secrets

    if item.target is None or item.planned is None:
        return facts
    found = item.planned if item.before is None else None
    try:
        workload = read(cluster, item.target, facts.reference, container, found=found)
        account = workload.pod.get("serviceAccountName") or "default"
        if made := _coming(items, item, "ServiceAccount", account):
            workload = replace(workload, account=made)
        if not facts.ecr and not (facts.found and facts.found.public):
            workload = _with_coming(items, item, with_secrets(cluster, workload))
    except UnknownError as error:
        return replace(facts, image=facts.image or Unseen.because(error))
    return replace(facts, workload=workload)


def _with_coming(items: Sequence[Item], item: Item, workload: Workload) -> Workload:
    """The workload with the pull secrets that the deploy itself brings."""
    secrets = {
        name: _coming(items, item, "Secret", name) or there
        for name, there in (workload.secrets or {}).items()
    }
    return replace(workload, secrets=None if workload.secrets is None else secrets)


def _coming(items: Sequence[Item], item: Item, kind: str, name: str) -> Object | None:
    """An object of the same namespace as it will be after the deploy."""
    for each in items:
        thing = each.planned or each.thing
        same = each.namespace == item.namespace and thing["metadata"]["name"] == name
        if same and thing.get("kind") == kind:
            return thing
    return None


def _report(item: Item, container: str, image: str, findings: Sequence[Finding]) -> Report:
    extra = {"target": item.name, "container": container, "image": image}
    return Report(SCHEMA, findings, checked=1, unit="image", extra=extra)
