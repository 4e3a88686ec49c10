"""`opskit rollout deploy` from the command line, on a real control plane."""

import json
import os
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from opskit import cli
from tests.controlplane.plane import Plane
from tests.rollout.wave.planes import IMAGE, workload

MANIFEST = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
data:
  greeting: hello
---
{yaml.safe_dump(workload(IMAGE + ":1"))}"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "web.yaml"
    made.write_text(MANIFEST)
    return made


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


@pytest.fixture
def deploy(plane: Plane, namespace: str) -> Any:
    place = ["-n", namespace, "--kubeconfig", plane.kubeconfig, "--skip-preflight", "--yes"]
    return lambda *args: cli.run(["rollout", "deploy", *map(str, [*args, *place])])


def image(plane: Plane, namespace: str) -> str:
    found = plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def line_of_image() -> int:
    return 1 + [line.strip().startswith("- image:") for line in MANIFEST.splitlines()].index(True)


def test_one_verdict_in_json(
    deploy: Any, file: Path, capsys: pytest.CaptureFixture[str], plane: Plane, namespace: str
) -> None:
    assert deploy("-f", file) == 0
    capsys.readouterr()
    args = ("--image", f"web={IMAGE}:missing", "--auto-rollback", "-o", "json")
    assert deploy("-f", file, *args, "--report", "github=annotations") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "opskit.rollout.deploying.deploy/1"
    assert told["outcome"] == "failed"
    assert [(each["name"], each["action"]) for each in told["applied"]] == [
        ("configmap/conf", "as it was"),
        ("deploy/web", "changed"),
    ]
    assert [(each["name"], each["done"]) for each in told["rolled_back"]] == [("deploy/web", True)]
    [verdict] = told["verdicts"]
    assert verdict["rolled_back"] == f"{IMAGE}:1"
    assert verdict["causes"][0]["code"] == "ROL102"
    assert image(plane, namespace) == f"{IMAGE}:1"
    assert file.read_text() == MANIFEST
    assert f"file={file.name},line={line_of_image()}," in Path("annotations").read_text()


def test_the_verdict_for_people_says_what_and_what_it_went_back_to(
    deploy: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("-f", file)
    capsys.readouterr()
    deploy("-f", file, "--image", f"web={IMAGE}:missing", "--auto-rollback")
    told = capsys.readouterr()
    assert "ROL102" in told.out
    assert f"rolled back: {IMAGE}:1" in told.out
    changed = [line.split() for line in told.err.splitlines() if line.startswith(("- ", "+ "))]
    assert changed == [["-", "image:", f"{IMAGE}:1"], ["+", "image:", f"{IMAGE}:missing"]]


def test_a_second_deploy_of_the_same_changes_nothing(
    deploy: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy("-f", file) == 0
    capsys.readouterr()
    assert deploy("-f", file) == 0
    assert "nothing to change" in capsys.readouterr().err


def test_write_only_what_serves(deploy: Any, file: Path) -> None:
    deploy("-f", file)
    assert deploy("-f", file, "--image", f"web={IMAGE}:missing", "--write") == 1
    assert file.read_text() == MANIFEST
    assert deploy("-f", file, "--image", f"web={IMAGE}:2", "--write") == 0
    assert file.read_text() == MANIFEST.replace(f"{IMAGE}:1", f"{IMAGE}:2")


def test_a_dry_run_prints_the_diff_and_changes_nothing(
    deploy: Any, file: Path, capsys: pytest.CaptureFixture[str], plane: Plane, namespace: str
) -> None:
    assert deploy("-f", file, "--dry-run", "-o", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [(e["planned"], e["action"]) for e in told["applied"]] == [("create", "not-applied")] * 2
    assert deploy("-f", file, "--dry-run") == 1
    out = capsys.readouterr().out
    assert "+++ deploy/web" in out
    assert not plane.exists(f"/api/v1/namespaces/{namespace}/configmaps/conf")
    deploy("-f", file)
    assert deploy("-f", file, "--dry-run") == 0


def test_a_target_gets_its_image(deploy: Any, file: Path, plane: Plane, namespace: str) -> None:
    deploy("-f", file)
    assert deploy("deploy/web", "--image", f"web={IMAGE}:2") == 0
    assert image(plane, namespace) == f"{IMAGE}:2"
    assert deploy("deploy/web", "--image", f"web={IMAGE}:missing", "--auto-rollback") == 1
    assert image(plane, namespace) == f"{IMAGE}:2"


def test_the_outcome_is_recorded(deploy: Any, file: Path, plane: Plane, namespace: str) -> None:
    deploy("-f", file)
    deploy("-f", file, "--image", f"web={IMAGE}:missing", "--auto-rollback")
    sets = plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/replicasets")["items"]
    told = {
        each["spec"]["template"]["spec"]["containers"][0]["image"]: json.loads(
            each["metadata"]["annotations"]["opskit.dev/outcome"]
        )["outcome"]
        for each in sets
    }
    assert told == {f"{IMAGE}:1": "complete", f"{IMAGE}:missing": "failed"}


def test_the_preflight_stops_it(
    plane: Plane, namespace: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No registry answers at that port, which is not known to be wrong; the secret is."""
    thing = workload("127.0.0.1:1/web:1")
    thing["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": "registry"}]
    file.write_text(yaml.safe_dump(thing))
    args = ["rollout", "deploy", "-f", str(file), "-n", namespace, "--yes", "-o", "json"]
    args += ["--report", "junit=out.xml"]
    assert cli.run([*args, "--kubeconfig", str(plane.kubeconfig)]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["outcome"] == "refused"
    assert ElementTree.parse("out.xml").find(".//failure") is not None
    assert "error ROL035" in told.err
    assert "unknown ROL010" in told.err
    assert "--skip-preflight" in told.err
    assert not plane.exists(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")

    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "registry"},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": '{"auths": {"127.0.0.1:1": {"auth": "YTpi"}}}'},
    }
    file.write_text(yaml.safe_dump_all([thing, secret]))  # the deploy brings it
    assert cli.run([*args, "--kubeconfig", str(plane.kubeconfig)]) == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "nothing to deploy"),
        (["deploy/web"], "no image is named"),
        (["deploy/web", "-f", "web.yaml"], "two things"),
        (["-f", "none.yaml"], "no such file"),
        (["-f", "web.yaml", "--write"], "no file to write"),
        (["-f", "web.yaml", "--image", "api=x:1"], "api"),
        (["-f", "web.yaml", "--image", "web"], "NAME=IMAGE"),
        (["-f", "web.yaml", "--image", "web=X:1"], "no image reference"),
        (["-f", "web.yaml", "--timeout", "soon"], "soon"),
        (["-f", "web.yaml", "--report", "pdf=x"], "no report"),
        (["-f", "web.yaml", "--context", "none"], "there is no context"),
        (["deploy/none", "--image", "web=x:1"], "not found"),
    ],
)
def test_bad_input_changes_nothing(
    deploy: Any,
    file: Path,
    args: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    plane: Plane,
    namespace: str,
) -> None:
    assert deploy(*args) in (2, 3)
    assert says in capsys.readouterr().err
    assert not plane.exists(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01", b"a: b: c", b"kind: Deployment\n\tname: x", b"{{ .Values }}", b"[1, 2]"],
)
def test_files_that_are_no_manifests(deploy: Any, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert deploy("-f", file) == 2
    assert deploy("-f", file, "--image", "web=x:1") == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_say_what_was_changed_and_the_way_back(
    plane: Plane, namespace: str, file: Path, deploy: Any, number: int
) -> None:
    deploy("-f", file)
    file.write_text(MANIFEST.replace(":1", ":slow").replace("hello", "bye"))
    args = ["-f", file, "-n", namespace, "--kubeconfig", plane.kubeconfig, "--yes"]
    process = subprocess.Popen(
        [sys.executable, "-m", "opskit", "rollout", "deploy", *map(str, args), "--skip-preflight"]
        + ["--report", "junit=out.xml"],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr
    # what the server has, the process may not have heard of yet; and then it would say so
    before = list(takewhile(lambda line: line != "deploy/web: changed\n", process.stderr))
    assert image(plane, namespace).endswith(":slow"), before
    os.kill(process.pid, number)
    err = process.stderr.read()
    assert process.wait(timeout=30) == 130
    assert "changed so far: configmap/conf, deploy/web" in err
    assert f"opskit rollout undo deploy/web -n {namespace}" in err
    assert Path("out.xml").is_file()


def test_the_cause_is_written_and_a_stale_one_is_not_copied(
    deploy: Any, file: Path, plane: Plane, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("-f", file, "--cause", "one")
    deploy("deploy/web", "--image", f"web={IMAGE}:2", "--cause", "two")
    deploy("-f", file, "--image", f"web={IMAGE}:3")
    capsys.readouterr()
    args = ["-n", namespace, "--kubeconfig", str(plane.kubeconfig), "-o", "json"]
    assert cli.run(["rollout", "history", "deploy/web", *args]) == 0
    told = json.loads(capsys.readouterr().out)["revisions"]
    assert [each["cause"] for each in told] == ["one", "two", ""]


@pytest.mark.parametrize(
    ("args", "status", "cases"),
    [
        (["-f", "web.yaml", "--dry-run"], 1, {"configmap/conf": "", "deploy/web": ""}),
        (["-f", "web.yaml", "--context", "none"], 2, {"rollout": "error"}),
        (["deploy/none", "--image", "web=x:1"], 2, {"rollout": "error"}),
        (["-f", "none.yaml"], 2, {"rollout": "error"}),
        (["-f", "web.yaml", "--timeout", "soon"], 2, {"rollout": "error"}),
        ([], 2, {"rollout": "error"}),
    ],
)
def test_a_report_is_written_however_it_ends(
    deploy: Any, file: Path, args: list[str], status: int, cases: dict[str, str]
) -> None:
    assert file.is_file()
    assert deploy(*args, "--report", "junit=out.xml") == status
    found = ElementTree.parse("out.xml").findall(".//testcase")
    told = {each.attrib["name"].split(" ")[-1]: "".join(one.tag for one in each) for each in found}
    assert told == cases


def test_all_that_is_not_there_is_told_before_anything_is_done(
    deploy: Any, file: Path, plane: Plane, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("-f", file)
    capsys.readouterr()
    assert deploy("deploy/web", "deploy/wep", "sts/db", "--image", f"web={IMAGE}:2") == 2
    err = " ".join(capsys.readouterr().err.split())
    assert "deploy/wep not found" in err
    assert "sts/db not found" in err
    assert image(plane, namespace).endswith(":1")
