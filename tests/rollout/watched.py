"""Watches in threads of their own, and the Deployments that they are about."""

import threading
import time
from typing import Any

from opskit.clients.kube import Cluster
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Verdict
from opskit.rollout.watch.watching import Step, watch
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane


class Watching:
    """A watch in a thread of its own: what it says, and its end."""

    def __init__(self, cluster: Cluster, *targets: Target, **options: Any) -> None:
        self.steps: list[tuple[float, Step]] = []
        self._verdicts: list[Verdict] = []
        self._error: Exception | None = None
        policy = Policy(**options.pop("policy", {"timeout": 30.0}))
        self.started = time.monotonic()
        self._thread = threading.Thread(
            target=self._run, args=(cluster, targets, policy, options), daemon=True
        )
        self._thread.start()

    def _run(self, cluster: Cluster, targets: Any, policy: Policy, options: Any) -> None:
        try:
            self._verdicts = watch(cluster, targets, policy, say=self._say, **options)
        except Exception as error:
            self._error = error
        self.ended = time.monotonic()

    def _say(self, step: Step) -> None:
        self.steps.append((time.monotonic(), step))

    def first(self, kind: str) -> float:
        """When the first step of a kind was said; waits for it."""
        wait_until(lambda: any(s.kind == kind for _, s in self.steps), f"no {kind}", 20)
        return next(at for at, step in self.steps if step.kind == kind)

    def settled(self) -> "Watching":
        """Wait until all lists have come, and a little."""
        self.first("progress")
        time.sleep(0.3)
        return self

    def end(self) -> list[Verdict]:
        self._thread.join(60)
        assert not self._thread.is_alive(), "the watch does not end"
        if self._error:
            raise self._error
        return self._verdicts

    @property
    def seconds(self) -> float:
        return self.ended - self.started


def deploy(plane: Plane, namespace: str, name: str, tag: str, replicas: int = 1) -> Target:
    plane.kubectl(
        *("create", "deployment", name, "-n", namespace),
        *(f"--image=registry.test/{name}:{tag}", f"--replicas={replicas}"),
    )
    return Target(namespace, "deploy", name)


def set_image(plane: Plane, target: Target, tag: str) -> None:
    image = f"{target.name}=registry.test/{target.name}:{tag}"
    plane.kubectl("set", "image", "-n", target.namespace, f"deployment/{target.name}", image)
