"""`opskit rollout wave` from the command line; what a run does is in tests/rollout/wave."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from opskit import cli
from tests.controlplane.plane import Plane
from tests.rollout.wave.planes import IMAGE, workload


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


@pytest.fixture
def document(plane: Plane, namespace: str) -> dict[str, Any]:
    """A plan of one cluster, on which `web` is."""
    plane.api.post(f"/apis/apps/v1/namespaces/{namespace}/deployments", workload(f"{IMAGE}:1"))
    document = {
        "images": {"web": f"{IMAGE}:2"},
        "targets": ["deploy/web"],
        "namespace": namespace,
        "waves": [{"name": "one", "clusters": [{"context": "plane"}], "soak": "1s"}],
    }
    write(document)
    return document


def write(document: Any) -> None:
    Path("wave.yaml").write_text(yaml.safe_dump(document))


def wave(plane: Plane, *args: str) -> int:
    return cli.run(["rollout", "wave", "wave.yaml", "--kubeconfig", str(plane.kubeconfig), *args])


def image(plane: Plane, namespace: str) -> str:
    found = plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


@pytest.mark.usefixtures("document")
def test_from_the_plan_to_the_end(
    plane: Plane, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wave(plane, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert f"{IMAGE}:1 -> {IMAGE}:2" in shown
    assert image(plane, namespace) == f"{IMAGE}:1"
    assert not Path("wave.yaml.journal").exists()

    assert wave(plane) == 2  # nobody to ask
    assert "--yes" in capsys.readouterr().err
    assert image(plane, namespace) == f"{IMAGE}:1"

    assert wave(plane, "--yes", "-o", "json") == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["schema"] == "opskit.rollout.wave/1"
    assert document["outcome"] == "complete"
    [row] = document["clusters"]
    assert row["workloads"][0]["before"] == {"web": f"{IMAGE}:1"}
    assert "watched on for" in told.err
    assert image(plane, namespace) == f"{IMAGE}:2"

    assert wave(plane, "--resume", "--yes", "-o", "json") == 0  # it has ended
    assert json.loads(capsys.readouterr().out)["clusters"][0]["outcome"] == "complete"


def test_a_cluster_that_does_not_tell_keeps_the_others_as_they_are(
    plane: Plane,
    namespace: str,
    document: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    document["waves"].append({"name": "two", "clusters": [{"context": "none"}]})
    write(document)
    assert wave(plane, "--dry-run") == 2
    assert "there is no context 'none'" in capsys.readouterr().err
    assert wave(plane, "--yes", "--report", "junit=out.xml") == 2
    assert "nothing was changed" in capsys.readouterr().err
    cases = ElementTree.parse("out.xml").findall(".//testcase")
    assert [len(each.findall("error")) for each in cases] == [1, 1]
    assert "there is no context" in str(cases[1].find("error").attrib)  # type: ignore[union-attr]
    assert image(plane, namespace) == f"{IMAGE}:1"
    assert not Path("wave.yaml.journal").exists()


def test_a_selector_and_its_workloads(
    plane: Plane, namespace: str, document: dict[str, Any]
) -> None:
    del document["targets"]
    document |= {"selector": "app=web", "waves": [{**document["waves"][0], "soak": "0s"}]}
    write(document)
    assert wave(plane, "--yes") == 0
    assert image(plane, namespace) == f"{IMAGE}:2"


def test_a_changed_plan_is_not_resumed(
    plane: Plane, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wave(plane, "--resume", "--yes") == 2
    assert "no run to go on with" in capsys.readouterr().err
    wave(plane, "--yes")
    document["images"] = {"web": f"{IMAGE}:3"}
    write(document)
    assert wave(plane, "--resume", "--yes") == 2
    assert "the plan has changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"a: [", b"images: {web: x}\n", b"{}", "\ufeffä".encode()]
)
def test_files_that_are_no_plan(content: bytes) -> None:
    Path("wave.yaml").write_bytes(content)
    assert cli.run(["rollout", "wave", "wave.yaml", "--yes"]) == 2


def test_no_plan_and_stdin_without_a_journal() -> None:
    assert cli.run(["rollout", "wave", "none.yaml"]) == 2
    assert cli.run(["rollout", "wave", "-"]) == 2


def test_a_workload_that_is_not_there_is_bad_input(
    plane: Plane,
    namespace: str,
    document: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    document["targets"] = ["deploy/web", "deploy/wep"]
    write(document)
    assert wave(plane, "--yes") == 2
    err = capsys.readouterr().err
    assert f"deploy/wep not found in namespace {namespace} of context plane" in err
    assert image(plane, namespace) == f"{IMAGE}:1"


@pytest.mark.usefixtures("document")
def test_a_report_has_each_workload_of_each_cluster(plane: Plane, namespace: str) -> None:
    assert wave(plane, "--yes", "--report", "junit=good.xml") == 0
    [good] = ElementTree.parse("good.xml").findall(".//testcase")
    assert (f"{namespace}/deploy/web" in good.attrib["name"], list(good)) == (True, [])


def test_a_failed_cluster_fails_in_the_report(plane: Plane, document: dict[str, Any]) -> None:
    document["images"] = {"web": f"{IMAGE}:missing"}
    write(document)
    assert wave(plane, "--yes", "--report", "junit=bad.xml", "--report", "json=bad.json") == 1
    [bad] = ElementTree.parse("bad.xml").findall(".//testcase")
    assert bad.find("failure") is not None
    told = json.loads(Path("bad.json").read_text())
    assert told["schema"] == "opskit.rollout.wave/1"
    assert told["findings"][0]["rule"] == "ROL102"
    assert wave(plane, "--report", "pdf=x") == 2
