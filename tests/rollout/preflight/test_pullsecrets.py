"""Pull secrets, matched as the kubelet matches them (`credentialprovider/keyring_test.go`)."""

import base64
from typing import Any

import pytest

from opskit.rollout.images import parse
from opskit.rollout.preflight.pullsecrets import UnreadableError, covers, registries
from tests.rollout.preflight.things import secret


@pytest.mark.parametrize(
    ("key", "image", "covered"),
    [
        ("ghcr.io", "ghcr.io/team/app:1", True),
        ("https://ghcr.io", "ghcr.io/team/app:1", True),
        ("https://ghcr.io/v1/", "ghcr.io/team/app:1", True),
        ("http://ghcr.io/v2/", "ghcr.io/team/app:1", True),
        ("ghcr.io/team", "ghcr.io/team/app:1", True),
        ("ghcr.io/v2/team", "ghcr.io/team/app:1", True),
        ("ghcr.io/other", "ghcr.io/team/app:1", False),
        ("*.io", "ghcr.io/team/app:1", True),
        ("*.io", "a.ghcr.io/team/app:1", False),
        ("*", "ghcr.io/team/app:1", False),
        ("ghcr*.io", "ghcr.io/app", True),
        ("ghcr.io:443", "ghcr.io/team/app:1", False),
        ("host:5000", "host:5000/app", True),
        ("host:*", "host:5000/app", False),
        ("host", "host:5000/app", False),
        ("https://index.docker.io/v1/", "nginx", True),
        ("index.docker.io", "team/app", True),
        ("docker.io", "nginx", True),
        ("ghcr.io", "nginx", False),
        ("", "nginx", False),
        ("http://[", "nginx", False),
    ],
)
def test_keys(key: str, image: str, covered: bool) -> None:
    assert covers(key, parse(image)) is covered


def test_registries_are_read_without_their_passwords() -> None:
    assert registries(secret("ghcr.io", "quay.io/team")) == ["ghcr.io", "quay.io/team"]
    assert registries(secret("ghcr.io", kind="kubernetes.io/dockercfg")) == ["ghcr.io"]
    assert registries(secret()) == []


def raw(text: str, kind: str = "kubernetes.io/dockerconfigjson") -> dict[str, Any]:
    data = base64.b64encode(text.encode()).decode()
    return {"type": kind, "data": {".dockerconfigjson": data, ".dockercfg": data}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "its type is Opaque"),
        ({"type": "kubernetes.io/tls"}, "its type is kubernetes.io/tls"),
        ({"type": "kubernetes.io/dockerconfigjson"}, "no key .dockerconfigjson"),
        (raw(""), "no JSON"),
        (raw("[" * 100_000), "no JSON"),
        (raw("[]"), "no registries"),
        (raw("{}"), "no registries"),
        (raw('{"auths": []}'), "no registries"),
        (raw('"text"', "kubernetes.io/dockercfg"), "no registries"),
        ({**raw("{}"), "data": {".dockerconfigjson": "?"}}, "no JSON"),
    ],
)
def test_what_is_no_pull_secret(given: dict[str, Any], words: str) -> None:
    with pytest.raises(UnreadableError, match=words.replace(".", r"\.")):
        registries(given)
