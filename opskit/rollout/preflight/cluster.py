"""A workload and what is around it, read from the cluster; nothing is changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from opskit.clients.kubeerrors import NotFoundError
from opskit.errors import UnknownError, UsageError
from opskit.rollout import workload as views
from opskit.rollout.images import Reference, parsed
from opskit.rollout.kinds import core_path
from opskit.rollout.preflight.facts import Object, Unseen, Workload

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.rollout.targets import Target

T = TypeVar("T")


def read(
    cluster: "Cluster",
    target: "Target",
    reference: Reference,
    container: str = "",
    *,
    found: Object | None = None,
) -> Workload:
    """The workload, and each part around it that the user may see, but for its pull secrets.

    `found` is the workload as it will be, where it is not there yet. ApiError where the workload
    itself cannot be read; UsageError for a container that it does not have.
    """
    new = found is not None
    found = cluster.get(target.path) if found is None else found
    template = views.template(target.kind, found)
    pod = template.get("spec") or {}
    account = _account(cluster, target.namespace, pod)
    policies = f"/apis/policy/v1/namespaces/{target.namespace}/poddisruptionbudgets"
    return Workload(
        target,
        found,
        template,
        _container(template, reference, container, target),
        nodes=_told(lambda: cluster.list(core_path("", "nodes"))[0]),
        account=account,
        quotas=_listed(cluster, target, "resourcequotas"),
        limit_ranges=_listed(cluster, target, "limitranges"),
        budgets=_told(lambda: cluster.list(policies)[0]),
        new=new,
    )


def with_secrets(cluster: "Cluster", workload: Workload) -> Workload:
    """The same with the pull secrets of its pods and of their service account."""
    account = workload.account
    if isinstance(account, Unseen):
        return workload
    space = workload.target.namespace
    names = secret_names(workload.pod, account or {})
    return replace(workload, secrets={name: _secret(cluster, space, name) for name in names})


def secret_names(pod: Object, account: Object) -> list[str]:
    """The pull secrets of a pod: those of its service account only where it names none itself
    (Kubernetes documentation, "Configure Service Accounts for Pods").
    """
    own = pod.get("imagePullSecrets") or account.get("imagePullSecrets") or ()
    return list(dict.fromkeys(str(each.get("name")) for each in own if each.get("name")))


def _account(cluster: "Cluster", namespace: str, pod: Object) -> Object | Unseen | None:
    """The service account; nobody asks for it where the pod names its secrets itself."""
    if pod.get("imagePullSecrets"):
        return None
    name = pod.get("serviceAccountName") or "default"
    try:
        return cluster.get(core_path(namespace, "serviceaccounts", name))
    except NotFoundError:
        return {}
    except UnknownError as error:
        return Unseen.because(error)


def _secret(cluster: "Cluster", namespace: str, name: str) -> Object | Unseen | None:
    try:
        return cluster.get(core_path(namespace, "secrets", name))
    except NotFoundError:
        return None
    except UnknownError as error:
        return Unseen.because(error)


def _listed(cluster: "Cluster", target: "Target", plural: str) -> list[dict[str, Any]] | Unseen:
    return _told(lambda: cluster.list(core_path(target.namespace, plural))[0])


def _told(ask: Callable[[], T]) -> T | Unseen:
    try:
        return ask()
    except UnknownError as error:
        return Unseen.because(error)


def _container(template: Object, reference: Reference, name: str, target: "Target") -> str:
    """The container that gets the image: the one named, the only one, or the only one that has an
    image of the same repository; else empty.
    """
    found = list(views.containers(template))
    if name:
        if name not in [each.name for each in found]:
            raise UsageError(
                f"{target} has no container {name!r}",
                where="--container",
                hint=f"it has {', '.join(each.name for each in found)}",
            )
        return name
    usual = [each for each in found if not each.init]
    if len(usual) == 1:
        return usual[0].name
    same = [each.name for each in found if _repository(each.image) == reference.name]
    return same[0] if len(same) == 1 else ""


def _repository(image: str) -> str:
    found = parsed(image)
    return found.name if found else ""
