"""`opskit rollout preflight` against a real registry and a real control plane.

ECR is moto's, which tells the same finding for every scan.
"""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from opskit import cli
from opskit.clients import registry as registries_client
from tests.controlplane.plane import Plane
from tests.rollout import registries
from tests.rollout.preflight.things import budget, secret
from tests.rollout.registries import INDEX, PASSWORD, USER, Pusher

Object = dict[str, Any]
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


def run(*args: object) -> int:
    return cli.run(["rollout", "preflight", *map(str, args)])


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings, no credentials, and no kubeconfig of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setattr(registries_client, "_PAUSES", ())


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registries.running(tmp_path_factory.mktemp("registry")) as domain:
        yield domain


@pytest.fixture
def found(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Object, list[str]]]:
    """Runs the command; its status, its JSON, and the rules of its findings."""

    def look(*args: object) -> tuple[int, Object, list[str]]:
        capsys.readouterr()
        status = run(*args, "-o", "json")
        document = json.loads(capsys.readouterr().out)
        return status, document, sorted(each["rule"] for each in document["findings"])

    return look


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["--offline", "web:1"], 0),
        (["--offline", "web"], 0),
        (["--offline", "web", "--fail-on", "warning"], 1),
        (["--offline", "web", "--fail-on", "warning", "--ignore", "ROL001"], 0),
        (["--offline", "web:1", "--select", "ROL0"], 0),
        (["--offline", "web:$TAG"], 2),
        (["--offline", "https://ghcr.io/web"], 2),
        (["--offline", "web:1", "deploy/web"], 2),
        (["--offline", "--pin-digest", "web:1"], 2),
        (["web:1", "-c", "web"], 2),
        (["web:1", "--insecure-registry"], 2),
        (["--offline", "web:1", "--insecure-registry"], 2),
        (["web:1", "pod/web"], 2),
        (["web:1", "deploy/web"], 2),  # no kubeconfig
        (["web:1", "--max-severity", "worst"], 2),
        (["--offline", "web:1", "--select", "BRK001"], 2),
        ([], 2),
        (["127.0.0.1:9/web:1", "--insecure-registry"], 3),
        (["127.0.0.1:9/web:1", "--insecure-registry", "--exit-zero"], 3),
    ],
)
def test_exit_status(args: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == status
    if status == 2:
        assert capsys.readouterr().out == ""


def test_an_image_beyond_the_grammar_is_one_clear_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("ghcr.io/Team/web:1", "deploy/web") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "'Team' has capital letters" in err
    assert err.count("\n") == 2  # the error and the hint


@pytest.mark.parametrize(
    "output", ["table", "json", "jsonl", "csv", "md", "junit", "sarif", "github"]
)
def test_every_format_names_the_rule(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--offline", "web", "-o", output) == 0
    assert "ROL001" in capsys.readouterr().out


def test_an_image_of_a_registry(registry: str, found: Any) -> None:
    made = Pusher(registry, "team/web").index("1", "linux/amd64", "linux/arm64")
    image = f"{registry}/team/web:1"
    status, document, rules = found(image, "--insecure-registry")
    assert (status, rules) == (0, ["ROL004"])
    assert document["schema"] == "opskit.rollout.preflight/1"
    assert document["image"] == image
    assert document["digest"] == made
    assert document["pinned"] == f"{image}@{made}"
    assert [each["architecture"] for each in document["platforms"]] == ["amd64", "arm64"]
    status, document, rules = found(f"{registry}/team/web:2", "--insecure-registry")
    assert (status, rules, document["pinned"]) == (1, ["ROL004", "ROL010"], "")
    status, document, rules = found(image, "--insecure-registry", "--max-severity", "high")
    assert (status, rules) == (3, ["ROL004", "ROL021"])


def test_a_tag_beside_another_digest(registry: str, found: Any) -> None:
    pusher = Pusher(registry, "team/moved")
    first, second = pusher.image("1", "linux/amd64"), pusher.image("2", "linux/arm64")
    for digest, expected in ((first, []), (second, ["ROL013"])):
        image = f"{registry}/team/moved:1@{digest}"
        _, _, rules = found(image, "--insecure-registry", "--ignore", "ROL004")
        assert rules == expected


def test_pin_digest_prints_the_image_alone(
    registry: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Pusher(registry, "team/pin").image("1")
    image = f"{registry}/team/pin:1"
    assert run("--pin-digest", image, "--insecure-registry") == 0
    out, err = capsys.readouterr()
    assert out == f"{image}@{made}\n"
    assert "warning ROL004" in err
    assert run("--pin-digest", image, "--insecure-registry", "--fail-on", "warning") == 1
    assert capsys.readouterr().out == ""
    assert run("--pin-digest", f"{image}0", "--insecure-registry") == 1
    out, err = capsys.readouterr()
    assert (out, "ROL010" in err) == ("", True)
    assert run("--pin-digest", "127.0.0.1:9/web:1", "--insecure-registry") == 3
    assert capsys.readouterr().out == ""


def test_credentials_of_docker_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Any
) -> None:
    certificate = registries.make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.crt))
    auth = registries.with_password(tmp_path / "auth")
    with registries.running(tmp_path / "locked", certificate, auth) as domain:
        Pusher(domain, "web", certificate).image("1")
        status, document, rules = found(f"{domain}/web:1", "--ignore", "ROL004")
        assert (status, rules) == (3, ["ROL010"])
        assert "may not be read without signing in" in document["findings"][0]["message"]
        text = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {domain: {"auth": text}}}))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        assert found(f"{domain}/web:1", "--ignore", "ROL004")[0] == 0


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.client("ecr", region_name="eu-west-1")


def test_an_image_of_ecr(ecr: Any, found: Any) -> None:
    ecr.create_repository(repositoryName="web")
    platform = {"os": "linux", "architecture": "amd64"}
    entry = {"digest": "sha256:" + "b" * 64, "size": 2, "platform": platform}
    text = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
    ecr.put_image(repositoryName="web", imageManifest=text, imageTag="1")
    image = f"{ECR}/web:1"
    status, document, rules = found(image)
    assert (status, rules) == (0, ["ROL012", "ROL021"])
    assert found(image, "--max-severity", "critical")[0] == 3  # not scanned
    ecr.start_image_scan(repositoryName="web", imageId={"imageTag": "1"})
    status, document, rules = found(image, "--max-severity", "low")
    assert (status, rules) == (1, ["ROL012", "ROL020"])
    [scan] = [each for each in document["findings"] if each["rule"] == "ROL020"]
    assert scan["scan"] == {"HIGH": 1}
    assert found(image, "--max-severity", "high")[2] == ["ROL012"]
    assert found(f"{ECR}/web:2")[2] == ["ROL010"]
    assert found(f"{ECR}/none:1")[0] == 1
    status, document, rules = found(image, "--pin-digest")
    assert "ROL012" not in rules
    assert document["pinned"].startswith(f"{image}@sha256:")


def deployment(image: str, **spec: Any) -> Object:
    labels = {"app": "web"}
    pod = {"containers": [{"name": "web", "image": image}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            **spec,
        },
    }


def test_a_workload_that_is_ready_for_the_image(
    plane: Plane,
    namespace: str,
    registry: str,
    monkeypatch: pytest.MonkeyPatch,
    found: Any,
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    Pusher(registry, "team/web").index("2", "linux/amd64", "linux/arm64")
    plane.apply(namespace, deployment(f"{registry}/team/web:1"))
    image, place = f"{registry}/team/web:2", ["deploy/web", "-n", namespace]
    status, document, rules = found(image, *place, "--insecure-registry")
    assert (status, rules) == (0, ["ROL004"])
    assert (document["target"], document["container"]) == ("deploy/web", "web")
    _, _, rules = found(f"{registry}/team/web:1", *place, "--insecure-registry")
    assert "ROL050" in rules


def test_a_workload_with_everything_in_the_way(
    plane: Plane,
    namespace: str,
    registry: str,
    monkeypatch: pytest.MonkeyPatch,
    found: Any,
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    Pusher(registry, "team/arm").image("2", "linux/arm64")
    thing = deployment("x:1", paused=True)
    thing["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": "gone"}, {"name": "other"}]
    quota = {"spec": {"hard": {"pods": "2", "requests.cpu": "1"}}}
    pdb = {**budget(minAvailable=2), "apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    del pdb["status"]
    plane.apply(namespace, pdb)
    core = f"/api/v1/namespaces/{namespace}"
    meta = {"metadata": {"name": "team"}}
    plane.apply(namespace, thing)
    plane.api.post(f"{core}/resourcequotas", meta | quota)
    plane.api.post(f"{core}/secrets", {"metadata": {"name": "other"}, **secret("quay.io")})
    status, _, rules = found(
        f"{registry}/team/arm:2", "deploy/web", "-n", namespace, "--insecure-registry"
    )
    assert status == 1
    assert set(rules) >= {"ROL004", "ROL030", "ROL041", "ROL045", "ROL052"}
    status, _, rules = found("ghcr.invalid/team/arm:2", "deploy/web", "-n", namespace)
    assert {"ROL010", "ROL035"} <= set(rules)
    assert status == 1


def test_what_a_user_may_not_see_is_said(
    plane: Plane, namespace: str, registry: str, found: Any
) -> None:
    Pusher(registry, "team/web").index("2", "linux/amd64")
    plane.apply(namespace, deployment(f"{registry}/team/web:1"))
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]
    config = plane.kubeconfig_for("viewer", rules=rules, namespace=namespace)
    place = ["deploy/web", "-n", namespace, "--kubeconfig", config]
    status, document, codes = found(f"{registry}/team/web:2", *place, "--insecure-registry")
    assert status == 3
    assert codes.count("ROL040") == 2  # quotas and limit ranges
    assert {"ROL030", "ROL040", "ROL045"} <= set(codes)
    assert document["summary"]["unknown"] == 4
    assert all(
        "forbidden" in each["message"] for each in document["findings"] if each["rule"] != "ROL004"
    )


def test_a_workload_that_is_not_there(
    plane: Plane,
    namespace: str,
    registry: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    image, flag = f"{registry}/team/web:1", "--insecure-registry"
    assert run(image, "deploy/none", "-n", namespace, flag) == 2
    out, err = capsys.readouterr()
    assert (out, f"deploy/none not found in namespace {namespace}" in err) == ("", True)
    plane.apply(namespace, deployment(image))
    assert run(image, "deploy/web", "-n", namespace, "-c", "wrong", flag) == 2
    assert "it has web" in capsys.readouterr().err
