"""Three control planes: a wave that fails, and a run that is killed; their audit logs tell."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.wave.planes import IMAGE, WEB, image, kubeconfig, plan, started, writes

SECONDS = 90


def command(folder: Path, *args: str) -> list[str]:
    files = [str(folder / "wave.yaml"), "--kubeconfig", str(folder / "kubeconfig")]
    return [sys.executable, "-m", "opskit", "rollout", "wave", *files, "--yes", *args]


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *args),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )


def sets(plane: Plane) -> int:
    """How often the pod template was changed, as the controller counts."""
    annotations = plane.api.get(WEB)["metadata"]["annotations"]
    return int(annotations["deployment.kubernetes.io/revision"]) - 1


def events(folder: Path) -> list[dict[str, Any]]:
    file = folder / "wave.yaml.journal"
    text = file.read_text() if file.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def test_three_planes(start_plane: Callable[..., Plane], tmp_path: Path) -> None:
    """One after the other, on the same planes, for they take seconds to start."""
    planes = started(start_plane)
    for scenario in (
        _the_second_wave_fails_and_the_third_is_untouched,
        _a_run_that_is_killed_goes_on_and_repeats_nothing,
    ):
        folder = tmp_path / scenario.__name__
        folder.mkdir()
        kubeconfig(folder / "kubeconfig", planes)
        scenario(planes, folder)


def _the_second_wave_fails_and_the_third_is_untouched(planes: list[Plane], folder: Path) -> None:
    _, second, third = planes
    quotas = "/api/v1/namespaces/shop/resourcequotas"
    second.api.post(quotas, {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "2"}}})
    wait_until(lambda: "used" in (second.api.get(f"{quotas}/few").get("status") or {}), "quota")
    waves = [{"name": name, "clusters": [name]} for name in "abc"]
    policy = {"timeout": "30s", "quota-grace": "1s"}
    document = plan(waves, policy=policy, **{"on-failure": "rollback-all"})
    (folder / "wave.yaml").write_text(yaml.safe_dump(document))

    done = run(folder, "-o", "json")

    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == "opskit.rollout.wave/1"
    assert told["outcome"] == "failed"
    assert [row["outcome"] for row in told["clusters"]] == ["taken-back", "taken-back", "not-begun"]
    assert "exceeded quota: few" in told["clusters"][1]["cause"]
    assert [image(plane) for plane in planes] == [f"{IMAGE}:1"] * 3
    assert [sets(plane) for plane in planes] == [2, 2, 0]
    assert writes(third) == []
    second.api.delete(f"{quotas}/few")


def _a_run_that_is_killed_goes_on_and_repeats_nothing(planes: list[Plane], folder: Path) -> None:
    before = [(sets(plane), len(writes(plane))) for plane in planes]
    waves = [{"name": "one", "clusters": ["a"]}, {"name": "two", "clusters": ["b", "c"]}]
    waves[1]["max-parallel"] = 1  # type: ignore[assignment]
    document = plan(waves, f"{IMAGE}:2", policy={"timeout": "60s"})
    (folder / "wave.yaml").write_text(yaml.safe_dump(document))

    process = subprocess.Popen(command(folder), stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    wait_until(lambda: _intended(folder, "b"), "the run does not come to the second wave")
    process.kill()  # before, in or after the change, as it happens
    process.wait()
    assert [image(plane) for plane in planes[::2]] == [f"{IMAGE}:2", f"{IMAGE}:1"]
    refused = run(folder)
    assert refused.returncode == 2
    assert "--resume" in refused.stderr

    done = run(folder, "--resume", "-o", "json")

    assert done.returncode == 0, done.stderr
    assert [row["outcome"] for row in json.loads(done.stdout)["clusters"]] == ["complete"] * 3
    assert [image(plane) for plane in planes] == [f"{IMAGE}:2"] * 3
    made = [(sets(plane), len(writes(plane))) for plane in planes]
    changes = [(now[0] - then[0], now[1] - then[1]) for then, now in zip(before, made, strict=True)]
    # each image set once, then the outcome noted on the Deployment and on its ReplicaSet
    assert changes == [(1, 3)] * 3


def _intended(folder: Path, cluster: str) -> bool:
    return any(each["event"] == "intent" and each["cluster"] == cluster for each in events(folder))
