"""The control plane of the tests: that it is one, and that pods do what their tags say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests import cache
from tests.controlplane import api, build, workloads
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import PARTS, Plane, merged_kubeconfig, start
from tests.controlplane.stages import BEHAVIOURS

EXPECTED = {
    "good": ["running 0 ready"],
    "missing": ["ErrImagePull 0", "ImagePullBackOff 0", "ErrImagePull 0"],
    "denied": ["ErrImagePull 0", "ImagePullBackOff 0"],
    "unreachable": ["ErrImagePull 0", "ImagePullBackOff 0"],
    "pulltimeout": ["ErrImagePull 0", "ImagePullBackOff 0", "running 0 ready"],
    "neverpull": ["ErrImageNeverPull 0"],
    "invalid": ["InvalidImageName 0"],
    "badconfig": ["CreateContainerConfigError 0"],
    "cachesync": ["CreateContainerConfigError 0", "running 0 ready"],
    "crash": [
        *("running 0", "Error(1) 0", "running 1 after Error(1)"),
        *("CrashLoopBackOff 1 after Error(1)", "running 2 after Error(1)"),
        "CrashLoopBackOff 2 after Error(1)",
    ],
    "crash-once": ["running 0", "Error(1) 0", "running 1 ready after Error(1)"],
    "crash-late": ["running 0 ready", "Error(1) 0", "running 1 ready after Error(1)"],
    "init-crash": ["running 0", "Error(1) 0", "CrashLoopBackOff 1 after Error(1)"],
    "oom": ["OOMKilled(137) 0", "CrashLoopBackOff 1 after OOMKilled(137)"],
    "liveness": ["Error(137) 0", "CrashLoopBackOff 1 after Error(137)"],
    "exit128": [
        "CrashLoopBackOff 2 after StartError(128)",
        "running 3 ready after StartError(128)",
    ],
    "slow": ["running 0", "running 0 ready"],
    "slow5": ["running 0", "running 0 ready"],
    "unready": ["running 0"],
    "lingers": ["running 0 ready"],
}
"""For each tag the states that its container goes through, in this order."""
HEALING = {"good", "pulltimeout", "cachesync", "crash-once", "exit128", "slow", "slow5", "lingers"}
"""The tags whose pods are ready in the end."""


def test_deployment_becomes_ready(plane: Plane, namespace: str) -> None:
    plane.kubectl("create", "deployment", "web", "--image=web:1", "--replicas=3", "-n", namespace)
    said = plane.kubectl("rollout", "status", "deployment/web", "-n", namespace)
    assert "successfully rolled out" in said
    assert [pod["status"]["phase"] for pod in plane.pods(namespace, "app=web")] == ["Running"] * 3


def test_every_tag_does_what_it_says(plane: Plane, namespace: str) -> None:
    assert {behaviour.tag for behaviour in BEHAVIOURS} | {"good"} == set(EXPECTED)
    path = f"/api/v1/namespaces/{namespace}/pods"
    version = plane.api.get(path)["metadata"]["resourceVersion"]
    for tag in EXPECTED:
        init = {"setup": "setup:init-crash"} if tag == "init-crash" else {}
        containers = {"web": f"web:{'1' if init else tag}", "side": "side:1"}
        plane.make(namespace, workloads.deployment(tag, containers, init=init))
    seen: dict[str, list[str]] = {}
    for seconds in (22, 30):
        watch = f"{path}?watch=1&resourceVersion={version}&timeoutSeconds={seconds}"
        seen = _seen(plane.api.text("GET", watch))
        if not any(_missing(tag, seen[tag]) for tag in EXPECTED):
            break
    assert {tag: seen[tag] for tag in EXPECTED if _missing(tag, seen[tag])} == {}
    ready = {
        item["metadata"]["name"]
        for item in plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments")["items"]
        if item["status"].get("availableReplicas")
    }
    assert ready - {"crash-late"} == HEALING
    assert all(_others_run(pod) for pod in plane.pods(namespace, "app!=init-crash"))


def test_events_are_the_kubelets(plane: Plane, namespace: str) -> None:
    image = "registry.test/web:missing@sha256:" + "a" * 64
    plane.make(namespace, workloads.deployment("web", {"web": image}))
    plane.make(namespace, workloads.deployment("loop", {"app": "loop:crash"}))
    wait_until(
        lambda: (
            {"Failed", "BackOff"} <= _events(plane, namespace, "web").keys()
            and "BackOff" in _events(plane, namespace, "loop")
        ),
        "there were no events",
        15,
    )
    events = _events(plane, namespace, "web")
    assert events["Pulling"]["message"] == f'Pulling image "{image}"'
    assert events["Scheduled"]["reportingComponent"] == "default-scheduler"
    back_off = _events(plane, namespace, "loop")["BackOff"]
    assert back_off["type"] == "Warning"
    assert back_off["involvedObject"]["fieldPath"] == "spec.containers{app}"
    pod = plane.pods(namespace, "app=loop")[0]["metadata"]
    assert back_off["message"] == (
        f"Back-off restarting failed container app in pod {pod['name']}_{namespace}({pod['uid']})"
    )


def test_logs_of_this_run_and_the_previous_one(plane: Plane, namespace: str) -> None:
    _run(plane, namespace, "web:1")
    plane.say(["starting"], previous=["Traceback", "KeyError: 'DB'"])
    logs = ("logs", "deployment/web", "-n", namespace)
    assert plane.kubectl(*logs) == "starting\n"
    assert plane.kubectl(*logs, "--previous", "--tail=1") == "KeyError: 'DB'\n"


def test_requests_are_counted(plane: Plane, namespace: str) -> None:
    _run(plane, namespace, "web:slow5")
    began = time.time()
    plane.kubectl("rollout", "status", "deployment/web", "-n", namespace)
    made = plane.requests(namespace, agent="kubectl/", since=began)
    # The watch brings the list too: kubectl 1.36 asks for sendInitialEvents.
    asked = sorted(request.verb for request in made if request.resource == "deployments")
    assert asked == ["get", "watch"]
    watch = next(request for request in made if request.verb == "watch")
    assert (watch.code, watch.name, watch.user) == (200, "web", "kubernetes-admin")
    assert not plane.requests("no-such-namespace")
    assert not plane.requests(namespace, agent="kube-controller-manager")


def test_user_may_do_what_the_role_says(plane: Plane, namespace: str) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    _run(plane, namespace, "web:1")
    pod = plane.pods(namespace)[0]["metadata"]["name"]
    for token in (False, True):
        file = plane.kubeconfig_for(f"bob-{token}".lower(), rules, namespace, token=token)
        assert pod in plane.run_kubectl("get", "pods", kubeconfig=file).stdout
        refused = plane.run_kubectl("logs", pod, kubeconfig=file).stderr
        assert 'cannot get resource "pods/log"' in refused


def test_expired_certificate_and_ended_token_are_unauthorized(plane: Plane, namespace: str) -> None:
    expired = plane.kubeconfig_for("late", namespace=namespace, days=-1)
    assert "must be logged in" in plane.run_kubectl("get", "pods", kubeconfig=expired).stderr
    token = plane.kubeconfig_for("ended", namespace=namespace, token=True)
    get = ("get", "pods")
    assert "Forbidden" in plane.run_kubectl(*get, kubeconfig=token).stderr
    plane.api.delete(f"/api/v1/namespaces/{namespace}/serviceaccounts/ended")
    wait_until(
        lambda: "must be logged in" in plane.run_kubectl(*get, kubeconfig=token).stderr,
        "the token was still good",
        20,
    )


def test_scheduler_looks_at_the_nodes(start_plane: Any) -> None:
    plane = start_plane(nodes=1)
    namespace = plane.namespace()
    node = plane.add_nodes(1, arch="arm64", cpu="2")[0]
    arm = {"nodeSelector": {"kubernetes.io/arch": "arm64"}}
    plane.make(namespace, workloads.deployment("arm", {"web": "web:1"}, **arm))
    plane.make(namespace, workloads.deployment("big", {"web": "web:1"}, cpu="3", **arm))
    wait_until(lambda: _available(plane, namespace, "arm"), "arm is not ready")
    assert plane.pods(namespace, "app=arm")[0]["spec"]["nodeName"] == node
    wait_until(lambda: "FailedScheduling" in _events(plane, namespace, "big"), "no event")
    said = _events(plane, namespace, "big")["FailedScheduling"]["message"]
    assert "1 Insufficient cpu" in said


def test_evicted_pod_is_replaced(plane: Plane, namespace: str) -> None:
    _run(plane, namespace, "web:1")
    name = plane.pods(namespace)[0]["metadata"]["name"]
    plane.evict(namespace, name)
    wait_until(lambda: len(plane.pods(namespace)) == 2, "there was no new pod")
    phases = {pod["metadata"]["name"]: pod["status"] for pod in plane.pods(namespace)}
    assert (phases[name]["phase"], phases[name]["reason"]) == ("Failed", "Evicted")
    wait_until(lambda: _available(plane, namespace, "web"), "the new pod is not ready")


def test_lingering_pods_are_counted_as_terminating(plane: Plane, namespace: str) -> None:
    _run(plane, namespace, "web:lingers")
    plane.kubectl("set", "image", "deployment/web", "web=web:2", "-n", namespace)
    plane.kubectl("rollout", "status", "deployment/web", "-n", namespace)
    assert _deployment(plane, namespace, "web")["status"]["terminatingReplicas"] == 1
    wait_until(
        lambda: not _deployment(plane, namespace, "web")["status"].get("terminatingReplicas"),
        "the old pod is still there",
        15,
    )


def test_job_completes(plane: Plane, namespace: str) -> None:
    plane.kubectl("create", "job", "once", "--image=job:1", "-n", namespace)
    plane.kubectl("wait", "--for=condition=complete", "job/once", "--timeout=20s", "-n", namespace)


def test_apiserver_comes_back_on_its_port(plane: Plane, namespace: str) -> None:
    _run(plane, namespace, "web:1")
    before = plane.parts["kube-apiserver"].pid
    plane.restart("kube-apiserver", down=0.2)
    assert plane.parts["kube-apiserver"].pid != before
    assert _available(plane, namespace, "web")
    plane.kubectl("set", "image", "deployment/web", "web=web:2", "-n", namespace)
    plane.kubectl("rollout", "status", "deployment/web", "-n", namespace)


def test_slow_and_frozen_etcd(plane: Plane, namespace: str) -> None:
    write = ("create", "configmap", "-n", namespace, "--request-timeout=1s")
    etcd = plane.parts["etcd"]
    with etcd.frozen():
        assert plane.run_kubectl(*write, "frozen").returncode == 1
    plane.kubectl(*write[:-1], "thawed")
    with etcd.slow(frozen=0.5, running=0.02):
        began = time.monotonic()
        for number in range(3):
            plane.kubectl(*write[:-1], f"slow-{number}")
        assert time.monotonic() - began > 0.5


def test_old_watches_are_gone_where_etcd_compacts(start_plane: Any) -> None:
    flags = ["--etcd-compaction-interval=1s", "--watch-cache=false"]
    plane = start_plane(nodes=0, flags=flags, without=PARTS[2:])
    path = "/api/v1/namespaces/default/configmaps"
    version = plane.api.get(path)["metadata"]["resourceVersion"]
    for number in range(5):
        plane.api.post(path, {"metadata": {"name": f"c{number}"}})
    watch = f"{path}?watch=1&resourceVersion={version}&timeoutSeconds=1"
    wait_until(lambda: '"code":410' in plane.api.text("GET", watch), "nothing was gone", 15)


def test_nothing_is_left(start_plane: Any) -> None:
    with start(nodes=0, without=["kube-scheduler"]) as plane:
        pids = [part.pid for part in plane.parts.values()]
        assert set(plane.parts) == set(PARTS) - {"kube-scheduler"}
        with plane.parts["etcd"].frozen():
            folder = plane.folder
            plane.stop()
    assert not any(map(_runs, pids))
    assert not folder.exists()


def test_one_kubeconfig_for_several_planes(plane: Plane, start_plane: Any, tmp_path: Path) -> None:
    other = start_plane(name="other", nodes=0, without=PARTS[2:])
    file = merged_kubeconfig(tmp_path / "kubeconfig", plane, other)
    for one in (plane, other):
        asked = ("get", "nodes", "-o", "name", "--context", one.name)
        nodes = one.run_kubectl(*asked, kubeconfig=file).stdout.split()
        assert len(nodes) == (2 if one is plane else 0)


def test_nothing_outlives_tests_that_are_killed(tmp_path: Path, start_plane: Any) -> None:
    script = (
        "import time\nfrom tests.controlplane.plane import start\n"
        "with start(nodes=0) as plane:\n"
        "    print(*(part.pid for part in plane.parts.values()), flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    with process.stdout as said:
        pids = [int(pid) for pid in said.readline().split()]
    assert len(pids) == len(PARTS)
    assert all(map(_runs, pids))
    process.send_signal(signal.SIGKILL)
    process.wait()
    try:
        wait_until(lambda: not any(map(_runs, pids)), "some outlived it", 10)
    finally:
        for pid in filter(_runs, pids):
            os.kill(pid, signal.SIGKILL)


def test_assets_of_envtest_are_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etcd").touch()
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert build.program("etcd") == tmp_path / "etcd"
    monkeypatch.setattr(build, "_built", lambda module: tmp_path / module)
    assert build.program("kwok") == tmp_path / "kwok/kwok"


def test_without_go_tests_are_skipped_and_fail_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("OPSKIT_TEST_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    reason = build.available.__wrapped__()
    assert reason is not None
    assert "go is not on PATH. Go 1.26 is needed" in reason
    assert not list(tmp_path.glob("controlplane-*/"))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="is needed to build"):
        cache.require(reason)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="is needed to build"):
        cache.require(reason)


def test_part_that_does_not_start_says_why(start_plane: Any) -> None:
    with pytest.raises(
        AssertionError, match=r"kube-apiserver is not ready: .*unknown flag: --nonsense"
    ):
        start_plane(flags=["--nonsense"])


def test_refusal_has_its_code(plane: Plane) -> None:
    with pytest.raises(api.ApiError, match=r"404: pods .*not found") as refused:
        plane.api.get("/api/v1/namespaces/default/pods/nowhere")
    assert refused.value.code == 404


def _run(plane: Plane, namespace: str, image: str) -> None:
    """A Deployment ``web`` of one pod, waited for unless it is slow."""
    plane.make(namespace, workloads.deployment("web", {"web": image}))
    if "slow" not in image:
        wait_until(lambda: _available(plane, namespace, "web"), "web is not ready")


def _deployment(plane: Plane, namespace: str, name: str) -> dict[str, Any]:
    found = plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
    assert isinstance(found, dict)
    return found


def _available(plane: Plane, namespace: str, name: str) -> bool:
    return bool(_deployment(plane, namespace, name)["status"].get("availableReplicas"))


def _events(plane: Plane, namespace: str, app: str) -> dict[str, dict[str, Any]]:
    """The last event of each reason about pods of an app."""
    events = plane.api.get(f"/api/v1/namespaces/{namespace}/events")["items"]
    return {
        event["reason"]: event
        for event in events
        if event["involvedObject"]["kind"] == "Pod"
        and event["involvedObject"]["name"].startswith(f"{app}-")
    }


def _states(pod: dict[str, Any]) -> list[str]:
    """The state of its first container, or of its init container, such as ``running 1 ready``."""
    groups = ("initContainerStatuses", "containerStatuses")
    statuses = [one for group in groups for one in pod["status"].get(group, [])]
    if not statuses:
        return []
    status = statuses[0]
    state = f"{_state(status['state'])} {status['restartCount']}"
    ready = " ready" if status["ready"] else ""
    after = f" after {_state(status['lastState'])}" if status["lastState"] else ""
    return [state + ready + after]


def _state(state: dict[str, Any]) -> str:
    kind, about = next(iter(state.items()))
    code = f"({about['exitCode']})" if kind == "terminated" else ""
    return f"{about.get('reason', kind)}{code}"


def _seen(watch: str) -> dict[str, list[str]]:
    """The states of each pod by its app, each as often as it was entered."""
    seen: dict[str, list[str]] = {}
    for line in watch.splitlines():
        pod = json.loads(line)["object"]
        states = seen.setdefault(pod["metadata"]["labels"]["app"], [])
        states += [state for state in _states(pod) if states[-1:] != [state]]
    return seen


def _missing(tag: str, seen: list[str]) -> bool:
    """Whether the states expected of a tag have not all been seen yet, in their order."""
    rest = iter(seen)
    return not all(state in rest for state in EXPECTED[tag])


def _others_run(pod: dict[str, Any]) -> bool:
    return all(
        status["ready"] for status in pod["status"]["containerStatuses"] if status["name"] == "side"
    )


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
