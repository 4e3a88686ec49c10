"""A plan carried out on a real control plane, where namespaces stand for clusters."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from opskit.errors import ExitCode
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.watch.watching import Step
from opskit.rollout.wave import told
from opskit.rollout.wave.clusters import Clusters, connect
from opskit.rollout.wave.engine import Engine
from opskit.rollout.wave.journal import Journal, opened
from opskit.rollout.wave.standing import Standings
from opskit.rollout.wave.survey import read, survey
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.wave.planes import IMAGE, workload

QUICK = {"timeout": "20s", "quota-grace": "0.3s"}


class CrashError(BaseException):
    """The process ends here."""


@dataclass
class Quiet:
    """Keeps what it is told."""

    texts: list[str] = field(default_factory=list)

    def told(self, text: str) -> None:
        self.texts.append(text)

    def verdict(self, label: str, verdict: Verdict) -> None:
        self.texts.append(f"{label}: {verdict.headline}")

    @contextmanager
    def rolling(self, keys: Sequence[tuple[str, Target]]) -> Iterator[Callable[[str, Step], None]]:
        assert keys
        yield lambda label, step: None


class World:
    """Namespaces of a control plane, each a cluster of a plan."""

    def __init__(self, plane: Plane, folder: Path) -> None:
        self.plane = plane
        self.spaces: dict[str, str] = {}
        self.file = folder / "wave.yaml"
        self.journal = folder / "journal"
        self.show = Quiet()

    def add(self, label: str, image: str = f"{IMAGE}:1", pods: int = 0) -> None:
        """One more cluster; with `pods` it has a quota that lets no more be made."""
        space = self.spaces[label] = self.plane.namespace(f"wave-{label}")
        self.plane.api.post(f"/apis/apps/v1/namespaces/{space}/deployments", workload(image))
        wait_until(lambda: self.get(label)["status"].get("availableReplicas") == 2, label)
        if pods:
            quota = {"metadata": {"name": "few"}, "spec": {"hard": {"pods": str(pods)}}}
            self.plane.api.post(f"/api/v1/namespaces/{space}/resourcequotas", quota)
            wait_until(lambda: self._counted(space), "the quota does not count")

    def _counted(self, space: str) -> bool:
        found = self.plane.api.get(f"/api/v1/namespaces/{space}/resourcequotas/few")
        return "used" in (found.get("status") or {})

    def get(self, label: str) -> dict[str, Any]:
        found: dict[str, Any] = self.plane.api.get(self.path(label))
        return found

    def path(self, label: str) -> str:
        return f"/apis/apps/v1/namespaces/{self.spaces[label]}/deployments/web"

    def image(self, label: str) -> str:
        tag: str = self.get(label)["spec"]["template"]["spec"]["containers"][0]["image"]
        return tag.removeprefix(f"{IMAGE}:")

    def revision(self, label: str) -> int:
        """Each change of the pod template makes one."""
        wait_until(lambda: self._seen(label), "the controller does not come")
        return int(self.get(label)["metadata"]["annotations"]["deployment.kubernetes.io/revision"])

    def _seen(self, label: str) -> bool:
        found = self.get(label)
        return bool(found["status"]["observedGeneration"] >= found["metadata"]["generation"])

    def patches(self, label: str) -> int:
        """How often opskit wrote to the Deployment."""
        found = self.plane.requests(self.spaces[label], agent="opskit")
        return sum(each.verb == "patch" and each.resource == "deployments" for each in found)

    def plan(self, *waves: dict[str, Any], image: str = f"{IMAGE}:2", **more: Any) -> None:
        """Write the plan; a wave names clusters by their labels."""
        document = {
            "images": {"web": image},
            "targets": ["deploy/web"],
            "policy": QUICK,
            "waves": [
                {
                    **wave,
                    "name": f"wave {number}",
                    "clusters": [
                        {"context": "plane", "name": each, "namespace": self.spaces[each]}
                        for each in wave["clusters"]
                    ],
                }
                for number, wave in enumerate(waves, 1)
            ],
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        self.file.write_text(yaml.safe_dump(document))

    def run(self, *, resume: bool = False, crash: "Crash | None" = None) -> Engine:
        plan = read(self.file)
        clusters = Clusters(lambda spec: connect(spec, str(self.plane.kubeconfig)))
        with opened(self.journal, plan.digest, resume=resume) as journal:
            standings = Standings()
            standings.take(journal.events)
            found = survey(plan.document, clusters, standings)
            if crash:
                crash.into(journal)
            engine = Engine(plan.document, journal, clusters, self.show, survey=found.pieces)
            engine.run()
        return engine

    def exit_code(self, engine: Engine) -> ExitCode:
        return told.exit_code(read(self.file).document, engine.standings)


@dataclass
class Crash:
    """The end of the process at the n-th line of the journal, before it is written or after."""

    number: int
    after: bool = False
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def into(self, journal: Journal) -> None:
        write = journal.add

        def add(event: str, **fields: Any) -> None:
            with self.lock:
                self.count += 1
                if self.count > self.number:
                    raise CrashError  # nothing is written by a process that has ended
                if self.count < self.number or self.after:
                    write(event, **fields)
                if self.count == self.number:
                    raise CrashError

        journal.add = add  # type: ignore[method-assign]


@pytest.fixture
def world(plane: Plane, tmp_path: Path) -> Iterator[World]:
    made = World(plane, tmp_path)
    yield made
    for space in made.spaces.values():
        plane.delete_namespace(space)


def test_wave_by_wave_each_cluster_once(world: World) -> None:
    for label in "abc":
        world.add(label)
    world.plan({"clusters": ["a"]}, {"clusters": ["b", "c"]})
    engine = world.run()
    assert world.exit_code(engine) is ExitCode.OK
    assert [world.image(each) for each in "abc"] == ["2", "2", "2"]
    assert [world.revision(each) for each in "abc"] == [2, 2, 2]
    order = [each["cluster"] for each in engine._journal.events if each["event"] == "intent"]
    assert order[0] == "a"
    verdict_of_a = next(e for e in engine._journal.events if e["event"] == "verdict")
    assert verdict_of_a["cluster"] == "a"


def test_a_second_run_of_the_same_plan_changes_nothing(world: World) -> None:
    world.add("a")
    world.plan({"clusters": ["a"]})
    world.run()
    before = world.patches("a")
    assert world.exit_code(world.run()) is ExitCode.OK
    assert world.revision("a") == 2
    assert world.patches("a") - before <= 1  # the note of the last good revision


@pytest.mark.parametrize(
    ("on_failure", "images", "status"),
    [
        ("rollback-wave", ["2", "1", "1", "1"], ExitCode.PARTIAL),
        ("rollback-all", ["1", "1", "1", "1"], ExitCode.NO),
        ("stop", ["2", "2", "2", "1"], ExitCode.PARTIAL),
    ],
)
def test_a_wave_that_fails_goes_back_as_the_plan_says(
    world: World, on_failure: str, images: list[str], status: ExitCode
) -> None:
    for label in "abcd":
        world.add(label, pods=2 if label == "b" else 0)
    world.plan({"clusters": ["a"]}, {"clusters": ["b", "c"]}, {"clusters": ["d"]},
               on_failure=on_failure)  # fmt: skip
    engine = world.run()
    assert [world.image(each) for each in "abcd"] == images
    assert world.exit_code(engine) is status
    assert world.patches("d") == 0
    assert engine.standings["b"].outcome is Outcome.FAILED
    assert "exceeded quota: few" in engine.standings["b"].cause
    assert engine.standings["d"].outcome is None


def test_so_many_may_fail_and_go_back_alone(world: World) -> None:
    for label in "abc":
        world.add(label, pods=2 if label == "a" else 0)
    world.plan({"clusters": ["a", "b"], "max-failures": 1}, {"clusters": ["c"]})
    engine = world.run()
    assert [world.image(each) for each in "abc"] == ["1", "2", "2"]
    assert world.exit_code(engine) is ExitCode.PARTIAL


def test_no_new_cluster_is_begun_once_too_many_have_failed(world: World) -> None:
    for label in "abc":
        world.add(label, pods=2 if label == "a" else 0)
    world.plan({"clusters": ["a", "b", "c"], "max-parallel": 1})
    engine = world.run()
    assert world.exit_code(engine) is ExitCode.NO
    assert [world.patches(each) for each in "bc"] == [0, 0]


def test_what_somebody_else_set_meanwhile_is_left_alone(world: World) -> None:
    world.add("a")
    world.add("b", pods=2)
    world.plan({"clusters": ["a"]}, {"clusters": ["b"]}, on_failure="rollback-all")
    with pytest.raises(CrashError):
        world.run(crash=Crash(6))  # before the intent on b
    world.plane.kubectl("set", "image", "-n", world.spaces["a"], "deploy/web", f"web={IMAGE}:other")
    engine = world.run(resume=True)
    assert world.image("a") == "other"
    assert not engine.standings["a"].back_done
    assert "somebody else set web" in str(engine.standings["a"].back)
    assert world.exit_code(engine) is ExitCode.NO


def test_a_cluster_that_may_not_be_changed_is_unknown_and_the_next_wave_is_not_begun(
    world: World, plane: Plane, tmp_path: Path
) -> None:
    for label in "ab":
        world.add(label)
    reads = {"apiGroups": ["apps", ""], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    reader = plane.kubeconfig_for("reader", [reads], world.spaces["a"])
    world.plan({"clusters": ["a"]}, {"clusters": ["b"]})
    plan = read(world.file)
    clusters = Clusters(
        lambda spec: connect(spec, str(reader if spec.label == "a" else plane.kubeconfig))
    )
    with opened(world.journal, plan.digest, resume=False) as journal:
        found = survey(plan.document, clusters, Standings())
        engine = Engine(plan.document, journal, clusters, world.show, survey=found.pieces)
        engine.run()
    assert engine.standings["a"].outcome is Outcome.UNKNOWN
    assert "cannot patch" in engine.standings["a"].cause
    assert world.exit_code(engine) is ExitCode.UNKNOWN
    assert world.patches("b") == 0


EVENTS = [
    "begin", "intent a", "applied a", "verdict a", "intent b", "applied b", "verdict b",
    "back-intent b", "back b", "back-intent a", "back a", "end",
]  # fmt: skip


@pytest.mark.parametrize(
    "crash",
    [
        *(Crash(number) for number in (2, 3, 4, 6, 9, 12)),
        Crash(5, after=True),
        Crash(8, after=True),
    ],
    ids=lambda crash: f"{'after' if crash.after else 'before'} event {crash.number}",
)
def test_a_run_that_ends_at_any_moment_goes_on_and_repeats_nothing(
    world: World, crash: Crash
) -> None:
    world.add("a")
    world.add("b", pods=2)
    world.plan({"clusters": ["a"]}, {"clusters": ["b"]}, on_failure="rollback-all")
    crash.number -= 1  # `begin` is written before the run has the journal
    with pytest.raises(CrashError):
        world.run(crash=crash)
    engine = world.run(resume=True)
    assert engine._journal.ended
    assert [world.image(each) for each in "ab"] == ["1", "1"]
    assert [world.revision(each) for each in "ab"] == [3, 3]  # there, and back
    assert world.exit_code(engine) is ExitCode.NO
    noted = [f"{e['event']} {e.get('cluster', '')}".strip() for e in engine._journal.events]
    assert sorted(noted) == sorted(EVENTS)


def test_an_unknown_outcome_is_asked_for_again_where_nothing_was_taken_back(world: World) -> None:
    world.add("a")
    world.plan({"clusters": ["a"]}, on_failure="stop")
    plan = read(world.file)
    clusters = Clusters(lambda spec: connect(spec, str(world.plane.kubeconfig)))
    with opened(world.journal, plan.digest, resume=False) as journal:
        engine = Engine(plan.document, journal, clusters, world.show)
        engine._work.note("verdict", "a", outcome="unknown", cause="network", seconds=1.0)
        assert world.exit_code(engine) is ExitCode.UNKNOWN
    engine = world.run(resume=True)
    assert world.exit_code(engine) is ExitCode.OK
    assert world.image("a") == "2"


def test_a_soak_that_fails_ends_the_rollout(world: World) -> None:
    world.add("a")
    world.add("b")
    world.plan({"clusters": ["a"], "soak": "20s"}, {"clusters": ["b"]})

    def spoil() -> None:
        wait_until(lambda: any("watched on" in each for each in world.show.texts), "no soak")
        world.plane.kubectl("set", "image", "-n", world.spaces["a"], "deploy/web", f"web={IMAGE}:9")

    thread = threading.Thread(target=spoil)
    thread.start()
    engine = world.run()
    thread.join()
    assert engine.standings["a"].outcome is Outcome.FAILED
    assert world.image("a") == "9"  # it is somebody else's now
    assert world.patches("b") == 0
    assert world.exit_code(engine) is ExitCode.NO


def test_a_soak_that_was_cut_off_begins_anew(world: World) -> None:
    """What went on while nobody looked, as a restart, is not known."""
    world.add("a")
    world.plan({"clusters": ["a"], "soak": "2s"})
    with pytest.raises(CrashError):
        world.run(crash=Crash(4, after=True))  # the soak has begun
    time.sleep(2.0)
    started = time.monotonic()
    engine = world.run(resume=True)
    assert time.monotonic() - started >= 2.0
    assert world.show.texts[-1].endswith("watched on for 2 s")
    assert engine.standings["a"].soaked
    assert world.exit_code(engine) is ExitCode.OK
    assert world.revision("a") == 2
