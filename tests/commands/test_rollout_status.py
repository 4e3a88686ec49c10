"""`opskit rollout status` on a real control plane: what it says, when, and with what status."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from opskit import cli
from opskit.clients.kubeconfig import connect
from opskit.rollout.changes.revisions import history
from opskit.rollout.targets import Target
from tests.controlplane.plane import Plane
from tests.rollout.workloads import Object, container, deployment, workload

LOG = ["level=info starting", "password=hunter2", "KeyError: 'DATABASE_URL'"]
READS = ["get", "list", "watch"]


def run(*args: str) -> tuple[int, str, str]:
    """The exit status of a command line, and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = cli.run(["rollout", "status", *args])
    return status, out.getvalue(), err.getvalue()


def verdicts(*args: str) -> tuple[int, dict[str, Object]]:
    """The exit status, and the verdicts by target."""
    status, out, _ = run(*args, "-o", "json")
    return status, {each["target"]: each for each in json.loads(out)["verdicts"]}


@dataclass
class Morning:
    """Many rollouts that were watched at once."""

    status: int
    events: list[Object]
    space: str
    folder: Path
    manifest: Path
    second_restart: float = 0.0
    ends: dict[str, Object] = field(default_factory=dict)


def workloads(space: str, tight: str) -> list[Object]:
    """What goes well, and what goes wrong; `tight` is a namespace with a quota."""
    made = _workloads()
    for each in made:
        refused = each["metadata"]["name"] == "refused"
        each["metadata"]["namespace"] = tight if refused else space
    return made


def _workloads() -> list[Object]:
    init = {"initContainers": [container("init-crash", "migrate")]}
    large = {"resources": {"requests": {"cpu": "1000"}}}
    refused = deployment("refused", "1", replicas=2)
    paused = deployment("paused", "1")
    paused["spec"]["paused"] = True
    partition = {"updateStrategy": {"rollingUpdate": {"partition": 1}}, "serviceName": "db"}
    return [
        deployment("web", "1", replicas=3),
        deployment("slow", "slow5"),
        deployment("heals", "crash-once"),
        deployment("cache", "cachesync"),
        deployment("missing", "missing"),
        deployment("late", "slow"),
        deployment("crash", "crash", replicas=2),
        deployment("init", "1", **init),
        deployment("oom", "oom"),
        deployment("config", "badconfig"),
        deployment("large", "1", containers=[container("1", **large)]),
        paused,
        refused,
        workload("StatefulSet", "db", "1", spec={"replicas": 2, **partition}),
        workload("DaemonSet", "agent", "1"),
    ]


@pytest.fixture(scope="module")
def morning(plane: Plane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    folder = tmp_path_factory.mktemp("morning")
    space, tight = plane.namespace("status"), plane.namespace("tight")
    plane.say(["it runs"], previous=LOG)
    quota = {"metadata": {"name": "small"}, "spec": {"hard": {"pods": "1"}}}
    plane.api.post(f"/api/v1/namespaces/{tight}/resourcequotas", quota)
    manifest = folder / "shop.yaml"
    manifest.write_text(yaml.safe_dump_all(workloads(space, tight)), encoding="utf-8")
    plane.kubectl("apply", "-f", str(manifest))
    found = Morning(0, [], space, folder, manifest)
    done = threading.Event()
    watcher = threading.Thread(target=_restarts, args=(plane, found, done))
    watcher.start()
    reports = [f"{kind}={folder / kind}" for kind in ("junit", "sarif", "github", "json", "md")]
    named = [word for report in reports for word in ("--report", report)]
    options = ["--timeout", "50s", "--schedule-grace", "6s", "--quota-grace", "6s"]
    options += ["--events", "--redact"]
    options += ["--kubeconfig", str(plane.kubeconfig)]
    found.status, out, _ = run("-f", str(manifest), *options, *named)
    done.set()
    watcher.join()
    found.events = [json.loads(line) for line in out.splitlines()]
    found.ends = {each["target"]: each for each in found.events if each["type"] == "verdict"}
    yield found
    for name in (space, tight):
        plane.delete_namespace(name)


def _on(plane: Plane, space: str) -> list[str]:
    return ["--kubeconfig", str(plane.kubeconfig), "-n", space]


def _restarts(plane: Plane, found: Morning, done: threading.Event) -> None:
    """Break the image of `late` while it is watched; note when the first pod of `crash` was
    restarted for the second time.
    """
    done.wait(3)
    image = "web=registry.example.com/web:missing"
    plane.kubectl("set", "image", "deploy/late", image, "-n", found.space)
    ended = False
    while not ended and not found.second_restart:
        ended = done.wait(0.2)  # it looks once more: what ended the watch is there by then
        for pod in plane.pods(found.space, "app=crash"):
            counts = [c["restartCount"] for c in pod["status"].get("containerStatuses", [])]
            if max(counts, default=0) >= 2:
                found.second_restart = time.time()


def cause(morning: Morning, target: str) -> Object:
    """The root cause of a workload that failed."""
    verdict = morning.ends[target]["verdict"]
    assert verdict["outcome"] == "failed", verdict
    first: Object = verdict["causes"][0]
    return first


@pytest.mark.parametrize(
    "target",
    ["deploy/web", "deploy/slow", "deploy/heals", "deploy/cache", "sts/db", "ds/agent"],
)
def test_what_gets_well_is_never_failed_as_kubectl_has_it(
    morning: Morning, plane: Plane, target: str
) -> None:
    assert morning.ends[target]["verdict"]["outcome"] == "complete"
    kind = {"deploy": "deployment", "sts": "statefulset", "ds": "daemonset"}
    word, _, name = target.partition("/")
    plane.kubectl("rollout", "status", f"{kind[word]}/{name}", "-n", morning.space, "--timeout=20s")


@pytest.mark.parametrize(
    ("target", "code", "container_", "words"),
    [
        ("deploy/missing", "ROL102", "web", "not found"),
        ("deploy/late", "ROL102", "web", "not found"),
        ("deploy/crash", "ROL107", "web", "ended with exit code 1"),
        ("deploy/init", "ROL109", "migrate", "ended with exit code 1"),
        ("deploy/oom", "ROL108", "web", "OOMKilled"),
        ("deploy/config", "ROL105", "web", 'secret "web-settings" not found'),
        ("deploy/large", "ROL110", "", "Insufficient cpu"),
        ("deploy/paused", "ROL114", "", "paused"),
        ("deploy/refused", "ROL106", "", "exceeded quota: small"),
    ],
)
def test_each_failure_is_named(
    morning: Morning, target: str, code: str, container_: str, words: str
) -> None:
    first = cause(morning, target)
    assert (first["code"], first["container"]) == (code, container_)
    assert words in first["message"]
    assert morning.status == 4


def test_a_missing_image_fails_within_five_seconds_of_its_event(
    morning: Morning, plane: Plane
) -> None:
    cause(morning, "deploy/late")
    at = datetime.fromisoformat(morning.ends["deploy/late"]["time"]).timestamp()
    events = plane.api.get(f"/api/v1/namespaces/{morning.space}/events")["items"]
    failed = min(
        datetime.fromisoformat(each["firstTimestamp"] or each["eventTime"]).timestamp()
        for each in events
        if each["reason"] == "Failed" and each["involvedObject"]["name"].startswith("late")
    )
    assert at - failed < 5


def test_a_crash_loop_fails_within_fifteen_seconds_with_its_last_words(morning: Morning) -> None:
    first = cause(morning, "deploy/crash")
    at = datetime.fromisoformat(morning.ends["deploy/crash"]["time"]).timestamp()
    assert at - morning.second_restart < 15
    assert first["log"] == [LOG[0], "password=***", LOG[2]]
    assert any("BackOff" in event for event in first["events"])
    assert len(first["others"]) == 1


def test_a_quota_and_a_pause_are_told_in_time(morning: Morning) -> None:
    assert 6 <= morning.ends["deploy/refused"]["seconds"] < 20
    assert morning.ends["deploy/paused"]["seconds"] < 5


def test_events_end_with_the_verdicts(morning: Morning) -> None:
    assert {each["schema"] for each in morning.events} == {"opskit.rollout.event/1"}
    assert len(morning.ends) == len(_workloads())
    symptoms = [each for each in morning.events if each["type"] == "symptom"]
    assert {"code", "reason", "object", "container"} <= symptoms[0].keys()
    assert "hunter2" not in json.dumps(morning.events)


def test_junit_has_one_case_a_workload(morning: Morning) -> None:
    root = ElementTree.fromstring((morning.folder / "junit").read_text())
    names = [case.attrib["name"] for case in root.iter("testcase")]
    assert len(names) == len(set(names)) == len(_workloads())
    assert f"{morning.space}/deploy/web" in names
    assert root.attrib["failures"] == "9"
    text = ElementTree.tostring(root, encoding="unicode")
    assert "KeyError: &#39;DATABASE_URL&#39;" in text or "KeyError: 'DATABASE_URL'" in text
    assert "hunter2" not in text


def test_annotations_stand_at_the_image_in_the_manifest(morning: Morning) -> None:
    lines = morning.manifest.read_text().splitlines()
    number = next(
        n for n, line in enumerate(lines, 1) if "web:crash" in line and "once" not in line
    )
    told = (morning.folder / "github").read_text()
    assert f"line={number},col=" in told
    migrate = next(n for n, line in enumerate(lines, 1) if "migrate:init-crash" in line)
    assert f"line={migrate},col=" in told
    sarif = json.loads((morning.folder / "sarif").read_text())
    assert {"ROL102", "ROL107"} <= {each["ruleId"] for each in sarif["runs"][0]["results"]}


def test_the_text_for_people(plane: Plane, namespace: str) -> None:
    plane.say(["it runs"], previous=LOG)
    plane.apply(namespace, deployment("web", "missing"), deployment("good", "1"))
    status, out, err = run(*_on(plane, namespace), "deploy/web", "deploy/good")
    assert status == 4
    assert f"{namespace}/deploy/web: failed after " in out
    assert "ROL102 the image does not exist" in out
    assert "what to do: push the image" in out
    assert out.endswith("1 of 2 rollouts complete, 1 failed\n")
    assert "deploy/web: failed: ROL102 the image does not exist" in err
    assert err.count("not found") == 1
    assert "to go back" not in out


def test_a_failure_says_how_to_go_back(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "1"))
    assert run(*_on(plane, namespace), "deploy/web")[0] == 0
    plane.kubectl("set", "image", "deploy/web", "web=r.example.com/web:missing", "-n", namespace)
    status, out, _ = run(*_on(plane, namespace), "deploy/web")
    assert status == 1
    command = f"opskit rollout undo deploy/web -n {namespace} --kubeconfig {plane.kubeconfig}"
    assert f"to go back: {command}\n    # to revision 1 (" in out
    cluster = connect("", str(plane.kubeconfig))
    found = history(cluster, Target(namespace, "deploy", "web"))
    assert found.last_good is None
    assert [each.recorded for each in found.revisions] == [None, None]


def test_the_outcome_is_recorded_where_that_is_asked_for(plane: Plane, namespace: str) -> None:
    options = (*_on(plane, namespace), "deploy/web", "--record")
    plane.apply(namespace, deployment("web", "1"))
    assert run(*options)[0] == 0
    plane.kubectl("set", "image", "deploy/web", "web=r.example.com/web:missing", "-n", namespace)
    status, out, _ = run(*options)
    assert status == 1
    assert "    # to revision 1 (registry.example.com/web:1): recorded as good 20" in out
    found = history(connect("", str(plane.kubeconfig)), Target(namespace, "deploy", "web"))
    assert found.last_good is not None
    assert found.last_good.revision == 1
    outcomes = [each.recorded and each.recorded.outcome for each in found.revisions]
    assert outcomes == ["complete", "failed"]


def test_a_log_that_may_not_be_read_is_said(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "crash"))
    rules = [
        {"apiGroups": ["apps"], "resources": ["*"], "verbs": READS},
        {"apiGroups": [""], "resources": ["pods"], "verbs": READS},
    ]
    config = plane.kubeconfig_for("reader", rules, namespace)
    options = ("--kubeconfig", str(config), "-n", namespace, "--max-restarts", "1")
    status, found = verdicts(*options, "deploy/web")
    assert status == 1
    first = found["deploy/web"]["causes"][0]
    assert first["code"] == "ROL107"
    assert "pods/log" in first["log_note"]
    assert any("events could not be looked at" in note for note in found["deploy/web"]["notes"])


def test_a_target_that_is_deleted(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "slow"), deployment("other", "slow"))
    path = Target(namespace, "deploy", "web").path
    timer = threading.Timer(0.5, plane.api.delete, (path,))
    timer.start()
    options = ("deploy/web", "deploy/other", "--timeout", "2s")
    status, found = verdicts(*_on(plane, namespace), *options)
    timer.join()
    assert found["deploy/web"]["causes"][0]["code"] == "ROL117"
    assert found["deploy/other"]["outcome"] == "timed-out"
    assert status == 1


def test_a_timeout_is_no_failure(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "unready"))
    status, out, _ = run(*_on(plane, namespace), "deploy/web", "--timeout", "2s")
    assert status == 3
    assert "timed out after" in out
    assert "ROL112" in out


def test_graces_can_be_set_and_reasons_tolerated(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "crash"), deployment("gone", "missing"))
    options = ["--tolerate", "CrashLoopBackOff", "--tolerate", "Error", "--tolerate", "ROL102"]
    options += ["--max-restarts", "0", "--timeout", "3s"]
    status, found = verdicts(*_on(plane, namespace), "-l", "part-of=shop", *options)
    assert {each["outcome"] for each in found.values()} == {"timed-out"}
    assert status == 3
    status, found = verdicts(*_on(plane, namespace), "deploy/web", "--max-restarts", "0")
    assert (status, found["deploy/web"]["outcome"]) == (1, "failed")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["deploy/web", "--timeout", "soon"], "no length of time"),
        (["deploy/web", "--report", "pdf=x"], "is no report"),
        (["deploy/web", "--report", "junit"], "is no report"),
        (["deploy/web", "--report", "junit=/nowhere/at/all/x"], "no folder"),
        (["deploy/web", "--events", "-o", "json"], "--events"),
        (["deploy/web", "--report", "md=-", "--report", "json=-"], "one format"),
        (["web"], "names no workload"),
        ([], "no workload is named"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything(
    args: list[str], words: str, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    from tests.controlplane.api import kubeconfig

    made: Any = kubeconfig("none", "https://127.0.0.1:1", b"", {"token": "x"})
    config.write_text(yaml.safe_dump(made))
    status, out, err = run(*args, "--kubeconfig", str(config))
    assert (status, out) == (2, "")
    assert words in err


def test_a_report_on_stdout_and_one_that_cannot_be_written(
    plane: Plane, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane.apply(namespace, deployment("web", "missing"))
    folder = tmp_path / "is-a-folder"
    folder.mkdir()
    reports = ["--report", "github=-", "--report", f"junit={folder}"]
    status, out, err = run(*_on(plane, namespace), "deploy/web", *reports)
    assert status == 1
    assert "::error title=ROL102" in out
    assert str(folder) in err


def test_a_typo_is_bad_input_and_every_report_says_so(
    plane: Plane, namespace: str, tmp_path: Path
) -> None:
    plane.apply(namespace, deployment("web", "1"))
    place, file = _on(plane, namespace), tmp_path / "out.xml"
    named = ["deploy/web", "deploy/wep", *place]
    status, out, err = run(*named, "--report", f"junit={file}", "--events")
    assert status == 2
    assert f"deploy/wep not found in namespace {namespace} of context plane" in err
    assert "did you mean deploy/web?" in err
    [line] = [json.loads(each) for each in out.splitlines()]
    assert (line["type"], line["code"]) == ("error", "not-found")
    cases = ElementTree.parse(file).findall(".//testcase")
    assert [each.find("error") is not None for each in cases] == [True, True]
    status, out, _ = run(*named, "-o", "json")
    told = json.loads(out)
    assert (status, told["outcome"], told["error"]["code"]) == (2, "unknown", "not-found")


def test_ctrl_c_leaves_a_report_of_what_is_known(
    plane: Plane, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opskit.commands.rollout import showing

    plane.apply(namespace, deployment("web", "1"), deployment("late", "slow"))
    line = showing._Teller.line

    def interrupted(teller: Any, cluster: str, step: Any) -> None:
        line(teller, cluster, step)
        if step.verdict is not None:
            raise KeyboardInterrupt

    monkeypatch.setattr(showing._Teller, "line", interrupted)
    file = tmp_path / "out.xml"
    named = ["deploy/web", "deploy/late", *_on(plane, namespace)]
    status, out, err = run(*named, "-o", "json", "--report", f"junit={file}")
    assert (status, "goes on by itself" in err) == (130, True)
    told = json.loads(out)
    assert told["outcome"] == "interrupted"
    ends = {each["target"]: each["outcome"] for each in told["verdicts"]}
    assert ends == {"deploy/web": "complete", "deploy/late": "unknown"}
    cases = ElementTree.parse(file).findall(".//testcase")
    assert len([each for each in cases if each.find("error") is not None]) == 1


def test_another_namespace_than_the_manifest_names_is_refused(
    plane: Plane, namespace: str, tmp_path: Path
) -> None:
    thing = deployment("web", "1")
    thing["metadata"]["namespace"] = namespace
    file = tmp_path / "web.yaml"
    file.write_text(yaml.safe_dump(thing), encoding="utf-8")
    plane.kubectl("apply", "-f", str(file))
    status, _, err = run("-f", str(file), *_on(plane, "other"))
    assert (status, f"is in namespace {namespace}, and -n says other" in err) == (2, True)
    assert run("-f", str(file), *_on(plane, namespace))[0] == 0


@pytest.mark.parametrize("option", ["-n", "--namespace", "--context", "--kubeconfig", "-l"])
def test_an_empty_option_means_no_other_place(plane: Plane, option: str) -> None:
    status, _, err = run("deploy/web", "--kubeconfig", str(plane.kubeconfig), option, "")
    assert (status, "is empty" in err) == (2, True)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["-n", "t1/../x"], "no name of a namespace"),
        (["--tolerate", "Nonsense"], "no reason"),
        (["--tolerate", ""], "no reason"),
        (["-n", "none"], "there is no such namespace"),
    ],
)
def test_bad_input_is_refused(plane: Plane, args: list[str], says: str) -> None:
    status, out, err = run("deploy/web", "--kubeconfig", str(plane.kubeconfig), *args)
    assert (status, out, says in err) == (2, "", True)


def test_the_verdict_and_its_line_tell_the_same_time(plane: Plane, namespace: str) -> None:
    plane.apply(namespace, deployment("web", "slow5"))
    status, out, err = run("deploy/web", *_on(plane, namespace))
    assert status == 0
    last = err.splitlines()[-1].split()[0]
    assert f"complete after {last} s" in out


def test_a_hint_names_only_what_the_command_has(plane: Plane) -> None:
    where = ["--kubeconfig", str(plane.kubeconfig)]
    assert "or with -f FILE" in run(*where)[2]
    err = io.StringIO()
    with redirect_stderr(err):
        assert cli.run(["rollout", "undo", *where]) == 2
    assert "-f FILE" not in err.getvalue()


def test_the_revision_is_told_of_every_kind(plane: Plane, namespace: str) -> None:
    plane.apply(
        namespace,
        workload("StatefulSet", "db", "1", spec={"replicas": 1, "serviceName": "db"}),
        workload("DaemonSet", "agent", "1"),
    )
    named = ["sts/db", "ds/agent", *_on(plane, namespace)]
    _, found = verdicts(*named)
    assert {each["revision"] for each in found.values()} == {1}
    assert run(*named)[1].count("pods serve, revision 1") == 2
