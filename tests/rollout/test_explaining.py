"""What is said of workloads at one look; the real ones are in the command's tests."""

from typing import Any

from opskit.rollout.explain.explaining import Explanation, explain
from opskit.rollout.explain.recorded import Recording
from opskit.rollout.judge.judging import judge
from opskit.rollout.targets import Target
from opskit.rollout.watch import causes
from tests.rollout import objects

Object = dict[str, Any]
WEB = Target("shop", "deploy", "web")
LABELS = {"app": "web"}


def web(**more: Any) -> Object:
    spec = {"selector": {"matchLabels": LABELS}, "template": {"metadata": {"labels": LABELS}}}
    spec["template"]["spec"] = {"containers": [{"name": "web", "image": "r/web:1"}]}
    return objects.deployment(**{**more, "spec": {**spec, **more.get("spec", {})}})


def look(target: Target, *things: Object) -> Explanation:
    return explain(Recording("it.yaml", things, {}), target, at=1.0)


def test_a_pause_is_told_once() -> None:
    found = look(WEB, web(spec={"paused": True}))
    assert [each.code for each in found.causes] == ["ROL114"]
    assert not any("paused" in each for each in found.related)
    rests = look(WEB, web(updated=1, available=1, spec={"paused": True}))
    assert not rests.causes
    assert any("it is paused" in each for each in rests.related)


def test_without_its_pods_what_is_not_complete_could_not_be_told() -> None:
    assert look(WEB, web()).healthy is None
    assert any(each.startswith("pods could not") for each in look(WEB, web()).notes)
    late = [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]
    assert look(WEB, web(conditions=late)).healthy is False


def test_a_daemon_set_that_no_node_matches_says_so() -> None:
    target = Target("shop", "ds", "agent")
    spec = {"nodeSelector": {"disk": "ssd"}, "containers": []}
    template = {"metadata": {"labels": LABELS}, "spec": spec}
    more = {"selector": {"matchLabels": LABELS}, "template": template}

    def related(desired: int) -> str:
        status = {"desiredNumberScheduled": desired, "updatedNumberScheduled": desired}
        return "\n".join(look(target, objects.daemon_set(status=status, **more)).related)

    assert "no node matches it, so that it has no pods: its nodeSelector is disk=ssd" in related(0)
    assert "no node" not in related(2)


def test_events_of_another_container_are_not_told_under_a_cause() -> None:
    made = objects.pod(objects.crashed(), objects.crashed(name="side"))

    def said(name: str) -> Object:
        about = {"uid": "uid-web-1", "fieldPath": f"spec.containers{{{name}}}"}
        text = f"Back-off restarting failed container {name} in pod web-1"
        return objects.event(made, "BackOff", text, involvedObject=about)

    unfit = objects.event(made, "FailedMount", "a volume is not there")
    situation = objects.situation(made, events=(said("web"), said("side"), unfit))
    found = causes.causes(Recording("it", [], {}), WEB, situation, judge(situation).causes)
    assert [each.container for each in found] == ["web", "side"]
    for each in found:
        assert f"failed container {each.container} " in "\n".join(each.events)
        assert len(each.events) == 2
