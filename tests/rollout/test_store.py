"""The store against a plain search through all objects, and that it does not grow."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opskit.rollout.kinds import DAEMON_SET, DEPLOYMENT, STATEFUL_SET
from opskit.rollout.targets import Target
from opskit.rollout.watch.slim import slim
from opskit.rollout.watch.store import Events, Store
from opskit.rollout.workload import REVISION
from tests.rollout.objects import daemon_set, deployment, event, pod, running, stateful_set

WEB = Target("shop", "deploy", "web")


def owned(thing: dict[str, Any], uid: str, **labels: str) -> dict[str, Any]:
    thing["metadata"]["ownerReferences"] = [{"uid": uid, "controller": True}]
    thing["metadata"]["labels"] = labels
    return thing


def replica_set(name: str, revision: int, uid: str = "uid-web") -> dict[str, Any]:
    meta = {"name": name, "uid": f"uid-{name}", "annotations": {REVISION: str(revision)}}
    return owned({"metadata": meta, "spec": {}, "status": {}}, uid)


def web(revision: int) -> dict[str, Any]:
    return deployment(metadata={"annotations": {REVISION: str(revision)}})


def names(things: list[dict[str, Any]]) -> list[str]:
    return sorted(each["metadata"]["name"] for each in things)


def filled() -> Store:
    store = Store()
    store.replace("deployments", [web(2)])
    store.replace("replicasets", [replica_set("old", 1), replica_set("new", 2)])
    pods = [
        owned(pod(running(), name=f"{of}-{n}"), f"uid-{of}")
        for of in ("old", "new")
        for n in (1, 2)
    ]
    store.replace("pods", pods)
    return store


def test_only_the_pods_of_the_newest_revision_count() -> None:
    store = filled()
    workload = store.find(WEB)
    assert workload
    assert names(store.newest_pods(WEB, workload)) == ["new-1", "new-2"]
    store.change("deployments", web(1), gone=False)
    workload = store.find(WEB)
    assert workload
    assert names(store.newest_pods(WEB, workload)) == ["old-1", "old-2"]


def test_the_revision_is_told_by_the_template_and_not_by_a_number_that_comes_late() -> None:
    """Seen on 1.36: a template is back, and the Deployment has the number of the bad one still."""
    store = filled()
    sets = []
    for name, number in (("old", 3), ("new", 2)):
        made = replica_set(name, number)
        meta = {"labels": {"app": "web", "pod-template-hash": name}}
        made["spec"] = {"template": {"metadata": meta, "spec": template_spec(name)}}
        sets.append(made)
    store.replace("replicasets", sets)
    workload = web(2)
    wanted = {"metadata": {"labels": {"app": "web"}, "creationTimestamp": None}}
    workload["spec"]["template"] = {**wanted, "spec": template_spec("old")}
    assert names(store.newest_pods(WEB, workload)) == ["old-1", "old-2"]
    assert store.former(workload) == ["new"]
    workload["spec"]["template"] = {**wanted, "spec": template_spec("not made yet")}
    assert store.newest_pods(WEB, workload) == []
    assert store.former(workload) == ["old", "new"]


def template_spec(image: str) -> dict[str, Any]:
    """Two that differ in what a slim ReplicaSet does not keep."""
    return {"containers": [{"name": "web", "image": "r/web:1", "env": [image]}]}


def test_no_pods_count_while_the_controller_has_not_seen_the_change() -> None:
    store = filled()
    store.change("deployments", deployment(metadata={"generation": 3}), gone=False)
    workload = store.find(WEB)
    assert workload
    assert store.newest_pods(WEB, workload) == []


def test_pods_of_a_stateful_set_are_told_by_their_hash() -> None:
    target, store = Target("shop", STATEFUL_SET.short, "db"), Store()
    workload = stateful_set(status={"updateRevision": "db-2"})
    store.replace("statefulsets", [workload])
    hashes = {"db-0": "db-1", "db-1": "db-2"}
    made = [
        owned(pod(running(), name=name), "uid-db", **{"controller-revision-hash": text})
        for name, text in hashes.items()
    ]
    store.replace("pods", made)
    assert names(store.newest_pods(target, workload)) == ["db-1"]
    assert names(store.older_pods(target, workload)) == ["db-0"]


def test_pods_of_a_daemon_set_are_told_by_the_revision_with_its_template() -> None:
    target, store = Target("shop", DAEMON_SET.short, "agent"), Store()
    workload = daemon_set(template={"spec": {"containers": [{"name": "a", "image": "r/a:2"}]}})
    revisions = [
        owned(
            {
                "metadata": {"name": f"agent-{n}", "uid": f"uid-agent-{n}"},
                "data": {
                    "spec": {
                        "template": {
                            "$patch": "replace",
                            "spec": {"containers": [{"name": "a", "image": f"r/a:{n}"}]},
                        }
                    }
                },
            },
            "uid-agent",
            **{"controller-revision-hash": f"hash-{n}"},
        )
        for n in (1, 2)
    ]
    store.replace("daemonsets", [workload])
    store.replace("controllerrevisions", revisions)
    made = [
        owned(
            pod(running(), name=f"p{n}"), "uid-agent", **{"controller-revision-hash": f"hash-{n}"}
        )
        for n in (1, 2)
    ]
    store.replace("pods", made)
    assert names(store.newest_pods(target, workload)) == ["p2"]
    assert names(store.older_pods(target, workload)) == ["p1"]
    store.replace("controllerrevisions", [])
    assert store.newest_pods(target, workload) == store.older_pods(target, workload) == []


def test_a_change_touches_the_workload_it_is_about() -> None:
    store = filled()
    store.replace("deployments", [web(2), {"metadata": {"name": "api", "uid": "uid-api"}}])
    assert store.touched() == set()
    new = owned(pod(running(), name="new-1"), "uid-new")
    for plural, thing, gone in (
        ("pods", new, False),
        ("pods", new, True),
        ("replicasets", replica_set("new", 2), False),
        ("events", event(new, "Failed", "x"), False),
        ("events", event(replica_set("old", 1), "FailedCreate", "x"), False),
        ("deployments", web(2), False),
    ):
        if plural == "events":
            store.change("pods", new, gone=False)
            store.touched()
        store.change(plural, thing, gone=gone)
        assert store.touched() == {("deployments", "web")}, (plural, gone)
    store.change("pods", owned(pod(running(), name="x"), "uid-nobody"), gone=False)
    store.change("events", {"metadata": {"uid": "e"}}, gone=False)
    assert store.touched() == set()


def test_a_pod_that_changes_its_owner_touches_both() -> None:
    store = filled()
    store.change("deployments", {"metadata": {"name": "api", "uid": "uid-api"}}, gone=False)
    store.change("replicasets", replica_set("api-1", 1, "uid-api"), gone=False)
    store.touched()
    store.change("pods", owned(pod(running(), name="new-1"), "uid-api-1"), gone=False)
    assert store.touched() == {("deployments", "web"), ("deployments", "api")}


def test_a_workload_that_is_made_anew_under_its_name_is_found() -> None:
    store = filled()
    store.change("deployments", deployment(metadata={"uid": "uid-other"}), gone=False)
    store.change("deployments", web(2), gone=True)
    found = store.find(WEB)
    assert found
    assert found["metadata"]["uid"] == "uid-other"
    store.change("deployments", found, gone=True)
    assert store.find(WEB) is None


UIDS = st.sampled_from("abcd")
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), UIDS, st.sampled_from(["", "x", "y"])),
        st.tuples(st.just("drop"), UIDS, st.just("")),
        st.tuples(st.just("list"), UIDS, st.sampled_from(["", "x", "y"])),
    ),
    max_size=30,
)


@given(CHANGES)
def test_what_is_found_by_owner_is_what_a_search_finds(changes: list[tuple[str, str, str]]) -> None:
    store, plain = Store(), {}
    for what, uid, over in changes:
        thing = owned(pod(running(), name=uid), over)
        if what == "list":
            plain = {uid: over}
            store.replace("pods", [thing])
        elif what == "put":
            plain[uid] = over
            store.change("pods", thing, gone=False)
        else:
            plain.pop(uid, None)
            store.change("pods", thing, gone=True)
        for each in "xy":
            found = names(store._owned("pods", {"metadata": {"uid": each}}))
            assert found == sorted(uid for uid, over in plain.items() if over == each)


def test_what_no_rule_looks_at_is_not_kept() -> None:
    made = pod(running(), metadata={"managedFields": ["x" * 9999], "labels": {"a": "b"}})
    made["spec"] |= {"volumes": ["x" * 9999], "nodeName": "n"}
    made["spec"]["containers"][0] |= {"env": ["x" * 9999], "readinessProbe": {"periodSeconds": 1}}
    kept = slim("pods", made)
    assert len(str(kept)) < 2000
    assert kept["spec"]["containers"][0]["readinessProbe"] == {"periodSeconds": 1}
    assert kept["status"] == made["status"]
    assert "x" * 9999 in str(made), "the object itself is as it was"


def test_a_workload_keeps_its_template_and_not_what_was_applied() -> None:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": "x" * 9999, "a": "b"}
    made = deployment(metadata={"annotations": applied}, spec={"template": {"spec": {"x": 1}}})
    kept = slim(DEPLOYMENT.plural, made)
    assert kept["metadata"]["annotations"] == {"a": "b"}
    assert kept["spec"] == made["spec"]


def test_a_replica_set_keeps_the_images_of_its_template() -> None:
    made = replica_set("a", 1)
    inner = {"containers": [{"name": "web", "image": "r/web:1", "env": ["x"]}], "volumes": ["x"]}
    made["spec"] = {"replicas": 2, "template": {"metadata": {"labels": {"a": "b"}}, "spec": inner}}
    kept = slim("replicasets", made)["spec"]
    assert kept["replicas"] == 2
    assert kept["template"]["spec"] == {"containers": [{"name": "web", "image": "r/web:1"}]}


def test_events_are_kept_of_few_objects_and_few_of_each() -> None:
    events = Events()
    about = [pod(running(), name=f"pod-{n}") for n in range(5000)]
    for each in about:
        events.put(event(each, "Failed", "x"))
    for n in range(100):
        events.put(event(about[-1], "Failed", f"{n}", lastTimestamp=f"2026-01-01T00:{n:02}:00Z"))
    assert events.of([about[0]["metadata"]["uid"]]) == []
    kept = events.of([about[-1]["metadata"]["uid"]])
    assert len(kept) == 12
    assert kept[-1]["message"] == "99"
