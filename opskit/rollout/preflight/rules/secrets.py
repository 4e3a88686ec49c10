"""ROL035 to ROL037: the credentials with which the nodes pull the image.

Nothing is said of ECR, where a node's own role is the usual way, and of images that are public.
"""

from collections.abc import Iterator, Mapping

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.preflight import pullsecrets
from opskit.rollout.preflight.facts import Facts, Object, Unseen, not_told
from opskit.rollout.preflight.rules.rules import RULES

_REFERENCE = "Kubernetes documentation, Pull an Image from a Private Registry"


@RULES.rule(
    Rule(
        "ROL035",
        Severity.ERROR,
        title="a pull secret that is not there",
        why="The kubelet goes on without it, and the registry refuses the image.",
        fix="create it: kubectl create secret docker-registry NAME --docker-server=REGISTRY ...",
        reference=_REFERENCE,
    )
)
def missing(facts: Facts) -> Iterator[Finding]:
    for name, secret in _secrets(facts).items():
        if secret is None:
            yield Finding(
                f"the pull secret {name} does not exist",
                object=_name(facts),
                severity=Severity.WARNING if _covered(facts) else None,
                observed="no such secret",
            )
        elif isinstance(secret, Unseen):
            yield not_told(f"could not see the pull secret {name}", secret, object_=_name(facts))


@RULES.rule(
    Rule(
        "ROL036",
        Severity.ERROR,
        title="a pull secret that holds no credentials for registries",
        why="The kubelet reads the types kubernetes.io/dockerconfigjson and dockercfg, and passes "
        "over what it cannot read.",
        fix="create it anew: kubectl create secret docker-registry NAME --docker-server=REGISTRY",
        reference=_REFERENCE,
    )
)
def unreadable(facts: Facts) -> Iterator[Finding]:
    for name, secret in _secrets(facts).items():
        if not isinstance(secret, Mapping):
            continue
        try:
            pullsecrets.registries(secret)
        except pullsecrets.UnreadableError as error:
            yield Finding(
                f"the pull secret {name} is none: {error}",
                object=_name(facts),
                severity=Severity.WARNING if _covered(facts) else None,
                observed=str(secret.get("type", "Opaque")),
                expected="kubernetes.io/dockerconfigjson",
            )


@RULES.rule(
    Rule(
        "ROL037",
        Severity.WARNING,
        title="no pull secret for the image's registry",
        why="The registry wants to know who asks, and neither the pod nor its service account has "
        "credentials for it: the nodes need credentials of their own.",
        fix="add the registry to a pull secret, and name it in imagePullSecrets",
        reference=_REFERENCE,
    )
)
def uncovered(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or facts.ecr or (facts.found and facts.found.public):
        return
    if isinstance(workload.account, Unseen):
        yield not_told("could not see the service account", workload.account, object_=_name(facts))
    if workload.secrets is None or _covered(facts):
        return
    if not all(isinstance(each, Mapping) for each in workload.secrets.values()):
        return  # the other rules tell of these
    private = bool(facts.found and facts.found.public is False)
    if not private and not workload.secrets:
        return  # nobody says that credentials are wanted
    names = ", ".join(workload.secrets)
    yield Finding(
        f"none of the pull secrets of {workload.name} is for {facts.reference.domain}"
        if names
        else f"{workload.name} has no pull secret, and {facts.reference.domain} wants credentials",
        object=workload.name,
        observed=names or "no imagePullSecrets",
        expected=f"credentials for {facts.reference.domain}",
        severity=None if private else Severity.INFO,
    )


def _secrets(facts: Facts) -> Mapping[str, Object | Unseen | None]:
    if facts.workload is None or facts.workload.secrets is None:
        return {}
    return facts.workload.secrets


def _covered(facts: Facts) -> bool:
    """Whether one of the secrets has credentials for the image."""
    for secret in _secrets(facts).values():
        if not isinstance(secret, Mapping):
            continue
        try:
            keys = pullsecrets.registries(secret)
        except pullsecrets.UnreadableError:
            continue
        if any(pullsecrets.covers(key, facts.reference) for key in keys):
            return True
    return False


def _name(facts: Facts) -> str:
    return facts.workload.name if facts.workload else facts.name
