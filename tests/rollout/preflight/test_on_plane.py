"""What the rules work out by themselves, beside what Kubernetes makes of the same objects."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from opskit.clients.kubeconfig import connect
from opskit.rollout.images import parse
from opskit.rollout.preflight.cluster import read, with_secrets
from opskit.rollout.preflight.facts import Unseen
from opskit.rollout.preflight.quantities import quantity
from opskit.rollout.preflight.rules.budgets import least
from opskit.rollout.preflight.scopes import counts
from opskit.rollout.preflight.selectors import takes
from opskit.rollout.preflight.surge import unset, usage
from opskit.rollout.targets import Target
from tests.controlplane.api import ApiError
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.preflight.things import budget, secret

Object = dict[str, Any]

COMPUTE = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
COUNTED = (*COMPUTE, "cpu", "memory", "requests.ephemeral-storage", "pods", "count/pods")
PODS = 30


def pods_of(namespace: str, name: str = "") -> str:
    return f"/api/v1/namespaces/{namespace}/pods" + (f"/{name}" if name else "")


def random_container(dice: random.Random, name: str, *, full: bool) -> Object:
    """A container that says some resources, or all of those that a quota may demand."""
    cpu, memory = dice.choice([100, 250, 1500]), dice.choice([16, 100])
    requests = {"cpu": f"{cpu}m", "memory": f"{memory}Mi", "ephemeral-storage": "1M"}
    limits = {"cpu": f"{cpu * 2}m", "memory": f"{memory}Mi"}
    if not full:
        requests = {key: value for key, value in requests.items() if dice.random() < 0.6}
        limits = {key: value for key, value in limits.items() if dice.random() < 0.5}
    return {"name": name, "image": "x:1", "resources": {"requests": requests, "limits": limits}}


def random_pod(dice: random.Random, *, full: bool) -> Object:
    spec: Object = {
        "containers": [
            random_container(dice, f"c{number}", full=full) for number in range(dice.randint(1, 3))
        ],
        "initContainers": [
            random_container(dice, f"i{number}", full=full) for number in range(dice.randint(0, 3))
        ],
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
    }
    for each in spec["initContainers"]:
        if dice.random() < 0.4:
            each["restartPolicy"] = "Always"
    if dice.random() < 0.2:
        spec["activeDeadlineSeconds"] = 1000
    if dice.random() < 0.2:
        spec["resources"] = {"requests": {"cpu": "64"}}
    return spec


def make_pod(plane: Plane, namespace: str, name: str, spec: Object) -> str:
    """Create a pod; what the API server said against it, or nothing."""
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    try:
        plane.api.post(pods_of(namespace), body)
    except ApiError as error:
        return str(error)
    return ""


def make_quota(plane: Plane, namespace: str, name: str, spec: Object) -> None:
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec}
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    plane.api.post(path, body)
    wait_until(
        lambda: (
            set(plane.api.get(f"{path}/{name}").get("status", {}).get("used", {}))
            == set(spec["hard"])
        ),
        f"quota {name} was not counted",
    )


def used(plane: Plane, namespace: str, name: str) -> dict[str, str]:
    path = f"/api/v1/namespaces/{namespace}/resourcequotas/{name}"
    found: dict[str, str] = plane.api.get(path)["status"]["used"]
    return found


def test_a_pod_is_counted_as_the_quota_controller_counts_it(plane: Plane, namespace: str) -> None:
    """Admission adds a pod to what is used before it answers."""
    hard = dict.fromkeys(COUNTED, "10000")
    hard |= {name: "10Ti" for name in COUNTED if "memory" in name or "storage" in name}
    scopes = {"all": {}, "ending": {"scopes": ["Terminating"]}, "best": {"scopes": ["BestEffort"]}}
    for name, scope in scopes.items():
        few = {"best": ("pods",), "ending": (*COMPUTE, "cpu", "memory", "pods")}.get(name, COUNTED)
        limits = {each: hard[each] for each in few}
        make_quota(plane, namespace, name, {"hard": limits, **scope})
    dice = random.Random(36)
    for number in range(PODS):
        spec = random_pod(dice, full=True)
        before = {name: used(plane, namespace, name) for name in scopes}
        assert make_pod(plane, namespace, f"p{number}", spec) == ""
        needs = usage(spec)
        for name, scope in scopes.items():
            after = used(plane, namespace, name)
            counted = counts({"spec": scope}, spec)
            for resource, value in after.items():
                grown = quantity(value) - quantity(before[name][resource])
                assert grown == (needs.get(resource, 0) if counted else 0), (resource, spec)


def test_what_a_quota_demands(plane: Plane, namespace: str) -> None:
    """And what a LimitRange gives to containers that do not say it."""
    make_quota(plane, namespace, "all", {"hard": dict.fromkeys(COMPUTE, "100000Gi")})
    limit_range = {
        "spec": {
            "limits": [
                {"type": "Container", "default": {"cpu": "3"}, "defaultRequest": {"memory": "8Mi"}}
            ]
        }
    }
    dice = random.Random(7)
    refused = 0
    for round_ in range(2):
        ranges = [limit_range] if round_ else []
        if round_:
            body = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "r"}}
            path = f"/api/v1/namespaces/{namespace}/limitranges"
            plane.api.post(path, body | limit_range)
            ranges = plane.api.get(path)["items"]
        for number in range(PODS):
            spec = random_pod(dice, full=False)
            said = make_pod(plane, namespace, f"p{round_}-{number}", spec)
            if "must be less than or equal to" in said:
                continue  # a request above the limit of the range: no matter of the quota
            missing = {name: unset(spec, name, ranges) for name in COMPUTE}
            assert bool(said) == any(missing.values()), (said, spec)
            for name, containers in missing.items():
                for each in containers:
                    assert each in said.partition(f"{name} for: ")[2].partition(";")[0]
            refused += bool(said)
    assert PODS // 4 < refused < PODS * 2


def test_budgets_want_what_the_disruption_controller_says(plane: Plane, namespace: str) -> None:
    values = [0, 1, 2, 9, "0%", "1%", "34%", "50%", "99%", "100%"]
    policies = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    made: list[tuple[str, int, Object]] = []
    for replicas in (1, 3):
        labels = {"app": f"of-{replicas}"}
        meta = {"name": f"of-{replicas}", "labels": labels}
        pod = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "c", "image": "x:1"}]},
        }
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod}
        plane.apply(
            namespace,
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec},
        )
        for column in ("minAvailable", "maxUnavailable"):
            for number, value in enumerate(values):
                each = budget(f"{column.lower()}-{replicas}-{number}", labels, **{column: value})
                del each["status"]
                body = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", **each}
                plane.api.post(policies, body)
                made.append((each["metadata"]["name"], replicas, each))

    def settled() -> bool:
        found = {each["metadata"]["name"]: each for each in plane.api.get(policies)["items"]}
        return all(
            found[name].get("status", {}).get("expectedPods") == replicas
            and found[name]["status"]["observedGeneration"] == 1
            for name, replicas, _ in made
        )

    wait_until(settled, "the budgets were not looked at")
    found = {each["metadata"]["name"]: each["status"] for each in plane.api.get(policies)["items"]}
    for name, replicas, each in made:
        assert max(0, least(each, replicas)) == found[name]["desiredHealthy"], name


NODES: list[Object] = [
    {"name": "plain", "labels": {}},
    {"name": "arm", "labels": {"kubernetes.io/arch": "arm64", "cpus": "64"}},
    {"name": "gpu", "labels": {"gpu": "yes", "cpus": "8"},
     "taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]},
    {"name": "gone", "labels": {"cpus": "16"},
     "taints": [{"key": "drain", "value": "", "effect": "NoExecute"},
                {"key": "soft", "value": "x", "effect": "PreferNoSchedule"}]},
]  # fmt: skip


def random_spec(dice: random.Random, names: list[str]) -> Object:
    """A pod with a random choice of nodes."""
    spec: Object = {"containers": [{"name": "c", "image": "x:1"}]}
    if dice.random() < 0.4:
        spec["nodeSelector"] = dict(
            [dice.choice([("kubernetes.io/arch", "arm64"), ("gpu", "yes"), ("cpus", "16")])]
        )
    if dice.random() < 0.6:
        terms = [random_term(dice, names) for _ in range(dice.randint(1, 2))]
        required = {"nodeSelectorTerms": terms}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        }
    tolerations = [
        {"operator": "Exists"},
        {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "gpu", "value": "no"},
        {"key": "drain", "operator": "Equal"},
        {"key": "drain", "operator": "Exists", "effect": "NoSchedule"},
    ]
    spec["tolerations"] = dice.sample(tolerations, dice.randint(0, 2))
    return spec


def random_term(dice: random.Random, names: list[str]) -> Object:
    if dice.random() < 0.1:
        return {}
    if dice.random() < 0.2:
        values = [dice.choice(names)]
        operator = dice.choice(["In", "NotIn"])
        return {"matchFields": [{"key": "metadata.name", "operator": operator, "values": values}]}
    key = dice.choice(["gpu", "cpus", "kubernetes.io/arch"])
    operator = dice.choice(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])
    expression: Object = {"key": key, "operator": operator}
    if operator in ("In", "NotIn"):
        expression["values"] = dice.sample(["yes", "8", "16", "arm64"], 2)
    elif operator in ("Gt", "Lt"):
        expression["values"] = [dice.choice(["8", "16"])]
    return {"matchExpressions": [expression]}


@pytest.fixture
def nodes(plane: Plane) -> Iterator[list[Object]]:
    names = plane.add_nodes(len(NODES))
    for name, wanted in zip(names, NODES, strict=True):
        labels = {"kubernetes.io/arch": "amd64", **wanted["labels"], "own": wanted["name"]}
        change = {"metadata": {"labels": labels}, "spec": {"taints": wanted.get("taints", [])}}
        plane.api.patch(f"/api/v1/nodes/{name}", change)
    yield [plane.api.get(f"/api/v1/nodes/{name}") for name in names]
    for name in names:
        plane.api.delete(f"/api/v1/nodes/{name}")


def test_nodes_are_chosen_as_by_the_scheduler(
    plane: Plane, namespace: str, nodes: list[Object]
) -> None:
    """Each pod is asked for on each node alone, by a label of its own, besides its own choice."""
    names = [node["metadata"]["name"] for node in nodes]
    dice = random.Random(5)
    specs = [random_spec(dice, names) for _ in range(20)]
    expected: dict[str, bool] = {}
    for number, spec in enumerate(specs):
        for node in nodes:
            own = node["metadata"]["labels"]["own"]
            alone = {**spec, "nodeSelector": {**spec.get("nodeSelector", {}), "own": own}}
            name = f"p{number}-{own}"
            assert make_pod(plane, namespace, name, alone) == ""
            expected[name] = takes(node, spec)

    def decided() -> bool:
        return all(
            any(c["type"] == "PodScheduled" for c in each.get("status", {}).get("conditions", ()))
            for each in plane.api.get(pods_of(namespace))["items"]
        )

    wait_until(decided, "the scheduler did not look at all pods")
    found = {
        each["metadata"]["name"]: bool(each["spec"].get("nodeName"))
        for each in plane.api.get(pods_of(namespace))["items"]
    }
    assert found == expected
    assert 10 < sum(found.values()) < len(found) - 10


DEPLOYMENT: Object = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "ghcr.io/team/web:1"}]},
        },
    },
}


def test_what_is_read(plane: Plane, namespace: str) -> None:
    target = Target(namespace, "deploy", "web")
    plane.apply(namespace, DEPLOYMENT)
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull"}, **secret("ghcr.io")}
    plane.api.post(f"/api/v1/namespaces/{namespace}/secrets", body)
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
    names = [{"name": "pull"}, {"name": "gone"}]
    plane.api.patch(account, {"imagePullSecrets": names})
    cluster = connect("", str(plane.kubeconfig))
    found = with_secrets(cluster, read(cluster, target, parse("ghcr.io/team/web:2")))
    assert found.container == "web"
    assert found.secrets is not None
    assert (found.secrets["pull"] is not None, found.secrets["gone"]) == (True, None)
    assert not isinstance(found.nodes, Unseen)
    assert len(found.nodes) >= 2
    assert (found.quotas, found.limit_ranges, found.budgets) == ([], [], [])


def test_a_user_who_may_see_the_workload_only(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, DEPLOYMENT)
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]
    config = plane.kubeconfig_for(f"only-{namespace}", rules=rules, namespace=namespace)
    cluster = connect("", str(config))
    target = Target(namespace, "deploy", "web")
    found = with_secrets(cluster, read(cluster, target, parse("ghcr.io/team/web:2")))
    for part in ("nodes", "account", "quotas", "limit_ranges", "budgets"):
        seen = getattr(found, part)
        assert isinstance(seen, Unseen), part
        assert "forbidden" in seen.why
    assert found.secrets is None


@pytest.mark.parametrize(
    ("image", "images", "expected"),
    [
        ("ghcr.io/team/web:2", {"web": "x", "log": "y"}, ""),
        ("ghcr.io/team/web:2", {"web": "ghcr.io/team/web:1", "log": "y"}, "web"),
        ("ghcr.io/team/web:2", {"a": "ghcr.io/team/web:1", "b": "ghcr.io/team/web:1"}, ""),
        ("nginx", {"a": "docker.io/library/nginx:1", "b": "not an image"}, "a"),
    ],
)
def test_the_container_is_the_one_of_the_same_repository(
    plane: Plane, namespace: str, image: str, images: dict[str, str], expected: str
) -> None:
    containers = [{"name": name, "image": text} for name, text in images.items()]
    thing = {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": 0}}
    labels = {"app": "web"}
    thing["spec"]["template"] = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    plane.apply(namespace, thing)
    cluster = connect("", str(plane.kubeconfig))
    found = read(cluster, Target(namespace, "deploy", "web"), parse(image))
    assert found.container == expected
