"""Connections to the clusters of a plan."""

import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from opskit.clients import eks, kubeconfig
from opskit.errors import OpskitError, UnknownError
from opskit.rollout.wave.clusters import Clusters, connect, each_of
from opskit.rollout.wave.document import ClusterSpec


def test_a_context_and_an_eks_cluster_are_reached_as_the_plan_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(kubeconfig, "connect", lambda *args: asked.append(args))
    monkeypatch.setattr(eks, "connect", lambda *args, **more: asked.append((*args, more)))
    connect(ClusterSpec(context="staging"), "file")
    connect(ClusterSpec(eks="shop", region="eu-west-1", profile="p", role_arn="r", namespace="n"))
    assert asked == [("staging", "file"), ("shop", "eu-west-1", "p", "r", {"namespace": "n"})]


def test_each_is_connected_to_once_however_many_threads_ask() -> None:
    made: list[str] = []
    clusters = Clusters(lambda spec: made.append(spec.label))  # type: ignore[arg-type,func-returns-value]
    specs = [ClusterSpec(context=name) for name in "ab"] * 5
    threads = [threading.Thread(target=clusters, args=(spec,)) for spec in specs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == ["a", "b"]


def test_an_error_is_that_of_its_cluster_alone() -> None:
    def ask(spec: ClusterSpec) -> str:
        if spec.label == "b":
            raise UnknownError("away")
        return spec.label

    found = each_of([ClusterSpec(context=name) for name in "abc"], ask)
    assert (found["a"], found["c"]) == ("a", "c")
    assert str(found["b"]) == "away"


def test_labels() -> None:
    arn = "arn:aws:eks:us-east-1:123456789012:cluster/shop-us"
    assert ClusterSpec(eks=arn).label == "shop-us"
    assert ClusterSpec(context="x", name="y").label == "y"


def test_an_exec_plugin_that_fails_is_the_trouble_of_its_cluster_alone(tmp_path: Path) -> None:
    """Both sign in at the same time, each in a thread."""

    def user(name: str, program: str) -> dict[str, Any]:
        plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh"}
        return {"name": name, "user": {"exec": {**plugin, "args": ["-c", program]}}}

    credential = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
    credential += '"status":{"token":"t"}}'
    names = ["good", "bad"]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [
            user("good", f"sleep 0.6; echo '{credential}'"),
            user("bad", "sleep 0.2; exit 3"),
        ],
        "contexts": [{"name": n, "context": {"cluster": "c", "user": n}} for n in names],
    }
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config))
    found = each_of(
        [ClusterSpec(context=name) for name in names], lambda spec: connect(spec, str(file))
    )
    assert not isinstance(found["good"], OpskitError)
    assert "signing in failed" in str(found["bad"])
