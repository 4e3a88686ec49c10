"""What `docker login` keeps: files, helpers, and what else may stand there."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opskit.clients import dockerconfig
from opskit.clients.dockerconfig import Login, host_of, login
from opskit.errors import InputError, UnknownError

Config = Callable[[Any], None]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    def write(document: Any) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        (tmp_path / "config.json").write_text(text)

    return write


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Installs docker-credential-test with the shell script given."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def install(script: str) -> None:
        path = tmp_path / "docker-credential-test"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return install


def auth(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


def test_no_file_is_nobody(config: Config) -> None:
    assert login("ghcr.io") is None


@pytest.mark.parametrize(
    ("key", "domain"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io"),
        ("https://ghcr.io/v1/", "ghcr.io"),
        ("http://localhost:5000/v2/", "localhost:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("docker.io", "docker.io"),
    ],
)
def test_keys_stand_for_registries(config: Config, key: str, domain: str) -> None:
    config({"auths": {"other.io": auth("x:y"), key: auth("ops:a:b")}})
    assert host_of(key) == domain
    assert login(domain) == Login("ops", "a:b")
    assert login("none.io") is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, None),
        ({"auth": ""}, None),
        (auth("only-a-user"), None),
        ({"username": "ops", "password": "p"}, Login("ops", "p")),
        (
            {**auth("00000000-0000-0000-0000-000000000000:"), "identitytoken": "t"},
            Login("00000000-0000-0000-0000-000000000000", "t"),
        ),
        (auth("ops:p\0\0"), Login("ops", "p")),
        ("no object", None),
    ],
)
def test_entries(config: Config, entry: Any, expected: Login | None) -> None:
    config({"auths": {"r.io": entry}})
    assert login("r.io") == expected


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 100_000, '{"auths": [1]}', '{"credHelpers": "x"}', "\0\1\2"]
)
def test_what_is_no_configuration(config: Config, text: str, tmp_path: Path) -> None:
    config(text)
    with pytest.raises(InputError, match="no configuration of Docker") as error:
        login("r.io")
    assert error.value.where == str(tmp_path / "config.json")


@pytest.mark.parametrize("text", ["?", "b3Bz\n", base64.b64encode(b"\xff:\xfe").decode()])
def test_what_is_no_base64(config: Config, text: str) -> None:
    config({"auths": {"r.io": {"auth": text}}})
    with pytest.raises(InputError, match="not base64"):
        login("r.io")


def test_helpers_are_asked_for_their_registry(
    config: Config, helper: Callable[[str], None]
) -> None:
    helper("""read host; echo "{\\"Username\\": \\"u\\", \\"Secret\\": \\"of $host\\"}" """)
    config({"credHelpers": {"r.io": "test"}, "auths": {"other.io": auth("ops:p")}})
    assert login("r.io") == Login("u", "of r.io")
    assert login("other.io") == Login("ops", "p")
    config({"credsStore": "test"})
    assert login("docker.io") == Login("u", "of https://index.docker.io/v1/")


def test_a_store_without_credentials_leaves_the_file(
    config: Config, helper: Callable[[str], None]
) -> None:
    helper("echo credentials not found in native keychain; exit 1")
    config({"credsStore": "test", "auths": {"r.io": auth("ops:p"), "e.io": {}}})
    assert login("r.io") == Login("ops", "p")
    assert login("e.io") is None
    config({"credHelpers": {"r.io": "test"}, "auths": {"r.io": auth("ops:p")}})
    assert login("r.io") is None  # Docker asks the helper and nobody else


def test_a_token_of_a_helper(config: Config, helper: Callable[[str], None]) -> None:
    helper("""echo '{"Username": "<token>", "Secret": "t"}'""")
    config({"credsStore": "test"})
    assert login("x.azurecr.io") == Login("00000000-0000-0000-0000-000000000000", "t")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no AWS credentials >&2; exit 3", "no AWS credentials"),
        ("exit 3", "exit status 3"),
        ("echo hello", "no JSON with Username and Secret"),
        ("echo '[]'", "no JSON with"),
        ('echo \'{"Username": "u"}\'', "no JSON with"),
        ("exec sleep 5", "no answer within"),
    ],
)
def test_a_helper_that_fails(
    config: Config,
    helper: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    words: str,
) -> None:
    monkeypatch.setattr(dockerconfig, "_HELPER_SECONDS", 0.3)
    helper(script)
    config({"credHelpers": {"r.io": "test"}})
    with pytest.raises(UnknownError, match=words) as error:
        login("r.io")
    assert "docker-credential-test" in error.value.message
    assert error.value.where == "r.io"


def test_a_helper_that_is_not_there(config: Config) -> None:
    config({"credHelpers": {"r.io": "nowhere"}})
    with pytest.raises(UnknownError, match=r"docker-credential-nowhere .* not installed"):
        login("r.io")


def test_a_login_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(Login("ops", "hunter2"))
