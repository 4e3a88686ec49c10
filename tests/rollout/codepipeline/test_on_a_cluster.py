"""Invocations against a real control plane: what changes, what is said, and what is never repeated.

The function signs in with a kubeconfig here, for want of an EKS; its artifacts are not used, but
for the manifest, which is handed over as if it had been read.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opskit.clients.kubeconfig import connect
from opskit.rollout.codepipeline import artifacts, continuation
from opskit.rollout.codepipeline.deadline import Deadline
from opskit.rollout.codepipeline.deployer import ClusterDeployer
from opskit.rollout.codepipeline.parameters import Parameters
from opskit.rollout.codepipeline.run import invocation
from opskit.rollout.codepipeline.templates import Names, files
from opskit.rollout.targets import Target
from tests.rollout.codepipeline.pipeline import JOB, Service, event
from tests.rollout.onplane import rolled_out

IMAGE = "registry.example.invalid/web"


class Function:
    """The function on one cluster; each call is an invocation, with its own deployer."""

    def __init__(self, plane: Any, namespace: str, kubeconfig: str = "") -> None:
        self._kubeconfig = kubeconfig or str(plane.kubeconfig)
        self.namespace = namespace

    def __call__(
        self, tag: str, *, seconds: float = 60, token: str | None = None, **parameters: Any
    ) -> Service:
        given = {
            "cluster": "prod",
            "namespace": self.namespace,
            "targets": ["deploy/web"],
            "image": f"{IMAGE}:{tag}",
            "timeout": 40,
            **parameters,
        }
        service = Service()
        end = time.time() + seconds

        class Context:
            def get_remaining_time_in_millis(self) -> int:
                return int(1000 * (end - time.time()))

        def deployer(found: Parameters) -> ClusterDeployer:
            return ClusterDeployer(found, connect("", self._kubeconfig))

        invocation(event(given, token=token), Deadline(Context()), deployer, service)
        return service


@pytest.fixture(autouse=True)
def _no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The images are nowhere: what a registry would say is not asked for."""
    from opskit.rollout.preflight.facts import Unseen

    monkeypatch.setattr(
        "opskit.rollout.preflight.check.look", lambda *_: Unseen("no registry in this test")
    )


def workload(name: str, tag: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name, **labels}},
                "spec": {"containers": [{"name": "web", "image": f"{IMAGE}:{tag}"}]},
            },
        },
    }


@pytest.fixture
def function(plane: Any, namespace: str) -> Function:
    plane.make(namespace, workload("web", "1"))
    rolled_out(plane, Target(namespace, "deploy", "web"))
    return Function(plane, namespace)


def image_now(plane: Any, namespace: str, name: str = "web") -> str:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
    spec = plane.api.get(path)["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"]).removeprefix(f"{IMAGE}:")


def patches(plane: Any, namespace: str, since: float) -> list[Any]:
    """What was written to Deployments; the notes of outcomes are among it."""
    return [
        each
        for each in plane.requests(namespace=namespace, agent="opskit", since=since)
        if each.verb == "patch" and each.resource == "deployments" and "dryRun" not in each.uri
    ]


def test_a_version_that_serves(function: Function, plane: Any) -> None:
    service = function("2")
    call, result = service.result
    assert call == "success", result
    assert "serves" in result["executionDetails"]["summary"]
    assert result["outputVariables"]["previous_image"] == f"{IMAGE}:1"
    assert image_now(plane, function.namespace) == "2"
    workload = plane.api.get(f"/apis/apps/v1/namespaces/{function.namespace}/deployments/web")
    assert JOB in workload["metadata"]["annotations"]["kubernetes.io/change-cause"]


def test_without_auto_rollback_it_stays(function: Function, plane: Any) -> None:
    details = function("missing", auto_rollback=False).failure_details
    assert details["type"] == "JobFailed"
    assert "not rolled back" in details["message"]
    assert "opskit rollout undo deploy/web" in details["message"]
    assert image_now(plane, function.namespace) == "missing"


def test_a_slow_start_goes_over_invocations_and_is_changed_once(
    function: Function, plane: Any
) -> None:
    since, token, calls = time.time(), None, 0
    while True:
        service = function("slow5", seconds=3, token=token)
        calls += 1
        token = service.result[1].get("continuationToken")
        if token is None:
            break
        assert continuation.decode(token).workloads[0].name == "deploy/web"
    assert service.result[0] == "success", service.result
    assert calls > 2
    made = [each for each in patches(plane, function.namespace, since) if each.code == 200]
    assert len(made) == 2  # the image, and the note that the revision is good


def test_lambda_trying_again_changes_nothing_twice(function: Function, plane: Any) -> None:
    first = function("2")
    before = plane.api.get(f"/apis/apps/v1/namespaces/{function.namespace}/deployments/web")
    again = function("2")
    after = plane.api.get(f"/apis/apps/v1/namespaces/{function.namespace}/deployments/web")
    assert first.result[0] == again.result[0] == "success"
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


def test_an_undo_that_was_cut_off_goes_on_and_ends_once(function: Function, plane: Any) -> None:
    function("2")
    waiting = function("slow", seconds=3)
    state = continuation.decode(waiting.token)
    state.phase, state.since, state.cause = "undoing", time.time(), "deploy/web: it is broken"
    token = continuation.encode(state)
    for _ in range(2):  # the second finds it done
        details = function("slow", token=token).failure_details
        assert details["message"].splitlines()[:2] == ["deploy/web: it is broken", "rolled back"]
        assert image_now(plane, function.namespace) == "2"


def test_another_image_than_expected_changes_nothing(function: Function, plane: Any) -> None:
    details = function("2", expect=f"{IMAGE}:0").failure_details
    assert details["type"] == "RevisionOutOfSync"
    assert image_now(plane, function.namespace) == "1"
    assert function("2", expect=f"{IMAGE}:1").result[0] == "success"


def test_somebody_else_is_faster(function: Function, plane: Any) -> None:
    waiting = function("slow", seconds=3)
    plane.kubectl("set", "image", "deploy/web", f"web={IMAGE}:9", "-n", function.namespace)
    details = function("slow", token=waiting.token).failure_details
    assert details["type"] == "RevisionOutOfSync"
    assert image_now(plane, function.namespace) == "9"  # what others did is not taken back


def test_made_anew_it_is_not_judged(function: Function, plane: Any) -> None:
    waiting = function("slow", seconds=3)
    plane.kubectl("delete", "deploy/web", "-n", function.namespace)
    details = function("slow", token=waiting.token).failure_details
    assert (details["type"], "deleted" in details["message"]) == ("RevisionOutOfSync", True)
    plane.make(function.namespace, workload("web", "slow"))
    details = function("slow", token=waiting.token).failure_details
    assert "made anew" in details["message"]


@pytest.mark.parametrize(
    ("parameters", "kind", "words"),
    [
        ({"targets": ["deploy/none"]}, "ConfigurationError", "none"),
        ({"targets": ["web"]}, "ConfigurationError", "names no workload"),
        ({"container": "side"}, "ConfigurationError", "has no container side"),
        ({"image": "Not An Image"}, "ConfigurationError", "no image reference"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    parameters: dict[str, Any], kind: str, words: str, function: Function, plane: Any
) -> None:
    details = function("2", **parameters).failure_details
    assert details["type"] == kind
    assert words in details["message"]
    assert image_now(plane, function.namespace) == "1"


def test_an_image_that_is_gone(
    function: Function, plane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opskit.rollout.preflight.facts import Absent

    monkeypatch.setattr("opskit.rollout.preflight.check.look", lambda *_: Absent("no such image"))
    details = function("2").failure_details
    assert details["type"] == "RevisionOutOfSync"
    assert "ROL010" in details["message"]
    assert image_now(plane, function.namespace) == "1"


def role(namespace: str) -> list[dict[str, Any]]:
    """The rules of the Role that the template writes."""
    import yaml

    text = files(Names(namespace=namespace))["rbac.yaml"]
    rules: list[dict[str, Any]] = next(
        each["rules"] for each in yaml.safe_load_all(text) if each["kind"] == "Role"
    )
    return rules


def test_a_crash_is_told_and_taken_back_with_the_rights_of_the_template(
    function: Function, plane: Any
) -> None:
    kubeconfig = plane.kubeconfig_for(
        "lambda", rules=role(function.namespace), namespace=function.namespace
    )
    limited = Function(plane, function.namespace, str(kubeconfig))
    since = time.time()
    assert limited("2").result[0] == "success"
    plane.say(["starting"], previous=["KeyError: 'DATABASE_URL'", "api_key: hunter2hunter2"])
    details = limited("crash").failure_details
    assert details["type"] == "JobFailed"
    lines = details["message"].splitlines()
    assert lines[0].startswith("deploy/web: pod/web-")
    assert lines[1] == "rolled back"
    assert "KeyError: 'DATABASE_URL'" in details["message"]
    assert "hunter2" not in details["message"]
    assert "to go back" not in details["message"]
    assert image_now(plane, function.namespace) == "2"
    refused = [
        (each.verb, each.resource)
        for each in plane.requests(agent="opskit", since=since)
        if each.code == 403
    ]
    # nodes, of all the cluster, and pull secrets are not for it: the preflight says so
    assert {resource for _, resource in refused} <= {"nodes", "secrets"}


@pytest.mark.parametrize("verb", ["patch", "get"])
def test_a_right_that_is_missing_is_a_permission_error(
    verb: str, function: Function, plane: Any
) -> None:
    rules = json.loads(json.dumps(role(function.namespace)))
    for rule in rules:
        rule["verbs"] = [each for each in rule["verbs"] if each != verb]
    rules = [rule for rule in rules if rule["verbs"]]
    kubeconfig = plane.kubeconfig_for(f"without-{verb}", rules=rules, namespace=function.namespace)
    details = Function(plane, function.namespace, str(kubeconfig))("2").failure_details
    assert details["type"] == "PermissionError"
    assert verb in details["message"]
    assert image_now(plane, function.namespace) == "1"


def test_a_cluster_that_does_not_answer(function: Function, plane: Any, tmp_path: Path) -> None:
    nowhere = tmp_path / "kubeconfig"
    nowhere.write_text(plane.kubeconfig.read_text().replace(plane.url, "https://127.0.0.1:1"))
    details = Function(plane, function.namespace, str(nowhere))("2").failure_details
    assert details["type"] == "SystemUnavailable"
    assert "127.0.0.1:1" in details["message"]


class TestManifest:
    """A manifest of the artifact: all of it is applied, the image is put into its workloads."""

    TEXT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: "%s"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: web, image: PLACEHOLDER}]}
"""

    @pytest.fixture
    def deploy(
        self, plane: Any, namespace: str, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., Service]:
        def run(text: str, tag: str, **parameters: Any) -> Service:
            monkeypatch.setattr(artifacts.Files, "read", lambda *_: text.encode())
            given = {"targets": [], "manifest": "Build::k8s/shop.yaml", **parameters}
            return Function(plane, namespace)(tag, **given)

        return run

    def test_first_and_second_version(
        self, deploy: Callable[..., Service], plane: Any, namespace: str
    ) -> None:
        first = deploy(self.TEXT % "a", "1")
        assert first.result[0] == "success", first.result
        assert image_now(plane, namespace, "shop") == "1"
        details = deploy(self.TEXT % "b", "missing").failure_details
        assert "rolled back" in details["message"].splitlines()[1]
        assert image_now(plane, namespace, "shop") == "1"
        config = plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps/settings")
        assert config["data"] == {"mode": "a"}

    def test_a_first_version_has_nothing_to_go_back_to(
        self, deploy: Callable[..., Service]
    ) -> None:
        details = deploy(self.TEXT % "a", "missing").failure_details
        assert details["type"] == "JobFailed"
        assert "nothing to go back to" in details["message"]
        assert "THE ROLLBACK FAILED" in details["message"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "holds no workload"),
            ("kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n", "holds no workload"),
            ("a: [", "Build::k8s/shop.yaml:"),
            ("kind: {{ .kind }}", "Build::k8s/shop.yaml"),
            ("\0", "binary"),
            (
                "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: x}\n",
                "has no container|has several",
            ),
        ],
    )
    def test_what_is_no_manifest(
        self, text: str, words: str, deploy: Callable[..., Service]
    ) -> None:
        import re

        details = deploy(text, "1").failure_details
        assert details["type"] == "ConfigurationError"
        assert re.search(words, details["message"])
