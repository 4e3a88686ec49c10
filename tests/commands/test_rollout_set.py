"""`opskit rollout set`, `pause`, `resume` and `restart` from the command line."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from opskit import cli
from opskit.rollout.targets import Target
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.onplane import image, observed, put, rolled_out


def run(*args: object) -> int:
    return cli.run(["rollout", *map(str, args)])


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))


@pytest.fixture
def web(plane: Plane, namespace: str, monkeypatch: pytest.MonkeyPatch) -> Target:
    """deploy/web with the image w:1."""
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    target = Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    return target


def now(plane: Plane, target: Target) -> str:
    return image(plane.api.get(target.path))


@pytest.mark.parametrize(
    "args",
    [
        ["set", "deploy/web"],
        ["set", "web=w:2"],
        ["set", "deploy/web", "web=W:2"],
        ["set", "deploy/web", "web="],
        ["set", "web", "web=w:2"],
        ["set", "pod/web", "web=w:2"],
        ["set", "deploy/web", "web=w:2", "--dry-run", "maybe"],
        ["set", "deploy/web", "web=w:2", "--wait", "--timeout", "soon"],
        ["set", "deploy/web", "web=w:2", "--context", "nowhere"],
        ["undo", "deploy/web", "--to", "yesterday"],
        ["restart"],
    ],
)
def test_bad_usage_asks_no_cluster(args: list[str]) -> None:
    assert run(*args) == 2


def test_set_changes_the_image_and_says_so(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("set", "deploy/web", "web=w:2", "-n", web.namespace, "--yes", "-o", "json") == 0
    out, err = capsys.readouterr()
    [row] = json.loads(out)["workloads"]
    assert (row["target"], row["result"]) == ("deploy/web", "changed")
    assert row["images"] == [{"container": "web", "before": "w:1", "after": "w:2"}]
    assert "-        image: w:1\n+        image: w:2" in err.replace(
        "      - image", "        image"
    )
    assert f"opskit rollout status deploy/web -n {web.namespace}" in err
    assert now(plane, web) == "w:2"
    assert run("set", "deploy/web", "web=w:2", "-n", web.namespace) == 0
    assert "no change" in capsys.readouterr().out


def test_without_a_terminal_it_needs_yes(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    for args in (
        ["set", "deploy/web", "web=w:2"],
        ["pause", "deploy/web"],
        ["restart", "deploy/web"],
    ):
        assert run(*args, "-n", web.namespace) == 2
        assert "--yes" in capsys.readouterr().err
    assert now(plane, web) == "w:1"


@pytest.mark.parametrize("mode", ["client", "server"])
def test_a_dry_run_prints_the_diff_and_changes_nothing(
    mode: str, plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["set", "deploy/web", "-n", web.namespace, "--dry-run", mode]
    assert run(*args, "web=w:2") == 1
    changed = [line for line in capsys.readouterr().out.splitlines() if line[:1] in "+-"]
    assert [line.split(": ")[-1] for line in changed[2:]] == ["w:1", "w:2"]
    assert now(plane, web) == "w:1"
    assert run(*args, "web=w:1") == 0
    assert capsys.readouterr().out == ""


def test_expect_and_if_unchanged_answer_no(plane: Plane, web: Target) -> None:
    place = ["-n", web.namespace, "--yes"]
    assert run("set", "deploy/web", "web=w:3", "--expect", "w:2", *place) == 1
    assert run("set", "deploy/web", "web=w:1", "--if-unchanged", "fail", *place) == 1
    assert now(plane, web) == "w:1"
    guarded = ["web=w:1", "--expect", "w:0", "--if-unchanged", "restart"]
    assert run("set", "deploy/web", *guarded, *place) == 1
    assert "annotations" not in plane.api.get(web.path)["spec"]["template"]["metadata"]
    assert run("set", "deploy/web", "web=w:1", "--if-unchanged", "restart", *place) == 0
    assert "annotations" in plane.api.get(web.path)["spec"]["template"]["metadata"]


def test_all_are_planned_before_the_first_is_changed(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    put(plane, Target(web.namespace, "sts", "db"), db="d:1")
    place = ["-n", web.namespace, "--yes"]
    assert run("set", "deploy/web", "sts/db", "web=w:2", *place) == 2
    assert "there is db" in capsys.readouterr().err
    assert run("set", "deploy/web", "deploy/none", "*=w:2", *place) == 2
    assert now(plane, web) == "w:1"


def test_some_changed_and_some_not_is_partial(
    plane: Plane, web: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Target(web.namespace, "deploy", "other")
    put(plane, other, web="w:1")
    rules = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
        {
            "apiGroups": ["apps"],
            "resources": ["deployments"],
            "resourceNames": ["web"],
            "verbs": ["patch"],
        },
    ]
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig_for("half", rules, web.namespace)))
    args = ["set", "deploy/other", "deploy/web", "web=w:2", "-n", web.namespace, "--yes"]
    assert run(*args, "-o", "json") == 4
    out, err = capsys.readouterr()
    assert [row["result"] for row in json.loads(out)["workloads"]] == ["failed", "changed"]
    assert "deploy/other: " in err
    assert "forbidden" in err
    assert (now(plane, other), now(plane, web)) == ("w:1", "w:2")
    assert run("set", "deploy/other", "web=w:2", "-n", web.namespace, "--yes") == 3


def test_a_selector_names_the_workloads(plane: Plane, web: Target) -> None:
    place = ["-n", web.namespace, "--yes"]
    assert run("set", "-l", "app=web", "web=w:2", *place) == 0
    assert now(plane, web) == "w:2"
    assert run("set", "-l", "app=none", "web=w:2", *place) == 2


def test_wait_is_the_verdict_and_records_it(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["-n", web.namespace, "--yes", "--wait"]
    assert run("set", "deploy/web", "web=w:2", *place, "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "opskit.rollout.set/1"
    assert [row["outcome"] for row in told["workloads"]] == ["complete"]
    assert run("set", "deploy/web", "web=w:missing", *place) == 1
    out = capsys.readouterr().out
    assert "ROL102" in out
    assert f"opskit rollout undo deploy/web -n {web.namespace}" in out
    assert run("history", "deploy/web", "-n", web.namespace, "-o", "json") == 0
    past = json.loads(capsys.readouterr().out)["revisions"]
    assert [(row["recorded"] or {}).get("outcome") for row in past[-2:]] == ["complete", "failed"]
    assert [row["last_good"] for row in past[-2:]] == [True, False]
    assert run("undo", "deploy/web", *place) == 0
    assert now(plane, web) == "w:2"


def test_a_warning_says_who_will_put_the_image_back(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}
    plane.api.patch(web.path, {"metadata": {"annotations": mark}})
    assert run("set", "deploy/web", "web=w:2", "-n", web.namespace, "--yes") == 0
    assert "warning: deploy/web: Argo CD looks after this workload" in " ".join(
        capsys.readouterr().err.split()
    )


def test_pause_resume_and_restart(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["deploy/web", "-n", web.namespace, "--yes"]
    for command, result in (
        ("pause", "paused"),
        ("pause", "no change"),
        ("restart", ""),
        ("undo", ""),
        ("resume", "resumed"),
        ("resume", "no change"),
        ("restart", "restarted"),
    ):
        assert run(command, *place) == (0 if result else 1)
        out, err = capsys.readouterr()
        assert result in out
        assert result or "is paused" in err
    rolled_out(plane, web)
    for short in ("sts", "ds", "cronjob"):
        assert run("pause", f"{short}/x", "-n", web.namespace, "--yes") == 2
    wait_until(lambda: len(plane.pods(web.namespace)) == 2, "old pods stay")


def test_undo_of_what_was_never_changed_is_a_no(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    observed(plane, web)
    assert run("undo", "deploy/web", "-n", web.namespace, "--yes") == 1
    assert "deploy/web: has only revision 1: there is none to go back to" in " ".join(
        capsys.readouterr().err.split()
    )


def test_wait_for_a_deployment_at_0_records_nothing(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    plane.kubectl("scale", "deploy/web", "--replicas=0", "-n", web.namespace)
    observed(plane, web)
    place = ["-n", web.namespace, "--yes"]
    assert run("set", "deploy/web", "web=w:crash", *place, "--wait") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "note: no pod runs it, it is scaled to 0: it is not recorded as good" in out
    assert run("history", "deploy/web", "-n", web.namespace, "-o", "json") == 0
    past = json.loads(capsys.readouterr().out)["revisions"]
    assert [(row["recorded"], row["last_good"]) for row in past] == [(None, False)] * len(past)


def test_history_as_csv_has_images_and_times(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    observed(plane, web)
    assert run("history", "deploy/web", "-n", web.namespace, "-o", "csv") == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert list(row) == ["revision", "images", "created", "outcome", "mark"]
    assert json.loads(row["images"]) == {"web": "w:1"}
    assert datetime.fromisoformat(row["created"]).tzinfo is not None


def test_history_shows_what_changed(
    plane: Plane, web: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    observed(plane, web)
    place = ["-n", web.namespace]
    assert run("set", "deploy/web", "web=w:2", "--cause", "a|b", *place, "--yes") == 0
    observed(plane, web)
    capsys.readouterr()
    for output in ("table", "json", "jsonl", "csv", "yaml", "md"):
        assert run("history", "deploy/web", *place, "-o", output) == 0
        out = capsys.readouterr().out
        assert "w:1" in out
        assert "w:2" in out
    assert run("history", "deploy/web", "--revision", 2, *place) == 0
    out = capsys.readouterr().out
    assert "image: w:1\n+" in out
    assert run("history", "deploy/web", "--revision", 9, *place) == 2
    assert "there are 1, 2" in capsys.readouterr().err
    assert run("history", "cronjob/x", *place) == 2
