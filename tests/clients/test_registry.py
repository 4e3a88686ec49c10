"""Registries: a real one on loopback, and servers that answer what no registry should."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from opskit.clients import registry
from opskit.clients.aws import MissingError, RefusedError
from opskit.clients.dockerconfig import Login
from opskit.errors import UnknownError
from tests.rig.ports import free_ports
from tests.rollout import registries
from tests.rollout.registries import PASSWORD, USER, Certificate, Pusher, digest_of


def nobody(domain: str) -> Login | None:
    return None


def ops(domain: str) -> Login | None:
    return Login(USER, PASSWORD)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return registries.make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def _trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.crt))
    monkeypatch.setattr(registry, "_PAUSES", (0.01, 0.01))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registries.running(tmp_path_factory.mktemp("plain")) as domain:
        yield domain


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("locked")
    with registries.running(folder, certificate, registries.with_password(folder)) as domain:
        yield domain


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("tokens")
    with (
        registries.token_server(certificate, public=["open/app"]) as auth,
        registries.running(folder, certificate, auth) as domain,
    ):
        yield domain


def names(found: dict[str, Any]) -> list[str]:
    return ["/".join(filter(None, list(each.values())[:3])) for each in found["platforms"]]


def test_an_index_names_its_platforms(plain: str) -> None:
    made = Pusher(plain, "team/app").index("1.0", "linux/amd64", "linux/arm64", "linux/arm/v7")
    found = registry.image(plain, "team/app", "1.0", plain_http=True, logins=nobody)
    assert names(found) == ["linux/amd64", "linux/arm64", "linux/arm/v7"]
    assert found["digest"] == made
    assert found["media_type"] == registries.INDEX
    assert found["public"] is True
    assert registry.digest(plain, "team/app", "1.0", plain_http=True, logins=nobody) == made
    by_digest = registry.image(plain, "team/app", made, plain_http=True, logins=nobody)
    assert by_digest == found


def test_a_single_image_says_its_platform_in_its_configuration(plain: str) -> None:
    made = Pusher(plain, "single").image("1", "linux/arm64")
    found = registry.image(plain, "single", "1", plain_http=True, logins=nobody)
    assert (names(found), found["digest"]) == (["linux/arm64"], made)


@pytest.mark.parametrize("wanted", ["2.0", "sha256:" + "0" * 64])
def test_what_is_not_there(plain: str, wanted: str) -> None:
    Pusher(plain, "team/app").image("there")
    for path in ("team/app", "team/none"):
        with pytest.raises(MissingError, match="UNKNOWN") as error:
            registry.image(plain, path, wanted, plain_http=True, logins=nobody)
        assert error.value.where == f"{plain}/{path}"


@pytest.mark.parametrize("kind", ["locked", "tokens"])
def test_a_password_opens_it(
    kind: str, request: pytest.FixtureRequest, certificate: Certificate
) -> None:
    domain = request.getfixturevalue(kind)
    made = Pusher(domain, "team/app", certificate).index("1", "linux/amd64")
    found = registry.image(domain, "team/app", "1", logins=ops)
    assert (found["digest"], names(found)) == (made, ["linux/amd64"])
    assert found["public"] is False
    for login in (nobody, lambda domain: Login(USER, "wrong")):
        with pytest.raises(RefusedError, match="may not be read") as error:
            registry.image(domain, "team/app", "1", logins=login)
        assert "wrong" not in str(error.value)


def test_a_token_for_nobody_reads_what_is_public(tokens: str, certificate: Certificate) -> None:
    made = Pusher(tokens, "open/app", certificate).image("1")
    for login in (nobody, ops):
        found = registry.image(tokens, "open/app", "1", logins=login)
        assert (found["digest"], found["public"]) == (made, True)


def test_a_certificate_of_nobody_is_not_trusted(
    locked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UnknownError, match="certificate verify failed") as error:
        registry.image(locked, "team/app", "1", logins=ops)
    assert "SSL_CERT_FILE" in error.value.hint
    assert len(str(error.value)) < 200


def test_https_where_plain_http_is_spoken(plain: str) -> None:
    with pytest.raises(UnknownError, match="cannot reach") as error:
        registry.image(plain, "team/app", "1", logins=nobody)
    assert "--insecure-registry" in error.value.hint


def test_nothing_listens() -> None:
    with pytest.raises(UnknownError, match="refused"):
        registry.image(f"127.0.0.1:{free_ports(1)[0]}", "app", "1", logins=nobody)


class Answer(BaseHTTPRequestHandler):
    """Answers every request with what the test wants, and counts."""

    status, body, headers_sent, asked = 200, b"", {}, 0  # type: ignore[var-annotated]

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.headers_sent}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def liar() -> Iterator[tuple[str, type[Answer]]]:
    handler = type("Liar", (Answer,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


MANIFEST = json.dumps({"schemaVersion": 2, "manifests": []}).encode()


@pytest.mark.parametrize(
    ("status", "body", "headers", "message"),
    [
        (200, b"<html>a login page</html>", {}, "no JSON object"),
        (200, b"[" * 100_000, {}, "no JSON object"),
        (200, b"\xff\xfe", {}, "cannot be read"),
        (200, MANIFEST, {"Docker-Content-Digest": "sha256:" + "0" * 64}, "has digest sha256:"),
        (200, b'{"config": {"digest": "sha256:abc"}}', {}, "expected digest sha256:abc"),
        (418, b"", {}, "HTTP 418"),
        (500, b"{}", {}, "HTTP 500"),
        (401, b"", {}, "plain HTTP"),
        (401, b"", {"WWW-Authenticate": "Nonsense"}, "plain HTTP"),
        (401, b"", {"WWW-Authenticate": 'Bearer realm="https://127.0.0.1:1/"'}, "plain HTTP"),
        (301, b"", {"Location": "/v2/app/manifests/1"}, "30 redirects"),
        (429, b'{"errors": [{"code": "TOOMANYREQUESTS"}]}', {}, "TOOMANYREQUESTS"),
        (403, b'{"errors": [{"code": "DENIED", "message": "no"}]}', {}, "DENIED: no"),
        (403, b'{"errors": "none"}', {}, "may not be read"),
        (200, b"{}", {"Content-Length": "100"}, "broke off"),
    ],
)
def test_a_server_that_answers_otherwise(
    liar: tuple[str, type[Answer]],
    status: int,
    body: bytes,
    headers: dict[str, str],
    message: str,
) -> None:
    domain, handler = liar
    handler.status, handler.body, handler.headers_sent = status, body, headers
    with pytest.raises(UnknownError, match=message) as error:
        registry.image(domain, "app", "1", plain_http=True, logins=nobody)
    assert error.value.where == f"{domain}/app"
    assert error.value.hint
    assert handler.asked <= 50


def test_a_busy_registry_is_asked_again(liar: tuple[str, type[Answer]]) -> None:
    domain, handler = liar
    answers = [503, 503, 200]

    def send(self: Answer) -> None:
        self.status = answers.pop(0)
        Answer.do_GET(self)

    handler.do_GET = send  # type: ignore[method-assign]
    handler.body = MANIFEST
    found = registry.image(domain, "app", "1", plain_http=True, logins=nobody)
    assert found["digest"] == digest_of(MANIFEST.decode())


def test_a_registry_that_hangs(
    liar: tuple[str, type[Answer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    domain, handler = liar
    handler.do_GET = lambda self: time.sleep(2)  # type: ignore[method-assign, assignment]
    monkeypatch.setattr(registry, "_SECONDS", 0.2)
    with pytest.raises(UnknownError, match="timed out"):
        registry.image(domain, "app", "1", plain_http=True, logins=nobody)


def test_a_digest_that_the_registry_does_not_say(liar: tuple[str, type[Answer]]) -> None:
    domain, handler = liar
    handler.body = MANIFEST
    made = registry.digest(domain, "app", "1", plain_http=True, logins=nobody)
    assert made == digest_of(MANIFEST.decode())


def test_a_huge_configuration_is_not_read(
    plain: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Pusher(plain, "huge").image("1")
    monkeypatch.setattr(registry, "MAX_CONFIG", 10)
    with pytest.raises(UnknownError, match="its configuration has"):
        registry.image(plain, "huge", "1", plain_http=True, logins=nobody)
