"""How a watch ends otherwise than by what is wrong with the pods."""

from opskit.findings import Rule, Severity
from opskit.rollout.judge.situation import told

_STATUS = (
    "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_status/"
)

told(
    Rule(
        "ROL117",
        Severity.ERROR,
        "the workload is gone",
        "It, or its namespace, was deleted while it rolled out, or it was never there.",
        "find out who deleted it; apply the manifest again",
        _STATUS,
    )
)
told(
    Rule(
        "ROL119",
        Severity.UNKNOWN,
        "the rollout was not complete in time",
        "The time of --timeout is over, and nothing that fails a rollout has been seen. It goes on "
        "by itself, and may still end well.",
        "look at what is told beside it; raise --timeout where starts are this slow",
        _STATUS,
    )
)
told(
    Rule(
        "ROL120",
        Severity.ERROR,
        "another change has overtaken the rollout",
        "Somebody else has changed the image meanwhile: a person, another pipeline, or Argo CD, "
        "Flux or Helm, which put back what their source says.",
        "find out who did: kubectl get -o yaml --show-managed-fields; change it at its source",
        "https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers",
    )
)
told(
    Rule(
        "ROL121",
        Severity.UNKNOWN,
        "the cluster could not be asked",
        "Without the workload itself nothing can be said of its rollout, which goes on by itself.",
        "check the network, the credentials and the permissions",
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
    )
)
told(
    Rule(
        "ROL124",
        Severity.ERROR,
        "it served, and did not stay so",
        "The rollout was complete; while it was watched on, a container was started anew, or there "
        "were too few pods that serve for longer than a moment.",
        "look at what is told beside it, and at what the new version does under load",
        _STATUS,
    )
)
