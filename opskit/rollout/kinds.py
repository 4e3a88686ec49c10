"""The kinds of workload that a rollout is about, and where the API has them."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of workload: `name` as in manifests, `short` as people type it, `aliases` besides.

    `template` is the path from the object to its pod template.
    """

    name: str
    group: str
    plural: str
    short: str
    aliases: tuple[str, ...]
    template: tuple[str, ...] = ("spec", "template")

    def path(self, namespace: str, name: str = "", subresource: str = "") -> str:
        """The path of one object, or of the list of a namespace (of all, for an empty one)."""
        parts = ["/apis", self.group, "v1"]
        if namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts += [self.plural, *(quote(each, safe="") for each in (name, subresource) if each)]
        return "/".join(parts)


DEPLOYMENT = Kind("Deployment", "apps", "deployments", "deploy", ("deployment",))
STATEFUL_SET = Kind("StatefulSet", "apps", "statefulsets", "sts", ("statefulset",))
DAEMON_SET = Kind("DaemonSet", "apps", "daemonsets", "ds", ("daemonset",))
CRON_JOB = Kind(
    "CronJob",
    "batch",
    "cronjobs",
    "cronjob",
    ("cj",),
    ("spec", "jobTemplate", "spec", "template"),
)

KINDS = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, CRON_JOB)
#: Those that roll out at once: a CronJob's new image waits for its next run.
ROLLING = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)

_BY_WORD = {
    word: kind
    for kind in KINDS
    for base in (kind.short, kind.plural, *kind.aliases)
    for word in (base, f"{base}.{kind.group}", f"{base}.v1.{kind.group}")
}


def kind_of(word: str) -> Kind | None:
    """The kind that a word such as `deploy`, `Deployment`, `deployments.apps` means."""
    return _BY_WORD.get(word.lower())


def core_path(namespace: str, plural: str, name: str = "", subresource: str = "") -> str:
    """The path of a core object (pods, events, secrets, nodes), or of a list of them."""
    parts = ["/api/v1"]
    if namespace:
        parts += ["namespaces", quote(namespace, safe="")]
    return "/".join(
        [*parts, plural, *(quote(each, safe="") for each in (name, subresource) if each)]
    )


def apps_path(namespace: str, plural: str, name: str = "") -> str:
    """The path of what the controllers of `apps` make: replicasets, controllerrevisions."""
    parts = ["/apis/apps/v1/namespaces", quote(namespace, safe=""), plural]
    return "/".join([*parts, quote(name, safe="")] if name else parts)
