"""Watches of a real control plane that end as they should; tests/rollout/test_faults.py has the
other ones.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect
from opskit.errors import ExitCode
from opskit.rollout.judge.judging import judge, symptoms
from opskit.rollout.judge.situation import Policy, Situation
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, exit_code
from opskit.rollout.watch import following, watching
from opskit.rollout.watch.watching import watch
from tests.components import interruptible
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout import objects
from tests.rollout.watched import Watching, deploy, set_image


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connect(kubeconfig=str(plane.kubeconfig))


def pods(name: str, kind: str, **spec: Any) -> dict[str, Any]:
    labels = {"app": name}
    inner = {"containers": [{"name": "web", "image": "registry.test/web:1"}]}
    made = {"selector": {"matchLabels": labels}, **spec}
    made["template"] = {"metadata": {"labels": labels}, "spec": inner}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": made}


def cron_job(name: str) -> dict[str, Any]:
    inner = {"containers": [{"name": "x", "image": "registry.test/x:7"}], "restartPolicy": "Never"}
    job = {"spec": {"template": {"spec": inner}}}
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": job}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}, "spec": spec}


def test_every_kind_is_watched_and_told_in_the_order_of_the_targets(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    plane.apply(
        namespace,
        pods("db", "StatefulSet", replicas=2, serviceName="db"),
        pods("agent", "DaemonSet"),
        pods("web", "Deployment", replicas=3),
        cron_job("night"),
    )
    targets = [
        Target(namespace, *each.split("/")) for each in ("sts/db", "cronjob/night", "ds/agent")
    ]
    targets += [Target(namespace, "deploy", "web"), targets[0]]
    verdicts = watch(cluster, targets, Policy(timeout=60))
    assert [verdict.target for verdict in verdicts] == targets[:4]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.COMPLETE}
    assert verdicts[1].images == {"x": "registry.test/x:7"}
    assert verdicts[3].revision == 1
    assert verdicts[3].progress.available == 3


def test_workloads_of_several_namespaces_are_watched_together(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    other = plane.namespace()
    targets = [deploy(plane, namespace, "web", "1"), deploy(plane, other, "web", "missing")]
    verdicts = watch(cluster, targets, Policy(timeout=60))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.COMPLETE, Outcome.FAILED]
    assert exit_code(verdicts) is ExitCode.PARTIAL
    plane.delete_namespace(other)


def test_a_rollout_that_another_one_overtakes_has_failed(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "unready")
    expected = {target: {"web": "registry.test/web:unready"}}
    watching = Watching(cluster, target, expected=expected).settled()
    set_image(plane, target, "other")
    [verdict] = watching.end()
    assert [cause.code for cause in verdict.causes] == ["ROL120"]
    assert "is registry.test/web:other now" in verdict.headline


def test_what_is_not_complete_in_time_says_what_it_waits_for(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "unready", replicas=2)
    watching = Watching(cluster, target, policy={"timeout": 4.0})
    verdicts = watching.end()
    assert exit_code(verdicts) is ExitCode.UNKNOWN
    assert verdicts[0].outcome is Outcome.TIMED_OUT
    assert [cause.code for cause in verdicts[0].causes] == ["ROL112", "ROL119"]
    assert "0 of 2 new pods are available" in verdicts[0].causes[-1].message


def test_no_time_at_all_is_one_look(plane: Plane, cluster: Cluster, namespace: str) -> None:
    good, slow = deploy(plane, namespace, "web", "1"), deploy(plane, namespace, "slow", "slow")
    wait_until(lambda: bool(plane.pods(namespace, "app=slow")), "no pod")
    watch(cluster, [good], Policy(timeout=30))
    began = time.monotonic()
    found = watch(cluster, [good, slow], Policy(timeout=0))
    assert time.monotonic() - began < 10  # the slow one takes 20 s
    assert [each.outcome for each in found] == [Outcome.COMPLETE, Outcome.TIMED_OUT]
    assert "0 of 1 new pods" in found[1].headline


def test_steps_and_verdicts_count_from_the_same_moment(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    watching = Watching(cluster, deploy(plane, namespace, "web", "1"))
    [verdict] = watching.end()
    assert watching.steps[-1][1].seconds == verdict.seconds
    assert all((step.seconds or 0) <= verdict.seconds for _, step in watching.steps)


def test_a_watch_may_be_ended(plane: Plane, cluster: Cluster, namespace: str) -> None:
    target, stop = deploy(plane, namespace, "web", "unready"), threading.Event()
    watching = Watching(cluster, target, stop=stop).settled()
    stop.set()
    began = time.monotonic()
    [verdict] = watching.end()
    assert time.monotonic() - began < 10  # and not until the time is over
    assert verdict.headline == "the watch was ended"
    assert verdict.outcome is Outcome.UNKNOWN


def test_nothing_to_watch_is_no_verdict(cluster: Cluster) -> None:
    assert watch(cluster, []) == []


def test_a_thread_that_fails_is_told_and_waited_for_no_longer(
    plane: Plane, cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = deploy(plane, namespace, "web", "1")

    class Broken(following.Feed):
        def changes(self) -> Any:
            raise RuntimeError("a defect")

    monkeypatch.setattr(following, "Feed", Broken)
    [verdict] = Watching(cluster, target).end()
    assert "RuntimeError: a defect" in verdict.headline
    assert verdict.outcome is Outcome.UNKNOWN


def test_what_a_watch_says_ends_with_its_verdict(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "missing")
    watching = Watching(cluster, target)
    [verdict] = watching.end()
    steps = [step for _, step in watching.steps]
    assert steps[-1].kind == "verdict"
    assert steps[-1].verdict is verdict
    assert [step.kind for step in steps if step.kind == "symptom"] == ["symptom"]
    assert [step for step in steps if step.kind in ("trouble", "recovered")] == []


def test_a_crash_is_as_old_as_the_clusters_own_clock_says(
    plane: Plane, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, walls = time.time, []

    def judging(situation: Situation) -> Any:
        walls.append(situation.wall)
        return judge(situation)

    monkeypatch.setattr(watching, "judge", judging)
    for module in ("opskit.clients.kube.time", "opskit.rollout.watch.watching.time.time"):
        monkeypatch.setattr(module, lambda: real() + 7200)  # ours is two hours ahead
    cluster = connect(kubeconfig=str(plane.kubeconfig))
    Watching(cluster, deploy(plane, namespace, "web", "1")).end()
    assert walls
    assert all(abs(wall - real()) < 20 for wall in walls)


def test_a_crash_of_long_ago_is_none() -> None:
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": "2026-01-01T00:00:00Z"}
    made = objects.pod(objects.running(ready=False, restarts=3, lastState={"terminated": ended}))
    at = datetime(2026, 1, 1, 0, 1, tzinfo=UTC).timestamp()
    for wall, code in ((at, "ROL107"), (at + 3600, "ROL112")):
        found = symptoms(replace(objects.situation(made), wall=wall))
        assert [each.code for each in found] == [code]


PROGRAM = """
import sys
from opskit.clients.kubeconfig import connect
from opskit.rollout.judge.judging import judge, symptoms
from opskit.rollout.judge.situation import Policy, Situation
from opskit.rollout.targets import Target
from opskit.rollout.watch.watching import watch
say = lambda step: print(step.kind, flush=True)
watch(connect(kubeconfig=sys.argv[1]), [Target(sys.argv[2], "deploy", "web")], Policy(), say=say)
"""


@pytest.mark.parametrize("frozen", [False, True])
def test_an_interrupt_ends_a_watch_at_once(plane: Plane, namespace: str, frozen: bool) -> None:
    deploy(plane, namespace, "web", "unready")
    command = [sys.executable, "-c", PROGRAM, str(plane.kubeconfig), namespace]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, preexec_fn=interruptible) as process:
        assert process.stdout
        assert process.stdout.readline() == b"progress\n"
        if frozen:
            with plane.parts["kube-apiserver"].frozen():
                _interrupt(process)
        else:
            _interrupt(process)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    time.sleep(0.3)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    process.wait(20)
    assert time.monotonic() - began < 5
    assert process.returncode == -signal.SIGINT
