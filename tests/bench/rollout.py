"""Watches of rollouts beside `kubectl rollout status`, on a real control plane."""

import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from opskit.clients.kubeconfig import connect
from opskit.clients.kubewatch import Changed, Feed
from opskit.rollout.kinds import core_path
from tests.bench.measure import Ratio
from tests.controlplane import build
from tests.controlplane.plane import Plane, start
from tests.rollout import replay
from tests.rollout.proxy import Proxy, running
from tests.rollout.test_many import manifest

WORKLOADS = 200
#: What kubectl waits for: `progressDeadlineSeconds`, here and where nobody sets it.
DEADLINE, DEFAULT_DEADLINE = 20, 600
_OPSKIT = (sys.executable, "-m", "opskit", "rollout", "status")


def ratios() -> Iterator[Ratio]:
    yield _memory()
    yield _judging()
    if reason := build.available():
        print(f"no comparison with kubectl: {reason}", file=sys.stderr)
        return
    with start(nodes=2) as plane, TemporaryDirectory(prefix="opskit-bench-") as folder:
        yield from _failure(plane)
        yield from _many(plane, Path(folder))


def _memory() -> Ratio:
    """What is held after 4,000 changes, beside what is held after the first 1,000."""
    held: list[int] = []
    replay.run(2, 1)  # what is imported is not counted
    tracemalloc.start()
    replay.run(20, 100, lambda turn: held.append(tracemalloc.get_traced_memory()[0]))
    tracemalloc.stop()
    what, base = "memory while watching, after 4,000 changes", "after 1,000 changes"
    return Ratio(what, held[-1] / 1024, base, held[24] / 1024, 1.05, "KiB")


def _judging() -> Ratio:
    """A change costs what it does, however many workloads there are."""
    found = {}
    for count in (WORKLOADS, 5 * WORKLOADS):
        began = time.process_time()
        _, changes = replay.run(count, 5)
        found[count] = (time.process_time() - began) / changes
    few, many = found
    what = f"judging a change among {many:,} workloads"
    return Ratio(what, found[many], f"among {few}", found[few], 1.5)


def _failure(plane: Plane) -> Iterator[Ratio]:
    """From the failing pod's event to the end of each, both watching the same rollout.

    kubectl ends at the Deployment's deadline, which is shortened here; with the default one it
    ends as much later as that is longer.
    """
    namespace = plane.namespace()
    made = {**manifest(1), "metadata": {"name": "web"}}
    made["spec"]["progressDeadlineSeconds"] = DEADLINE
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.test/web:unready"
    plane.apply(namespace, made)
    arguments = ("deploy/web", "-n", namespace, "--kubeconfig", str(plane.kubeconfig))
    commands = {
        "opskit": [*_OPSKIT, *arguments],
        "kubectl": [str(build.program("kubectl")), "rollout", "status", *arguments],
    }
    ends: dict[str, float] = {}
    threads = [
        threading.Thread(target=_run, args=(name, command, ends))
        for name, command in commands.items()
    ]
    for thread in threads:
        thread.start()
    time.sleep(4)  # both watch
    event = _event_of(plane, namespace)
    plane.kubectl("set", "image", "deploy/web", "web=registry.test/web:missing", "-n", namespace)
    began = event()
    for thread in threads:
        thread.join()
    opskit, kubectl = (ends[name] - began for name in ("opskit", "kubectl"))
    what = "a missing image, from the pod's event on"
    yield Ratio(what, opskit, f"kubectl, {DEADLINE} s deadline", kubectl, 0.5)
    longer = kubectl + DEFAULT_DEADLINE - DEADLINE
    yield Ratio(
        what, opskit, f"kubectl, {DEFAULT_DEADLINE} s (+{longer - kubectl:.0f} s)", longer, 0.02
    )


def _run(name: str, command: list[str], ends: dict[str, float]) -> None:
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    ends[name] = time.monotonic()
    assert done.returncode == 1, done


def _event_of(plane: Plane, namespace: str) -> Any:
    """Waits for the first event that says why a pod fails; when it came."""
    feed = Feed(connect(kubeconfig=str(plane.kubeconfig)), core_path(namespace, "events"))
    found: list[float] = []
    came = threading.Event()

    def listen() -> None:
        for change in feed.changes():
            if isinstance(change, Changed) and change.object.get("reason") == "Failed":
                found.append(time.monotonic())
                came.set()
                return

    threading.Thread(target=listen, daemon=True).start()

    def wait() -> float:
        assert came.wait(60), "no event"
        return found[0]

    return wait


def _many(plane: Plane, folder: Path) -> Iterator[Ratio]:
    """What is asked for to see a rollout of 200 workloads end."""
    namespace = plane.namespace()
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    names = [f"web-{n:03}" for n in range(WORKLOADS)]
    with ThreadPoolExecutor(8) as pool:
        for number, name in enumerate(names):
            made = {**manifest(1), "metadata": {"name": name}}
            labels = {"app": name}
            made["spec"]["selector"]["matchLabels"] = labels
            made["spec"]["template"]["metadata"]["labels"] = labels
            made["spec"]["replicas"] = 1 + number % 2
            pool.submit(plane.api.post, path, made)
    plane.kubectl("rollout", "status", "deployment", "-n", namespace, "--timeout=180s")
    with running(plane) as proxy:
        config = proxy.kubeconfig(folder / "config")
        ours = _cost(proxy, lambda: _watch_all(names, namespace, config))
        theirs = _cost(proxy, lambda: _watch_each(names, namespace, config))
    what = f"watching {WORKLOADS} workloads"
    base = f"{WORKLOADS} kubectl rollout status"
    yield Ratio(f"{what}: requests", ours[0], base, theirs[0], 0.05, "requests")
    yield Ratio(f"{what}: bytes", ours[1] / 1024, base, theirs[1] / 1024, 1.0, "KiB")
    yield Ratio(f"{what}: time", ours[2], f"{base}, 8 at once", theirs[2], 0.5)


def _cost(proxy: Proxy, work: Any) -> tuple[int, int, float]:
    requests, sent, received = len(proxy.requests), proxy.sent, proxy.received
    began = time.monotonic()
    work()
    seconds = time.monotonic() - began
    passed = proxy.sent - sent + proxy.received - received
    return len(proxy.requests) - requests, passed, seconds


def _watch_all(names: list[str], namespace: str, config: Path) -> None:
    targets = [f"deploy/{name}" for name in names]
    command = [*_OPSKIT, *targets, "-n", namespace, "--kubeconfig", str(config)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _watch_each(names: list[str], namespace: str, config: Path) -> None:
    kubectl = (str(build.program("kubectl")), "--kubeconfig", str(config), "-n", namespace)

    def one(name: str) -> None:
        command = [*kubectl, "rollout", "status", f"deploy/{name}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, names))
