"""Names that are not there: told all at once, with where they were looked for."""

import pytest

from opskit.clients.kube import Cluster
from opskit.errors import UsageError
from opskit.rollout import present, targets
from opskit.rollout.judge.situation import Policy
from opskit.rollout.kinds import kind_of
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome
from opskit.rollout.watch.watching import watch
from tests.controlplane.plane import Plane
from tests.rollout.onplane import connected, put


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connected(plane)


@pytest.fixture
def web(plane: Plane, namespace: str) -> Target:
    target = Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    return target


def test_every_missing_name_is_told_with_its_place_and_what_may_be_meant(
    cluster: Cluster, web: Target
) -> None:
    present.check(cluster, [web])
    space = web.namespace
    missing = [Target(space, "deploy", "wep"), Target(space, "sts", "web")]
    with pytest.raises(present.NotThereError) as told:
        present.check(cluster, [web, *missing])
    for each in missing:
        line = f"{each} not found in namespace {space} of context plane (did you mean deploy/web?)"
        assert line in told.value.message
    assert told.value.exit_code == 2
    assert "deploy/web not found" not in told.value.message


def test_many_are_looked_up_by_one_list(plane: Plane, cluster: Cluster, web: Target) -> None:
    many = [Target(web.namespace, "deploy", f"w{n}") for n in range(12)]
    with pytest.raises(present.NotThereError, match="and 2 more"):
        present.check(cluster, [web, *many])
    asked = [each for each in plane.requests(web.namespace) if each.resource == "deployments"]
    read = [each.verb for each in asked if each.verb in ("get", "list")]
    assert read == ["list", "list"]  # the other is for what may be meant


def test_a_namespace_that_is_not_there_is_told_as_that(cluster: Cluster, web: Target) -> None:
    typo = f"{web.namespace}x"
    with pytest.raises(present.NotThereError, match="there is no such namespace") as told:
        present.check(cluster, [Target(typo, "deploy", "web")])
    assert told.value.hint == f"did you mean -n {web.namespace}?"
    with pytest.raises(present.NotThereError, match=f"no namespace {typo}"):
        targets.selected(cluster, typo, "app=web")


def test_what_may_not_be_looked_at_is_not_missing(plane: Plane, namespace: str) -> None:
    from opskit.clients.kubeconfig import connect

    nobody = connect("", str(plane.kubeconfig_for("nobody", rules=[], namespace=namespace)))
    present.check(nobody, [Target(namespace, "deploy", "web")])


def test_what_goes_away_while_it_is_watched_has_failed(
    plane: Plane, cluster: Cluster, web: Target
) -> None:
    gone = Target(web.namespace, "deploy", "gone")
    for watched in ([gone], [web, gone]):
        with pytest.raises(present.NotThereError):
            watch(cluster, watched, Policy(timeout=20))
        expected = {each: {"web": "w:1"} for each in watched}
        verdict = watch(cluster, watched, Policy(timeout=20), expected=expected)[-1]
        assert verdict.outcome is Outcome.FAILED
        assert verdict.causes[0].code == "ROL117"


@pytest.mark.parametrize("name", ["", "t1/../x", "Shop", "-a", "a" * 64, "shop ", "a.b"])
def test_no_namespace_is_called_so(name: str) -> None:
    with pytest.raises(UsageError, match="namespace"):
        targets.check_namespace(name)
    targets.check_namespace("shop-1")


def test_a_kind_is_known_with_its_version() -> None:
    assert kind_of("deployment.v1.apps") is kind_of("deploy")
    assert kind_of("cronjobs.v1.batch") is kind_of("cj")
    assert kind_of("deployment.v1.batch") is None
