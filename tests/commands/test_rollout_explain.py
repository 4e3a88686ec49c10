"""`opskit rollout explain`: of workloads on a real control plane, and of a recording."""

import io
import json
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit import cli
from opskit.rollout.changes.undoing import undo
from opskit.rollout.targets import Target
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.objects import ago
from tests.rollout.onplane import connected, observed
from tests.rollout.workloads import Object, container, deployment, workload

EXAMPLES = Path(str(files("opskit"))) / "examples" / "rollout"
WHOLE = json.dumps(yaml.safe_load((EXAMPLES / "crash.yaml").read_text()))
LOG = ["starting", "password=hunter2", "KeyError: 'DATABASE_URL'"]


def run(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = cli.run(["rollout", "explain", *args])
    return status, out.getvalue(), err.getvalue()


def explained(plane: Plane, space: str, *args: str) -> tuple[int, Object]:
    """The exit status, and what is said of the one workload."""
    status, out, err = run("--kubeconfig", str(plane.kubeconfig), "-n", space, *args, "-o", "json")
    assert out, err
    first: Object = json.loads(out)["explanations"][0]
    return status, first


def says(plane: Plane, space: str, words: str) -> bool:
    """Whether the pods say so, and the controllers have seen the last change of Deployments.

    Pods may be there, and fail, some milliseconds before their Deployment says that it is seen.
    """
    made = plane.api.get(f"/apis/apps/v1/namespaces/{space}/deployments")["items"]
    seen = [
        each["status"].get("observedGeneration") == each["metadata"]["generation"] for each in made
    ]
    return words in str(plane.pods(space)) and all(seen)


def restarted(plane: Plane, space: str, times: int) -> bool:
    return any(
        each["restartCount"] >= times
        for pod in plane.pods(space)
        for name in ("containerStatuses", "initContainerStatuses")
        for each in pod["status"].get(name, [])
    )


def test_a_bad_image_after_a_good_one(plane: Plane, namespace: str) -> None:
    plane.say(["it runs"], previous=LOG)
    plane.apply(namespace, deployment("web", "1", replicas=2))
    plane.kubectl("rollout", "status", "deploy/web", "-n", namespace)
    status, found = explained(plane, namespace, "deploy/web")
    assert (status, found["healthy"], found["causes"], found["notes"]) == (0, True, [], [])
    plane.kubectl("set", "image", "deploy/web", "web=r.example.com/web:crash", "-n", namespace)
    wait_until(lambda: restarted(plane, namespace, 1), "no restart")
    status, found = explained(plane, namespace, "deploy/web", "--redact")
    assert (status, found["healthy"]) == (1, False)
    assert found["causes"][0]["code"] == "ROL107"
    assert found["causes"][0]["log"] == [LOG[0], "password=***", LOG[2]]
    assert any("set web from registry.example.com/web:1 to" in each for each in found["related"])
    assert found["next"][0]["command"] == (
        f"opskit rollout undo deploy/web -n {namespace} --kubeconfig {plane.kubeconfig}"
    )
    assert found["next"][0]["what"].startswith("goes back to revision 1 (")


def waits(plane: Plane, space: str) -> bool:
    return any(
        "waiting" in each["state"]
        for pod in plane.pods(space)
        for each in pod["status"].get("containerStatuses", [])
    )


def test_the_advice_is_what_undo_does(plane: Plane, namespace: str) -> None:
    """After two bad ones that nobody recorded it is the one that serves, not the newest before."""
    plane.apply(namespace, deployment("web", "missing"))
    wait_until(lambda: waits(plane, namespace), "no container waits")
    status, first = explained(plane, namespace, "deploy/web")
    assert (status, [each["command"].split()[0] for each in first["next"]]) == (1, ["kubectl"])
    target = Target(namespace, "deploy", "web")
    for image in ("1", "missing", "crash"):
        name = f"web=registry.example.com/web:{image}"
        plane.kubectl("set", "image", "deploy/web", name, "-n", namespace)
        if image == "1":
            plane.kubectl("rollout", "status", "deploy/web", "-n", namespace)
        else:
            observed(plane, target)
    _, found = explained(plane, namespace, "deploy/web")
    change = undo(connected(plane), target)
    assert change.expected == {"web": "registry.example.com/web:1"}
    assert found["next"][0]["command"] == (
        f"opskit rollout undo deploy/web -n {namespace} --kubeconfig {plane.kubeconfig}"
    )
    assert found["next"][0]["what"].startswith(
        "goes back to revision 2 (registry.example.com/web:1): no good one is recorded"
    )


def test_pods_that_crash_after_the_rollout_was_complete(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "1"))
    plane.kubectl("rollout", "status", "deploy/web", "-n", namespace)
    pod = plane.pods(namespace)[0]
    (state,) = pod["status"]["containerStatuses"]
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": ago(20)}
    state |= {"restartCount": 3, "lastState": {"terminated": ended}}
    plane.set_pod_status(namespace, pod["metadata"]["name"], {"containerStatuses": [state]})
    status, found = explained(plane, namespace, "deploy/web")
    assert (status, found["available"]) == (1, 1)
    assert found["causes"][0]["code"] == "ROL107"
    assert "serves now, but was restarted" in found["causes"][0]["message"]


def test_all_symptoms_without_waiting_for_a_grace(plane: Plane, namespace: str) -> None:
    large = container("1", resources={"requests": {"cpu": "1000"}})
    plane.apply(namespace, deployment("web", "1", containers=[large]))
    wait_until(lambda: says(plane, namespace, "conditions"), "the scheduler says nothing")
    status, found = explained(plane, namespace, "deploy/web")
    assert status == 1
    assert [each["code"] for each in found["causes"]] == ["ROL110"]


def test_what_is_related(plane: Plane, namespace: str) -> None:
    plane.apply(
        namespace,
        deployment("web", "1", replicas=2),
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "strict"},
            "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}},
        },
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web"},
            "spec": {
                "minReplicas": 2,
                "maxReplicas": 2,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            },
        },
    )
    plane.kubectl("rollout", "status", "deploy/web", "-n", namespace)
    pod = plane.pods(namespace)[0]["metadata"]["name"]
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}"
    plane.api.patch(path, {"metadata": {"finalizers": ["example.com/drain"]}})
    plane.api.delete(path)
    hpa = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers/web/status"
    plane.api.patch(hpa, {"status": {"desiredReplicas": 2, "currentReplicas": 2}})
    budget = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets/strict"
    wait_until(lambda: "status" in plane.api.get(budget), "no budget")
    _, found = explained(plane, namespace, "deploy/web")
    text = "\n".join(found["related"])
    assert f"pod/{pod} is being deleted" in text
    assert "finalizers hold it: example.com/drain" in text
    assert "pdb/strict allows no disruption" in text
    plane.api.patch(path, {"metadata": {"finalizers": None}})


def test_older_pods_that_are_ill_too(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "unready", replicas=2))
    wait_until(lambda: str(plane.pods(namespace)).count("'running'") == 2, "no pods run")
    plane.kubectl("set", "image", "deploy/web", "web=r.example.com/web:missing", "-n", namespace)
    wait_until(lambda: says(plane, namespace, "not found"), "no new pod")
    status, found = explained(plane, namespace, "deploy/web")
    assert status == 1
    assert [each["code"] for each in found["causes"]] == ["ROL102"], found
    assert any("of an older revision is ill too" in each for each in found["related"])


def test_the_newest_run_of_a_cron_job(plane: Plane, namespace: str) -> None:
    made = workload("CronJob", "nightly", "1")
    pod = made["spec"].pop("template")["spec"]
    made["spec"] = {
        "schedule": "0 0 1 1 *",
        "jobTemplate": {"spec": {"template": {"spec": {**pod, "restartPolicy": "OnFailure"}}}},
    }
    made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"] = [container("missing")]
    plane.apply(namespace, made)
    status, found = explained(plane, namespace, "cronjob/nightly")
    assert (status, found["causes"]) == (0, [])
    plane.kubectl("create", "job", "by-hand", "--from=cronjob/nightly", "-n", namespace)
    wait_until(lambda: "not found" in str(plane.pods(namespace)), "no pod")
    status, found = explained(plane, namespace, "cronjob/nightly")
    assert (status, found["causes"][0]["code"]) == (1, "ROL102")


def test_what_could_not_be_looked_at_is_not_healthy(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "1"))
    plane.kubectl("rollout", "status", "deploy/web", "-n", namespace)
    rules = [{"apiGroups": ["apps"], "resources": ["*"], "verbs": ["get", "list"]}]
    config = plane.kubeconfig_for("blind", rules, namespace)
    status, out, _ = run("--kubeconfig", str(config), "-n", namespace, "deploy/web")
    assert status == 3
    assert "could not tell" in out
    assert "note: pods could not be looked at" in out
    plane.apply(namespace, deployment("ill", "missing"))
    observed(plane, Target(namespace, "deploy", "ill"))
    status, out, _ = run("--kubeconfig", str(config), "-n", namespace, "deploy/ill")
    assert status == 3
    assert "could not tell, 0 of 1 pods serve" in out
    assert "waits: 0 of 1 new pods are available" in out
    assert "note: pods could not be looked at" in out
    status, out, err = run("--kubeconfig", str(config), "-n", namespace, "deploy/none")
    assert (status, out) == (2, "")
    assert "not found" in err


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bundled recording, where no cluster can be reached."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    for name in ("crash.yaml", "crash.log"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "crash.yaml"


def crashing(recording: Path) -> str:
    """The pod of the bundled recording that crashes."""
    return next(
        each["metadata"]["name"]
        for each in yaml.safe_load(recording.read_text())["items"]
        if each["kind"] == "Pod"
        if each["spec"]["containers"][0]["image"].endswith("1.5.0")
    )


def test_a_recording_needs_no_cluster(recording: Path) -> None:
    log = f"{crashing(recording)}=crash.log"
    status, out, err = run("deploy/web", "--from", "crash.yaml", "--log", log, "--redact")
    assert (status, err) == (1, "")
    assert out.startswith("shop/deploy/web: not healthy")
    assert "KeyError: 'DATABASE_URL'" in out
    assert "b7Qx2mKp" not in out
    assert "web:1.4.1 to registry.example.com/shop/web:1.5.0" in out
    assert re.search(r"made \d+ s ago", out)
    assert re.search(r"undo deploy/web -n shop\n +# goes back to revision 1 \(\S+:1\.4\.1\): ", out)
    assert run("--from", "crash.yaml")[1].startswith("shop/deploy/web")


def test_a_recording_as_json_without_what_was_not_recorded(recording: Path) -> None:
    whole = yaml.safe_load(recording.read_text())
    whole["items"] = [each for each in whole["items"] if each["kind"] == "Deployment"]
    recording.write_text(json.dumps(whole))
    status, out, _ = run("--from", "crash.yaml", "-o", "json")
    found = json.loads(out)["explanations"][0]
    assert (status, found["healthy"]) == (3, None)
    assert "pods could not be looked at: the recording holds no pods" in found["notes"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["deploy/api", "--from", "crash.yaml"], "deploy/api is not in it"),
        (["deploy/web", "-n", "other", "--from", "crash.yaml"], "is not in it"),
        (["--from", "crash.yaml", "--log", "web"], "is no log"),
        (["--from", "crash.yaml", "--log", "none=crash.log"], "no pod is called 'none'"),
        (["--from", "crash.yaml", "--context", "x"], "asks no cluster"),
        (["--from", "none.yaml"], "no such file"),
        (["--from", "crash.log"], "crash.log:4:"),
        (["deploy/web", "--log", "a=b"], "--log goes with --from"),
    ],
)
def test_what_is_no_recording(recording: Path, args: list[str], words: str) -> None:
    status, out, err = run(*args)
    assert (status, out) == (2, "")
    assert words in err


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_an_edited_recording_is_read_or_refused(data: st.DataObject) -> None:
    whole = json.loads(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        node = data.draw(st.sampled_from(whole["items"]))
        while True:
            key = data.draw(
                st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node))))
            )
            below = node[key]
            if not isinstance(below, dict | list) or not below or data.draw(st.booleans()):
                break
            node = below
        odd = st.sampled_from([None, 0, -1, "", "x", [], {}, [None], {"a": None}, True, 1.5])
        node[key] = data.draw(odd)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "edited.json"
        file.write_text(json.dumps(whole))
        status, out, err = run("--from", str(file))
    assert status in (0, 1, 2, 3), err
    assert (status == 2) == (not out)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kind: Service\nmetadata: {name: web}\n",
        "kind: Pod\nmetadata: {name: web}\n",
        "- 1\n",
        "kind: Deployment\n",
        "kind: Deployment\nmetadata: {name: web, uid: 1}\n",
        "kind: Deployment\nmetadata: {name: web, uid: a}\n",
        "kind: List\nitems: [1]\n",
        "\x00\x01",
        "kind: Pod\tx\n",
        "kind: Pod\nmetadata: {name: 2026-13-45}\n",
        '{"kind": "Pod", "metadata": {"name": "web", "uid": "\\ud83d"}}',
        "kind: List\nitems: &a [{kind: List, items: *a}]\n",
    ],
)
def test_a_file_that_is_something_else(recording: Path, text: str) -> None:
    recording.write_text(text)
    status, out, err = run("--from", "crash.yaml")
    assert (status, out) == (2, "")
    assert "crash.yaml" in err
