"""Objects of any kind applied on a real control plane: all of them are tried first."""

import json
from pathlib import Path
from typing import Any

import pytest

from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect
from opskit.errors import ExitCode, InputError, OpskitError, UnknownError
from opskit.rollout.deploying.apply import Item, Manifest, carry_out, plan
from opskit.rollout.deploying.differences import object_diff
from opskit.rollout.deploying.served import NotServedError, Served
from tests.controlplane.plane import Plane
from tests.rollout.wave.planes import IMAGE, workload


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connect("", str(plane.kubeconfig))


def config(value: str, name: str = "conf") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"greeting": value},
    }


def manifests(*things: dict[str, Any]) -> list[Manifest]:
    return [Manifest(thing, "web.yaml") for thing in things]


def applied(cluster: Cluster, namespace: str, *things: dict[str, Any]) -> list[Item]:
    return list(carry_out(cluster, plan(cluster, manifests(*things), namespace)))


def test_what_others_need_comes_first_and_a_second_time_nothing_changes(
    cluster: Cluster, namespace: str
) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "maxReplicas": 3,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        },
    }
    things = (scaler, workload(f"{IMAGE}:1"), service, config("hello"))
    items = applied(cluster, namespace, *things)
    assert [item.name for item in items] == [
        "configmap/conf", "service/web", "deploy/web", "horizontalpodautoscaler/web",
    ]  # fmt: skip
    assert {item.before for item in items} == {None}
    again = plan(cluster, manifests(*things), namespace)
    assert {item.action for item in again} == {"none"}
    assert [item.diff() for item in again] == [""] * 4


def test_a_namespace_and_what_is_in_it_in_one_file(cluster: Cluster, plane: Plane) -> None:
    name = "apply-new"
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    inside = {**config("x"), "metadata": {"name": "conf", "namespace": name}}
    items = plan(cluster, manifests(inside, space))
    try:
        assert [(item.name, item.action) for item in items] == [
            (f"namespace/{name}", "create"),
            ("configmap/conf", "unknown"),
        ]
        assert "not there yet" in items[1].waits
        list(carry_out(cluster, items))
        assert plane.api.get(f"/api/v1/namespaces/{name}/configmaps/conf")["data"]
    finally:
        plane.delete_namespace(name)


def test_a_kind_and_an_object_of_it_in_one_file(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    kind = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "toys.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "toys", "singular": "toy", "kind": "Toy"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "x-kubernetes-preserve-unknown-fields": True,
                        }
                    },
                }
            ],
        },
    }
    toy = {"apiVersion": "example.com/v1", "kind": "Toy", "metadata": {"name": "ball"}, "size": 3}
    items = plan(cluster, manifests(toy, kind), namespace)
    try:
        assert items[1].waits
        list(carry_out(cluster, items))
        path = f"/apis/example.com/v1/namespaces/{namespace}/toys/ball"
        assert plane.api.get(path)["size"] == 3
    finally:
        plane.api.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/toys.example.com")


def test_a_conflict_names_the_manager_and_the_field_and_nothing_is_changed(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    plane.apply(namespace, workload(f"{IMAGE}:1"))
    plane.kubectl("set", "image", "-n", namespace, "deploy/web", f"web={IMAGE}:9")
    with pytest.raises(OpskitError) as caught:
        plan(cluster, manifests(config("x"), workload(f"{IMAGE}:2")), namespace)
    assert caught.value.exit_code is ExitCode.NO
    assert '"kubectl-set"' in caught.value.message
    assert 'containers[name="web"].image' in caught.value.message
    assert "web.yaml: deploy/web" in caught.value.message
    assert not plane.exists(f"/api/v1/namespaces/{namespace}/configmaps/conf")

    forced = plan(cluster, manifests(workload(f"{IMAGE}:2")), namespace, force=True)
    [item] = carry_out(cluster, forced)
    assert item.after is not None
    image = item.after["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == f"{IMAGE}:2"


def test_what_kubectl_applied_says_how_to_take_it_over(
    cluster: Cluster, plane: Plane, namespace: str, tmp_path: Path
) -> None:
    file = tmp_path / "web.json"
    file.write_text(json.dumps(workload(f"{IMAGE}:1")))
    plane.kubectl("apply", "-n", namespace, "-f", str(file))
    with pytest.raises(OpskitError) as caught:
        plan(cluster, manifests(workload(f"{IMAGE}:2")), namespace)
    assert "made with 'kubectl apply'" in caught.value.hint
    assert "--force-conflicts" in caught.value.hint
    [item] = plan(cluster, manifests(workload(f"{IMAGE}:2")), namespace, force=True)
    assert item.action == "change"
    plane.kubectl("set", "image", "-n", namespace, "deploy/web", f"web={IMAGE}:9")
    with pytest.raises(OpskitError) as caught:
        plan(cluster, manifests(workload(f"{IMAGE}:2")), namespace)
    assert "made with" not in caught.value.hint


def test_what_opskit_itself_patched_is_no_conflict(cluster: Cluster, namespace: str) -> None:
    [item] = applied(cluster, namespace, workload(f"{IMAGE}:1"))
    path = "/spec/template/spec/containers/0/image"
    cluster.patch(item.path, [{"op": "replace", "path": path, "value": f"{IMAGE}:undone"}])
    [again] = applied(cluster, namespace, workload(f"{IMAGE}:2"))
    assert again.after is not None
    assert again.after["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:2"


def test_all_that_is_wrong_is_said_at_once(cluster: Cluster, plane: Plane, namespace: str) -> None:
    bad = workload(f"{IMAGE}:1")
    bad["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": -1}]
    other = {"apiVersion": "example.org/v1", "kind": "Bar", "metadata": {"name": "x"}}
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "metadata": {"name": "k"},
    }
    with pytest.raises(InputError) as caught:
        plan(cluster, manifests(config("x"), bad, other, kustomization), namespace)
    message = caught.value.message
    assert "containerPort" in message
    assert "no Bar of example.org/v1" in message
    assert "no Kustomization" in message
    assert message.endswith("nothing was changed")
    assert not plane.exists(f"/api/v1/namespaces/{namespace}/configmaps/conf")


def test_a_rendered_kustomization_is_what_is_wanted(cluster: Cluster) -> None:
    thing = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    with pytest.raises(NotServedError) as caught:
        Served(cluster).path({**thing, "metadata": {"name": "k"}}, "default")
    assert "kustomize build" in caught.value.hint


def test_one_who_may_not_is_told_and_it_is_unknown(plane: Plane, namespace: str) -> None:
    rules = [{"apiGroups": ["apps"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
    user = connect("", str(plane.kubeconfig_for("reads", rules, namespace)))
    with pytest.raises(UnknownError) as caught:
        plan(user, manifests(workload(f"{IMAGE}:1")), namespace)
    assert 'cannot patch resource "deployments"' in caught.value.message


@pytest.mark.parametrize(
    ("things", "says"),
    [
        ([config("a"), config("b")], "stands there twice"),
        ([{**config("a"), "metadata": {"name": "x", "namespace": "other"}}], "and -n says"),
        ([{**config("a"), "data": {True: "x"}}], "what JSON has not"),
        ([{**config("a"), "data": {"x": [1, 2]}}], "expected string"),
        ([{**config("a"), "dta": {}}], "field not declared in schema"),
    ],
)
def test_manifests_that_contradict_themselves(
    cluster: Cluster, namespace: str, things: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(InputError) as caught:
        plan(cluster, manifests(*things), namespace)
    assert says in str(caught.value)


def test_the_values_of_a_secret_are_not_shown() -> None:
    def secret(value: str) -> dict[str, Any]:
        notes = {"kubectl.kubernetes.io/last-applied-configuration": value}
        meta = {"name": "s", "annotations": notes}
        return {"kind": "Secret", "metadata": meta, "data": {"a": value, "b": "c2FtZQ=="}}

    for before in (None, secret("b2xk")):
        shown = object_diff("secret/s", before, secret("bmV3"))
        assert shown
        assert not any(word in shown for word in ("b2xk", "bmV3", "c2FtZQ"))
    assert "another one" in shown
