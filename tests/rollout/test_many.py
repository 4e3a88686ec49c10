"""Many workloads at once: few watches, no polling, and the work and the memory that they take."""

import gc
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from opskit.clients.kubeconfig import connect
from opskit.rollout.judge.judging import judge
from opskit.rollout.judge.situation import Policy, Situation
from opskit.rollout.present import NotThereError
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome
from opskit.rollout.watch import watching
from tests.controlplane.plane import Plane
from tests.rollout import replay

COUNT = 200
BAD = range(0, COUNT, 40)


def manifest(number: int) -> dict[str, Any]:
    name, tag = f"web-{number:03}", "missing" if number in BAD else "1"
    labels = {"app": name}
    spec = {"containers": [{"name": "web", "image": f"registry.test/web:{tag}"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def test_200_deployments_take_four_watches_and_end_as_kubectl_says(
    plane: Plane, namespace: str
) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: plane.api.post(path, manifest(number)), range(COUNT)))
    targets = [Target(namespace, "deploy", f"web-{n:03}") for n in range(COUNT)]
    cluster = connect(kubeconfig=str(plane.kubeconfig))
    verdicts = watching.watch(cluster, targets, Policy(timeout=120))
    failed = [v.target for v in verdicts if v.outcome is Outcome.FAILED]
    assert failed == [targets[n] for n in BAD]
    assert {v.outcome for v in verdicts} == {Outcome.FAILED, Outcome.COMPLETE}

    said = plane.kubectl("rollout", "status", "deployment", "-n", namespace, "--watch=false")
    done = [line.split('"')[1] for line in said.splitlines() if "successfully rolled out" in line]
    assert sorted(done) == [v.target.name for v in verdicts if v.outcome is Outcome.COMPLETE]

    requests = plane.requests(namespace, "opskit/")
    watches = [each.resource for each in requests if each.verb == "watch"]
    lists = [each.resource for each in requests if each.verb == "list" and _first(each.uri)]
    four = sorted(["deployments", "replicasets", "pods", "events"])
    assert sorted(lists) == four, "something is polled"
    assert sorted(watches) == four
    others = {each.resource for each in requests if each.verb not in ("watch", "list")}
    assert others <= {"pods/log"}


def test_one_that_is_not_there_is_told_from_the_first_list(plane: Plane, namespace: str) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    for number in range(5):
        plane.api.post(path, manifest(number))
    names = [*(f"web-{n:03}" for n in range(5)), "wob"]
    targets = [Target(namespace, "deploy", name) for name in names]
    with pytest.raises(NotThereError, match="deploy/wob not found in namespace"):
        watching.watch(connect(kubeconfig=str(plane.kubeconfig)), targets, Policy(timeout=30))


def _first(uri: str) -> bool:
    return "continue=" not in uri


def test_a_change_is_judged_for_the_workload_that_it_is_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[str] = []

    def counting(situation: Situation) -> Any:
        judged.append(situation.workload["metadata"]["name"])
        return judge(situation)

    monkeypatch.setattr(watching, "judge", counting)
    verdicts, _ = replay.run(20, 5)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.COMPLETE}
    # once when all is known, twice (a pod, its event) in each turn, once in the end
    assert len(judged) == 20 * (1 + 2 * 5 + 1)


def test_memory_stays_flat_while_watching() -> None:
    held: list[int] = []

    def note(turn: int) -> None:
        if turn % 30 == 29:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])

    replay.run(2, 1)  # what is imported is not counted
    tracemalloc.start()
    try:
        replay.run(4, 120, note)  # a thousand changes; the bench has more
    finally:
        tracemalloc.stop()
    # 720 changes lie between: to keep one object of each would be more than 16 KiB
    assert held[-1] < held[0] + 16 * 1024, [each // 1024 for each in held]


def test_judging_is_linear_in_the_number_of_workloads() -> None:
    def per_change(count: int) -> float:
        began = time.process_time()
        _, changes = replay.run(count, 2)
        return (time.process_time() - began) / changes

    per_change(10)
    few, many = (min(per_change(count) for _ in range(2)) for count in (30, 300))
    assert many < few * 3, f"{few * 1e6:.0f} us and {many * 1e6:.0f} us a change"
