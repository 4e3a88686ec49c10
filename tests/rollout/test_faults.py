"""Watches of a real control plane, through a network and a server that fail."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opskit.clients.kube import Cluster, connect_with_token
from opskit.clients.kubeconfig import connect
from opskit.clients.kubeerrors import UnauthorizedError, UnreachableError
from opskit.errors import ExitCode
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, exit_code
from opskit.rollout.watch import causes, track
from opskit.rollout.watch import watching as watching_
from opskit.rollout.watch.watching import watch
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.onplane import rolled_out
from tests.rollout.proxy import Answer, Proxy, Request, running
from tests.rollout.watched import Watching, deploy, set_image


@pytest.fixture
def proxy(plane: Plane) -> Iterator[Proxy]:
    with running(plane) as started:
        yield started


@pytest.fixture
def cluster(proxy: Proxy, tmp_path: Path) -> Cluster:
    return connect(kubeconfig=str(proxy.kubeconfig(tmp_path / "config")))


@pytest.fixture(scope="module")
def fragile() -> Iterator[Plane]:
    """A control plane whose parts may be ended; old watches are 410 Gone within seconds."""
    from tests.controlplane import build
    from tests.controlplane.plane import start

    build.require()
    with start(nodes=1, flags=["--etcd-compaction-interval=1s", "--watch-cache=false"]) as started:
        yield started


def of(words: str) -> Callable[[Request], bool]:
    return lambda request: words in request.path


def test_an_expired_version_lists_anew_and_keeps_what_was_seen(
    fragile: Plane, tmp_path: Path
) -> None:
    namespace = fragile.namespace()
    target = deploy(fragile, namespace, "web", "unreachable")
    with running(fragile) as proxy:
        cluster = connect(kubeconfig=str(proxy.kubeconfig(tmp_path / "config")))
        watching = Watching(cluster, target, policy={"timeout": 40.0, "pull_grace": 11.0})
        seen = watching.first("symptom")
        proxy.rule = lambda request: Answer(503) if request.watch else None
        proxy.cut()
        for number in range(3):  # versions that the compaction may take
            fragile.kubectl("create", "configmap", f"other-{number}", "-n", namespace)
            time.sleep(1)
        lists = len(proxy.lists("/pods"))
        proxy.rule = lambda request: None
        [verdict] = watching.end()
    assert len(proxy.lists("/pods")) > lists, "no 410 came"
    assert [cause.code for cause in verdict.causes] == ["ROL111"]
    assert watching.ended - seen == pytest.approx(11.0, abs=2.5)  # not from the new list on


def test_a_connection_that_says_nothing_is_made_anew(
    plane: Plane, proxy: Proxy, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "unready")
    watching = Watching(cluster, target, silence=3.0).settled()
    wait_until(lambda: len(proxy.watches()) >= 4, "not all is watched")
    assert proxy.silence(lambda request: request.watch) == 4
    set_image(plane, target, "1")
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.COMPLETE
    assert watching.seconds < 25  # of 30
    assert not [step for _, step in watching.steps if step.kind == "trouble"]


def test_a_server_that_is_busy_is_asked_again_when_it_says(
    plane: Plane, proxy: Proxy, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "unready")
    watching = Watching(cluster, target).settled()
    busy: list[Request] = []

    def rule(request: Request) -> Answer | None:
        if len(busy) >= 4:
            return None
        busy.append(request)
        return Answer(429, headers={"Retry-After": "2"})

    proxy.rule = rule
    proxy.cut()
    cut = time.monotonic()
    set_image(plane, target, "1")
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.COMPLETE
    assert len(busy) == 4
    assert time.monotonic() - cut >= 2
    again = [each for each in proxy.requests if each.at > busy[-1].at]
    assert min(each.at for each in again) - busy[0].at >= 2


@pytest.mark.parametrize("kind", ["busy", "silent"])
def test_the_time_is_kept_whatever_the_server_does(
    plane: Plane, proxy: Proxy, cluster: Cluster, namespace: str, kind: str
) -> None:
    target = deploy(plane, namespace, "web", "unready")
    if kind == "busy":
        proxy.rule = lambda request: Answer(429, headers={"Retry-After": "25"})
    else:
        proxy.mute = lambda request: True
    watching = Watching(cluster, target, policy={"timeout": 2.0})
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.UNKNOWN
    assert 2.0 <= watching.seconds < 8  # and not the 25 s, or until the silence is noticed


@pytest.mark.parametrize("tag", ["crash", "missing"])
def test_a_log_that_does_not_come_delays_no_verdict(
    plane: Plane,
    proxy: Proxy,
    cluster: Cluster,
    namespace: str,
    tag: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(causes, "_LOG_SECONDS", 2.0)
    target = deploy(plane, namespace, "web", tag)
    proxy.mute = of("/log?")
    watching = Watching(cluster, target, policy={"timeout": 60.0, "max_restarts": 1})
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.FAILED
    if tag == "crash":
        assert "cannot be read" in verdict.causes[0].log_note
        assert watching.ended - watching.first("symptom") < 8
    else:
        assert not [each for each in proxy.requests if "/log" in each.path]


def test_a_log_that_does_not_come_is_not_waited_for_when_the_time_is_over(
    plane: Plane,
    proxy: Proxy,
    cluster: Cluster,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching_, "_LAST_LOGS_SECONDS", 1.0)
    target = deploy(plane, namespace, "web", "unready")
    proxy.mute = of("/log?")
    watching = Watching(cluster, target, policy={"timeout": 4.0})
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.TIMED_OUT
    assert watching.seconds < 9  # 12 with the wait that other logs have


class Tokens:
    """A source of tokens: the first one, and what follows when it is refused."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self.renewed = 0

    def __call__(self, refused: bool) -> str:
        if refused:
            self.renewed += 1
            if len(self._tokens) > 1:
                del self._tokens[0]
        return self._tokens[0]


def account(plane: Plane, namespace: str, name: str, *rules: dict[str, Any]) -> str:
    """The token of a service account that may do all that a watch does."""
    allowed = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    plane.kubeconfig_for(name, list(rules) or [allowed], namespace, token=True)
    return plane.token(name, namespace)


def test_a_token_that_ends_in_the_middle_is_renewed_once(
    plane: Plane, proxy: Proxy, namespace: str
) -> None:
    first, second = account(plane, namespace, "first"), account(plane, namespace, "second")
    tokens = Tokens(first, second)
    cluster = connect_with_token("it", proxy.url, "", tokens)
    target = deploy(plane, namespace, "web", "unready")
    watching = Watching(cluster, target).settled()
    proxy.rule = lambda request: Answer(401) if first in request.headers["authorization"] else None
    proxy.cut()
    set_image(plane, target, "1")
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.COMPLETE
    assert tokens.renewed == 1  # and not once for each of the four watches


def test_a_token_that_is_refused_again_ends_the_watch_unknown(
    plane: Plane, proxy: Proxy, namespace: str
) -> None:
    tokens = Tokens(account(plane, namespace, "only"))
    cluster = connect_with_token("it", proxy.url, "", tokens)
    target = deploy(plane, namespace, "web", "unready")
    watching = Watching(cluster, target).settled()
    proxy.rule = lambda request: Answer(401)
    proxy.cut()
    began = time.monotonic()
    verdicts = watching.end()
    assert exit_code(verdicts) is ExitCode.UNKNOWN
    assert [cause.code for cause in verdicts[0].causes] == ["ROL121"]
    assert 1 <= tokens.renewed <= 4  # each of the four watches may be told so
    assert time.monotonic() - began < 10  # and not until the time is over


def test_a_token_that_was_never_good_is_one_clear_error(plane: Plane, namespace: str) -> None:
    tokens = Tokens("no-token")
    cluster = connect_with_token("it", plane.url, str(plane.authority.file), tokens)
    with pytest.raises(UnauthorizedError) as caught:
        watch(cluster, [Target(namespace, "deploy", "web")], Policy(timeout=10))
    assert caught.value.exit_code is ExitCode.UNKNOWN
    assert "no-token" not in str(caught.value)
    assert tokens.renewed == 1


def test_a_server_that_restarts_is_waited_for(fragile: Plane) -> None:
    namespace = fragile.namespace()
    target = deploy(fragile, namespace, "web", "unready")
    allowed = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
    config = fragile.kubeconfig_for("watcher", allowed, namespace, token=True)
    watching = Watching(connect(kubeconfig=str(config)), target, policy={"timeout": 60.0})
    watching.settled()
    fragile.restart(down=1.0)
    set_image(fragile, target, "1")
    [verdict] = watching.end()
    kinds = [step.kind for _, step in watching.steps]
    assert verdict.outcome is Outcome.COMPLETE, verdict
    assert kinds.count("trouble") == 1  # and not once for each of the four watches
    assert kinds.count("recovered") <= 1  # the verdict may come before the last of them


def test_a_server_that_is_away_at_first_is_waited_for(fragile: Plane) -> None:
    namespace = fragile.namespace()
    target = deploy(fragile, namespace, "web", "1")
    rolled_out(fragile, target)
    cluster = connect(kubeconfig=str(fragile.kubeconfig))
    fragile.parts["kube-apiserver"].stop(kill=True)
    watching = Watching(cluster, target)
    watching.first("trouble")
    fragile.restart()
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.COMPLETE


def test_a_slow_etcd_delays_and_fails_nothing(fragile: Plane) -> None:
    namespace = fragile.namespace()
    target = deploy(fragile, namespace, "web", "1")
    wait_until(lambda: fragile.pods(namespace), "no pod")
    with fragile.parts["etcd"].slow(frozen=0.6, running=0.2):
        watching = Watching(connect(kubeconfig=str(fragile.kubeconfig)), target)
        [verdict] = watching.end()
    assert verdict.outcome is Outcome.COMPLETE


def test_a_frozen_etcd_keeps_the_time(fragile: Plane) -> None:
    namespace = fragile.namespace()
    target = deploy(fragile, namespace, "web", "unready")
    cluster = connect(kubeconfig=str(fragile.kubeconfig))
    with fragile.parts["etcd"].frozen():
        watching = Watching(cluster, target, policy={"timeout": 3.0})
        [verdict] = watching.end()
    assert verdict.outcome is Outcome.UNKNOWN
    assert watching.seconds < 10  # the first contact is tried for 30 s


@pytest.mark.parametrize("what", ["target", "namespace"])
def test_what_is_deleted_meanwhile_has_failed(plane: Plane, namespace: str, what: str) -> None:
    target = deploy(plane, namespace, "web", "unready")
    watching = Watching(connect(kubeconfig=str(plane.kubeconfig)), target).settled()
    if what == "target":
        plane.kubectl("delete", "deployment", "web", "-n", namespace, "--wait=false")
    else:
        plane.delete_namespace(namespace)
    verdicts = watching.end()
    assert [cause.code for cause in verdicts[0].causes] == ["ROL117"]
    assert exit_code(verdicts) is ExitCode.NO


READS = ["get", "list", "watch"]
APPS = {"apiGroups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": READS}
PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": READS}
EVENTS = {"apiGroups": [""], "resources": ["events"], "verbs": READS}
NO_SETS = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": READS}


@pytest.mark.parametrize(
    ("rules", "tag", "notes"),
    [
        ([APPS, PODS, EVENTS], "missing", ()),
        ([APPS, PODS], "missing", ("events",)),
        ([APPS, EVENTS], "1", ("pods",)),
        ([APPS], "1", ("events", "pods")),
        ([NO_SETS, PODS, EVENTS], "1", ("replicasets",)),
    ],
)
def test_what_may_not_be_read_is_said_and_no_failure(
    plane: Plane, namespace: str, rules: list[dict[str, Any]], tag: str, notes: tuple[str, ...]
) -> None:
    target = deploy(plane, namespace, "web", tag)
    config = plane.kubeconfig_for("reader", rules, namespace)
    [verdict] = Watching(connect(kubeconfig=str(config)), target).end()
    assert verdict.outcome is (Outcome.COMPLETE if tag == "1" else Outcome.FAILED)
    assert sorted(note.split()[0] for note in verdict.notes) == sorted(notes)


def test_a_log_that_may_not_be_read_is_said(plane: Plane, namespace: str) -> None:
    target = deploy(plane, namespace, "web", "crash")
    config = plane.kubeconfig_for("reader", [APPS, PODS, EVENTS], namespace)
    watching = Watching(connect(kubeconfig=str(config)), target, policy={"max_restarts": 1})
    [verdict] = watching.end()
    assert [cause.code for cause in verdict.causes] == ["ROL107"]
    assert verdict.causes[0].log_note == "its log may not be read: the user lacks get on pods/log"


def test_a_workload_may_be_watched_by_those_who_may_see_it_alone(
    plane: Plane, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "1")
    only = {**NO_SETS, "resourceNames": ["web"]}
    config = plane.kubeconfig_for("reader", [only], namespace)
    [verdict] = Watching(connect(kubeconfig=str(config)), target).end()
    assert verdict.outcome is Outcome.COMPLETE


@pytest.mark.parametrize("names", [["web"], ["web", "api"]])
def test_workloads_that_may_not_be_listed_are_unknown(
    plane: Plane, namespace: str, names: list[str]
) -> None:
    targets = [deploy(plane, namespace, name, "1") for name in names]
    config = plane.kubeconfig_for("reader", [{**NO_SETS, "verbs": ["get"]}], namespace)
    verdicts = Watching(connect(kubeconfig=str(config)), *targets).end()
    assert exit_code(verdicts) is ExitCode.UNKNOWN
    assert "cannot list" in verdicts[0].causes[0].message


@pytest.mark.parametrize("tag", ["1", "unready"])
def test_a_list_that_does_not_come_is_not_waited_for_without_end(
    plane: Plane,
    proxy: Proxy,
    cluster: Cluster,
    namespace: str,
    tag: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(track, "_LIST_SECONDS", 1.0)
    target = deploy(plane, namespace, "web", tag)
    proxy.mute = of("/events?")
    watching = Watching(cluster, target, policy={"timeout": 3.5})
    [verdict] = watching.end()
    assert verdict.outcome is (Outcome.COMPLETE if tag == "1" else Outcome.TIMED_OUT)
    assert verdict.notes == ("events could not be looked at: their list does not come",)


def test_trouble_with_a_list_that_is_not_needed_leaves_a_verdict(
    plane: Plane, proxy: Proxy, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "unready")
    watching = Watching(cluster, target, policy={"timeout": 4.0}).settled()
    proxy.rule = lambda request: Answer(500) if "/events" in request.path else None
    proxy.cut()
    [verdict] = watching.end()
    assert verdict.outcome is Outcome.TIMED_OUT


def test_a_server_that_is_no_api_server_is_one_clear_error(
    proxy: Proxy, cluster: Cluster, namespace: str
) -> None:
    page = b"<html><head><title>Sign in</title></head></html>"
    proxy.rule = lambda request: Answer(200, page, {"Content-Type": "text/html"})
    with pytest.raises(Exception, match="no object of Kubernetes"):
        watch(cluster, [Target(namespace, "deploy", "web")], Policy(timeout=5))


def test_an_answer_that_is_cut_is_asked_for_again(
    plane: Plane, proxy: Proxy, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "1")
    cut: list[Request] = []

    def rule(request: Request) -> Answer | None:
        if request.watch or len(cut) > 4:
            return None
        cut.append(request)
        return Answer(200, b'{"items": [', cut=True)

    proxy.rule = rule
    [verdict] = Watching(cluster, target).end()
    assert verdict.outcome is Outcome.COMPLETE


def test_a_watch_that_says_nonsense_is_taken_up_again(
    plane: Plane, proxy: Proxy, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "1")
    bad = iter([b"<html>\n", b'{"type": "ADDED"}\n', b"[1]\n", b'{"type": "ERROR", "object": 7}\n'])

    def rule(request: Request) -> Answer | None:
        line = next(bad, None) if request.watch else None
        return Answer(200, line) if line else None

    proxy.rule = rule
    [verdict] = Watching(cluster, target).end()
    assert verdict.outcome is Outcome.COMPLETE


def test_a_server_that_cannot_be_reached_is_said_at_once_when_waiting_is_of_no_use() -> None:
    cluster = connect_with_token("it", "https://no-such-host.invalid", "", lambda refused: "x")
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="cannot reach"):
        watch(cluster, [Target("default", "deploy", "web")], Policy(timeout=60))
    assert time.monotonic() - began < 10
