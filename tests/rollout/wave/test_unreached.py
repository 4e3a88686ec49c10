"""A run on clusters that cannot be asked for a while, or to the last; no cluster is needed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from opskit.clients.kubeerrors import UnreachableError
from opskit.errors import ExitCode, InputError, OpskitError
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.judge.completion import Progress
from opskit.rollout.targets import parse
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.wave import patience, rolling, told, work
from opskit.rollout.wave.clusters import Clusters
from opskit.rollout.wave.document import RolloutWave
from opskit.rollout.wave.engine import Engine
from opskit.rollout.wave.journal import opened
from opskit.rollout.wave.standing import Piece
from tests.rollout.wave.planes import plan

WEB = parse("deploy/web", "shop")


def away(lasting: bool = False) -> OpskitError:
    return UnreachableError("cannot reach it", where="b", hint="", lasting=lasting)


class World:
    """Clusters that do what they are told to, each time that they are asked."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.rolls: dict[str, list[OpskitError | Outcome]] = {}
        self.backs: dict[str, list[OpskitError]] = {}
        self.done: list[str] = []
        self.texts: list[str] = []
        self.document = self.planned([{"name": each, "clusters": [each]} for each in "abc"])
        monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.01)
        monkeypatch.setattr(rolling, "pieces", self._pieces)
        monkeypatch.setattr(rolling, "roll", lambda *_: None)
        monkeypatch.setattr(rolling, "back", self._back)
        monkeypatch.setattr(work, "watch", self._watch)
        monkeypatch.setattr(work.outcomes, "record", lambda *_: [])

    def planned(self, waves: Sequence[Any], **more: Any) -> RolloutWave:
        policy = {"timeout": "1s"}
        document = plan(waves, policy=policy, **{"on-failure": "rollback-all", **more})
        return msgspec.convert(document, RolloutWave)

    def _pieces(self, cluster: Any, *_: object) -> list[Piece]:
        return [Piece(WEB, cluster.name, {"web": "web:1"}, {"web": "web:2"})]

    def _watch(self, cluster: Any, *_: object, expected: Any, **__: object) -> list[Verdict]:
        is_new = expected[WEB] == {"web": "web:2"}
        found = self.rolls.get(cluster.name) if is_new else None
        event = found.pop(0) if found else Outcome.COMPLETE
        if isinstance(event, OpskitError):
            raise event
        self.done.append(f"{cluster.name} {'new' if is_new else 'old'} {event}")
        causes = [] if event is Outcome.COMPLETE else [Cause("X", "X", "why", "deploy/web")]
        return [Verdict(cluster.name, WEB, event, Progress(1, 1, 1), causes)]

    def _back(self, cluster: Any, done: Sequence[Piece]) -> list[tuple[Piece, OpskitError]]:
        found = self.backs.get(cluster.name)
        return [(done[0], found.pop(0))] if found else []

    def told(self, text: str) -> None:
        self.texts.append(text)

    def verdict(self, *_: object) -> None: ...

    @contextmanager
    def rolling(self, _: object) -> Iterator[Any]:
        yield lambda label, step: None

    def run(self, *, resume: bool = False) -> tuple[Engine, bool]:
        """The run, and whether its journal has ended."""
        clusters = Clusters(lambda spec: SimpleNamespace(name=spec.label))  # type: ignore[arg-type,return-value]
        with opened(self.path, "p", resume=resume) as journal:
            engine = Engine(self.document, journal, clusters, self)
            engine.run()
            return engine, journal.ended

    def status(self, engine: Engine) -> ExitCode:
        return told.exit_code(self.document, engine.standings)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path / "journal", monkeypatch)


def test_a_network_that_fails_in_passing_is_no_failure(world: World) -> None:
    world.rolls["b"] = [away(), away()]
    engine, ended = world.run()
    assert (world.status(engine), ended) == (ExitCode.OK, True)
    assert world.done == ["a new complete", "b new complete", "c new complete"]


def test_what_only_names_the_file_of_the_journal_ends_no_run(world: World) -> None:
    world.rolls["b"] = [InputError("is no kubeconfig", where=str(world.path))]
    engine, ended = world.run()
    assert (world.status(engine), ended) == (ExitCode.NO, True)


@pytest.mark.parametrize("event", [away(lasting=True), Outcome.UNKNOWN])
def test_what_could_not_be_told_takes_nothing_back_and_stops_the_run(
    world: World, event: OpskitError | Outcome
) -> None:
    world.rolls["b"] = [event]
    engine, ended = world.run()
    assert engine.standings["b"].outcome is Outcome.UNKNOWN
    assert not ended
    assert not any("old" in each or each.startswith("c") for each in world.done)
    assert world.texts[-1] == "not known of b: --resume asks again"

    engine, ended = world.run(resume=True)
    assert (world.status(engine), ended) == (ExitCode.OK, True)


def test_where_none_serves_and_it_could_not_be_told_the_status_says_so(world: World) -> None:
    world.rolls["a"] = [away(lasting=True)]
    engine, _ = world.run()
    assert world.status(engine) is ExitCode.UNKNOWN


def test_within_max_failures_the_others_go_on(world: World) -> None:
    wave = {"name": "one", "clusters": ["a", "b"], "max-failures": 1}
    world.document = world.planned([wave, {"name": "two", "clusters": ["c"]}])
    world.rolls["b"] = [away(lasting=True)]
    engine, ended = world.run()
    assert sorted(world.done) == ["a new complete", "c new complete"]
    assert (engine.standings["b"].back, ended) == (None, False)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TIMED_OUT])
def test_what_was_seen_to_fail_is_taken_back(world: World, outcome: Outcome) -> None:
    world.rolls["b"] = [outcome]
    engine, ended = world.run()
    assert sorted(world.done[2:]) == ["a old complete", "b old complete"]
    assert (world.status(engine), ended) == (ExitCode.NO, True)


def test_a_take_back_that_could_not_be_done_is_tried_again_by_the_next_run(world: World) -> None:
    world.rolls["b"] = [Outcome.FAILED]
    world.backs["a"] = [away(lasting=True)]
    engine, ended = world.run()
    assert not engine.standings["a"].back_done
    assert not ended
    assert world.texts[-1] == "not taken back: a: --resume tries again"

    engine, ended = world.run(resume=True)
    assert engine.standings["a"].back_done
    assert ended
    assert world.done.count("b old complete") == 1  # what is done is not done again


def test_a_take_back_is_patient_too(world: World) -> None:
    world.rolls["b"] = [Outcome.FAILED]
    world.backs["a"] = [away()]
    engine, ended = world.run()
    assert (engine.standings["a"].back_done, ended) == (True, True)


def test_what_somebody_else_changed_is_left_for_good_and_named_once(world: World) -> None:
    world.rolls["b"] = [Outcome.FAILED]
    world.backs["a"] = [NotDoneError("deploy/web: somebody else set web to x")]
    engine, ended = world.run()
    assert ended
    assert engine.standings["a"].back == "deploy/web: somebody else set web to x"
    assert not engine.standings["a"].back_done
