"""Deploys on a real control plane: applied, watched, and taken back."""

from typing import Any

import pytest

from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect
from opskit.errors import ExitCode, UnknownError
from opskit.rollout.changes import undoing
from opskit.rollout.deploying import apply, deploy, resumed, takeback
from opskit.rollout.deploying.deploy import Deployed
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.telling import words
from opskit.rollout.verdict import Outcome
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.test_apply import config, manifests
from tests.rollout.wave.planes import IMAGE, workload

POLICY = Policy(timeout=30)


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connect("", str(plane.kubeconfig))


def run(
    cluster: Cluster, namespace: str, *things: dict[str, Any], auto_rollback: bool = True
) -> Deployed:
    items = deploy.of_manifests(cluster, manifests(*things), namespace)
    done = Deployed(cluster.name, items)
    return deploy.run(cluster, done, POLICY, auto_rollback=auto_rollback)


def image(plane: Plane, namespace: str, name: str = "web") -> str:
    found = plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def greeting(plane: Plane, namespace: str) -> str:
    return str(plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps/conf")["data"]["greeting"])


def test_good_then_bad_is_good_again_with_its_configuration(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    good = run(cluster, namespace, config("one"), workload(f"{IMAGE}:1"))
    assert (good.exit_code, good.taken_back) == (ExitCode.OK, ())
    bad = run(cluster, namespace, config("two"), workload(f"{IMAGE}:missing"))
    assert bad.exit_code is ExitCode.NO
    [verdict] = bad.verdicts
    assert (verdict.outcome, verdict.rolled_back) == (Outcome.FAILED, f"{IMAGE}:1")
    assert [each.outcome for each in bad.after] == [Outcome.COMPLETE]
    assert [(each.name, each.done) for each in bad.taken_back] == [
        ("configmap/conf", True),
        ("deploy/web", True),
    ]
    assert image(plane, namespace) == f"{IMAGE}:1"
    assert greeting(plane, namespace) == "one"
    better = run(cluster, namespace, config("two"), workload(f"{IMAGE}:2"))
    assert better.exit_code is ExitCode.OK  # what was taken back is no conflict
    assert greeting(plane, namespace) == "two"


def test_without_auto_rollback_it_stays(cluster: Cluster, plane: Plane, namespace: str) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"))
    bad = run(cluster, namespace, workload(f"{IMAGE}:missing"), auto_rollback=False)
    assert bad.exit_code is ExitCode.NO
    assert (bad.taken_back, bad.verdicts[0].rolled_back) == ((), "")
    assert image(plane, namespace) == f"{IMAGE}:missing"


def test_the_first_deploy_of_a_workload_has_nothing_to_go_back_to(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    done = run(cluster, namespace, workload(f"{IMAGE}:missing"))
    [told] = done.taken_back
    assert not told.done
    assert "nothing to go back to" in told.note
    assert f"kubectl delete deploy/web -n {namespace} removes it" in told.note
    assert done.verdicts[0].rolled_back == ""
    assert image(plane, namespace) == f"{IMAGE}:missing"


def test_one_of_two_workloads_fails_and_both_go_back(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"), workload(f"{IMAGE}:1", "api"))
    bad = run(cluster, namespace, workload(f"{IMAGE}:2"), workload(f"{IMAGE}:missing", "api"))
    assert bad.exit_code is ExitCode.NO  # nothing of the new version runs
    told = {each.target.name: each for each in bad.verdicts}
    assert told["web"].outcome is Outcome.FAILED
    assert told["web"].causes[0].code == "rolled-back"
    assert told["web"].rolled_back == f"{IMAGE}:1"
    text = "\n".join(words.told(bad.verdicts))
    assert "rolled-back with the others" in text
    assert "0 of 2 rollouts complete, 2 failed" in text
    assert {each.name for each in bad.taken_back if each.done} == {"deploy/web", "deploy/api"}
    assert [image(plane, namespace, name) for name in ("web", "api")] == [f"{IMAGE}:1"] * 2


def test_a_workload_that_the_deploy_left_alone_is_watched_but_not_taken_back(
    cluster: Cluster, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"), workload(f"{IMAGE}:1", "api"))
    bad = run(cluster, namespace, workload(f"{IMAGE}:1"), workload(f"{IMAGE}:missing", "api"))
    assert [each.target.name for each in bad.verdicts] == ["api", "web"] or len(bad.verdicts) == 2
    assert [each.name for each in bad.taken_back] == ["deploy/api"]


def test_what_somebody_changed_after_the_deploy_is_left_alone(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, config("one"), workload(f"{IMAGE}:1"))
    items = deploy.of_manifests(
        cluster, manifests(config("two"), workload(f"{IMAGE}:missing")), namespace
    )
    done = Deployed(cluster.name, items)
    assert deploy.carry_out(cluster, done)
    plane.kubectl("set", "image", "-n", namespace, "deploy/web", f"web={IMAGE}:other")
    path = f"/api/v1/namespaces/{namespace}/configmaps/conf"
    plane.api.patch(path, {"data": {"greeting": "theirs"}})
    told = takeback.take_back(cluster, items)
    assert [each.done for each in told] == [False, False]
    assert all("somebody else changed it" in each.note for each in told)
    assert image(plane, namespace) == f"{IMAGE}:other"
    assert greeting(plane, namespace) == "theirs"


def test_the_command_that_removes_it_names_a_namespace_where_there_is_one() -> None:
    web = apply.Item("deploy/web", "", {}, "shop")
    assert takeback.removal(web) == "kubectl delete deploy/web -n shop"
    space = apply.Item("namespace/shop", "", {})
    assert takeback.removal(space) == "kubectl delete namespace/shop"


def with_env(image: str, value: str = "") -> dict[str, Any]:
    thing = workload(image)
    if value:
        [container] = thing["spec"]["template"]["spec"]["containers"]
        container["env"] = [{"name": "OLD", "value": value}]
    return thing


def test_it_goes_back_to_the_last_good_revision_not_to_one_that_failed(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"))
    run(cluster, namespace, workload(f"{IMAGE}:crash"), auto_rollback=False)
    bad = run(cluster, namespace, workload(f"{IMAGE}:missing"))
    assert image(plane, namespace) == f"{IMAGE}:1"
    [told] = bad.taken_back
    assert told.images == {"web": f"{IMAGE}:1"}
    assert "revision 1, which is recorded as good" in told.note
    assert "the one before this deploy is recorded as failed" in told.note
    assert [each.outcome for each in bad.after] == [Outcome.COMPLETE]


def test_what_an_undo_brought_back_goes_with_the_manifest_that_leaves_it_out(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, with_env(f"{IMAGE}:1", "yes"))
    run(cluster, namespace, with_env(f"{IMAGE}:crash"), auto_rollback=False)
    target = Target(namespace, "deploy", "web")
    undoing.take_back(cluster, undoing.undo(cluster, target))
    assert plane.api.get(target.path)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert run(cluster, namespace, with_env(f"{IMAGE}:2")).exit_code is ExitCode.OK
    assert "env" not in plane.api.get(target.path)["spec"]["template"]["spec"]["containers"][0]


def test_without_a_good_revision_it_goes_back_to_the_one_before(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:crash"), auto_rollback=False)
    run(cluster, namespace, workload(f"{IMAGE}:missing"))
    assert image(plane, namespace) == f"{IMAGE}:crash"


def test_what_was_taken_back_goes_with_the_manifest_that_leaves_it_out(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    old = {**config("one"), "data": {"greeting": "one", "old": "x"}}
    run(cluster, namespace, old, with_env(f"{IMAGE}:1", "yes"))
    back = run(cluster, namespace, config("one"), with_env(f"{IMAGE}:missing"))
    assert all(each.done for each in back.taken_back)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    assert plane.api.get(path)["spec"]["template"]["spec"]["containers"][0]["env"]
    good = run(cluster, namespace, config("one"), with_env(f"{IMAGE}:2"))
    assert good.exit_code is ExitCode.OK
    web = plane.api.get(path)
    assert "env" not in web["spec"]["template"]["spec"]["containers"][0]
    assert "opskit.dev/last-good" in web["metadata"]["annotations"]
    conf = plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps/conf")
    assert conf["data"] == {"greeting": "one"}


def test_one_that_failed_before_this_deploy_is_not_taken_back_and_it_says_so(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:missing"), auto_rollback=False)
    again = run(cluster, namespace, workload(f"{IMAGE}:missing"))
    assert not again.taken_back
    [note] = [each for each in again.notes if "not rolled back" in each]
    assert "this deploy changed nothing of it" in note
    assert f"opskit rollout undo deploy/web -n {namespace}" in note
    changed = run(cluster, namespace, workload(f"{IMAGE}:crash"))
    assert not [each for each in changed.notes if "not rolled back" in each]


def test_replicas_of_an_autoscaler_survive_the_way_back(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"))
    items = deploy.of_manifests(cluster, manifests(workload(f"{IMAGE}:missing")), namespace)
    done = Deployed(cluster.name, items)
    deploy.carry_out(cluster, done)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    plane.api.patch(f"{path}/scale", {"spec": {"replicas": 5}})
    [told] = takeback.take_back(cluster, items)
    assert told.done
    assert plane.api.get(path)["spec"]["replicas"] == 5


def test_an_object_that_cannot_be_applied_ends_it_and_what_was_goes_back(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, config("one"), workload(f"{IMAGE}:1"))
    items = deploy.of_manifests(
        cluster, manifests(config("two"), workload(f"{IMAGE}:2")), namespace
    )
    # the dry run went well; in between somebody takes the field over
    plane.kubectl("set", "image", "-n", namespace, "deploy/web", f"web={IMAGE}:theirs")
    done = deploy.run(cluster, Deployed(cluster.name, items), POLICY, auto_rollback=True)
    assert done.error is not None
    assert done.exit_code is ExitCode.PARTIAL
    assert not done.verdicts
    assert greeting(plane, namespace) == "one"
    assert image(plane, namespace) == f"{IMAGE}:theirs"


def test_a_watch_that_could_not_look_takes_nothing_back(
    cluster: Cluster, plane: Plane, namespace: str
) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"))
    items = deploy.of_manifests(cluster, manifests(workload(f"{IMAGE}:2")), namespace)

    def watching(*_: object) -> Any:
        from opskit.rollout.judge.completion import Progress
        from opskit.rollout.verdict import Cause, Verdict

        target = items[0].target
        assert target is not None
        cause = Cause("ROL121", "CouldNotLook", "away", str(target))
        return [Verdict("plane", target, Outcome.UNKNOWN, Progress(0, 0, 0, ""), [cause])]

    done = deploy.run(
        cluster, Deployed("plane", items), POLICY, auto_rollback=True, watching=watching
    )
    assert done.exit_code is ExitCode.UNKNOWN
    assert done.taken_back == ()
    assert image(plane, namespace) == f"{IMAGE}:2"


def test_images_of_workloads_that_are_there(cluster: Cluster, plane: Plane, namespace: str) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"))
    target = Target(namespace, "deploy", "web")
    items = deploy.of_targets(cluster, [target], {"web": f"{IMAGE}:missing"})
    assert items[0].action == "change"
    done = deploy.run(cluster, Deployed(cluster.name, items), POLICY, auto_rollback=True)
    assert done.exit_code is ExitCode.NO
    assert done.verdicts[0].rolled_back == f"{IMAGE}:1"
    assert image(plane, namespace) == f"{IMAGE}:1"
    [same] = deploy.of_targets(cluster, [target], {"web": f"{IMAGE}:1"})
    assert same.action == "none"


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_the_other_kinds_go_back_too(
    cluster: Cluster, plane: Plane, namespace: str, kind: str
) -> None:
    def made(tag: str) -> dict[str, Any]:
        thing = {**workload(f"{IMAGE}:{tag}"), "kind": kind}
        if kind == "DaemonSet":
            thing["spec"] = {k: v for k, v in thing["spec"].items() if k != "replicas"}
        return thing

    assert run(cluster, namespace, made("1")).exit_code is ExitCode.OK
    done = run(cluster, namespace, made("missing"))
    assert done.verdicts[0].rolled_back.startswith(f"{IMAGE}:1")
    plural = f"{kind.lower()}s"
    found = plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/{plural}/web")
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:1"


def test_another_process_can_take_it_back(cluster: Cluster, plane: Plane, namespace: str) -> None:
    run(cluster, namespace, workload(f"{IMAGE}:1"))
    new = workload(f"{IMAGE}:missing")
    new["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 5
    items = deploy.of_manifests(cluster, manifests(config("x"), new), namespace)
    done = Deployed(cluster.name, items)
    deploy.carry_out(cluster, done)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    wait_until(lambda: plane.api.get(path)["status"].get("observedGeneration", 0) >= 2, "seen")
    told = resumed.state(cluster, done)
    assert told["others"] == ["configmap/conf"]
    assert told["workloads"][0]["before"] == {"web": f"{IMAGE}:1"}

    later = resumed.resumed(cluster, told)
    assert deploy.workloads(later.items) == [Target(namespace, "deploy", "web")]
    [back] = takeback.take_back(cluster, later.items)
    assert back.done
    spec = plane.api.get(path)["spec"]["template"]["spec"]
    assert spec["containers"][0]["image"] == f"{IMAGE}:1"
    assert spec["terminationGracePeriodSeconds"] == 30

    again = resumed.resumed(cluster, told)
    assert takeback.take_back(cluster, again.items) == []  # it is not as the deploy left it


def test_a_server_that_is_away_is_no_answer(cluster: Cluster, namespace: str) -> None:
    cluster.host = "https://127.0.0.1:1"
    with pytest.raises(UnknownError):
        deploy.of_manifests(cluster, manifests(workload(f"{IMAGE}:1")), namespace)
