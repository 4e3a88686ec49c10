"""Kubeconfigs as people have them, and as they should not be: one clear error each."""

import json
import ssl
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization

from opskit.clients import kubeconfig, kubeexec
from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect, contexts
from opskit.clients.kubeerrors import UnauthorizedError, UnreachableError
from opskit.errors import ExitCode, InputError, OpskitError, UnknownError
from tests.controlplane.certificates import Authority
from tests.controlplane.plane import Plane
from tests.rollout.proxy import Answer, Proxy, running

V1 = "client.authentication.k8s.io/v1"
SECRET = "s3cr3t-t0ken"


@pytest.fixture(autouse=True)
def _no_kubeconfig(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def config(user: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A kubeconfig with the one context `prod`."""
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"token": SECRET} if user is None else user}],
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "prod",
        **more,
    }


def written(tmp_path: Path, made: object, name: str = "config") -> str:
    file = tmp_path / name
    file.write_text(made if isinstance(made, str) else yaml.safe_dump(made), encoding="utf-8")
    return str(file)


def of_server(server: str | None, **more: Any) -> list[dict[str, Any]]:
    return [{"name": "c", "cluster": {**({"server": server} if server else {}), **more}}]


BAD: list[tuple[Any, str, str]] = [
    ("", "is empty", ""),
    ("a: [", "is no YAML", ":"),
    ("clusters:\n\t- name: x\n", "is no YAML", ":2:1"),
    ("just words", "is no kubeconfig", ""),
    ("users: &a [*a]\n", "stands inside its own anchor", ":1:12"),
    ("- 1\n- 2\n", "is no kubeconfig", ""),
    ("a: 1\n", "is no kubeconfig", ""),
    (config(**{"current-context": ""}), "no context is the current one", ""),
    (config(**{"current-context": ["a"]}), "is no kubeconfig", ""),
    (config(**{"current-context": "gone"}), "there is no context 'gone'", ""),
    (config(contexts=[]), "there is no context 'prod'", ""),
    (config(contexts={"name": "prod"}), "its contexts are no list", ""),
    (config(contexts=["prod"]), "entry 1 of its contexts", ""),
    (config(clusters=[{"cluster": {}}]), "entry 1 of its clusters", ""),
    (config(clusters=[{"name": "c", "cluster": "x"}]), "entry 1 of its clusters", ""),
    (config(clusters=[]), "its cluster 'c' is not there", ""),
    (config(users=[]), "its user 'u' is not there", ""),
    (config(contexts=[{"name": "prod", "context": {"user": "u"}}]), "names no cluster", ""),
    (config(clusters=of_server(None)), "it has no server", ""),
    (config(clusters=of_server("127.0.0.1:1")), "without https://", ""),
    (config(clusters=of_server("https://a", **{"certificate-authority": "/none"})), "/none", ""),
    (
        config(clusters=of_server("https://a", **{"certificate-authority-data": "%%%"})),
        "certificate",
        "",
    ),
    (
        config(clusters=of_server("https://a", **{"certificate-authority-data": "YWJj"})),
        "certificate-authority is no certificate",
        "",
    ),
    (config({"client-certificate": "/none", "client-key": "/none"}), "/none", ""),
    (
        config({"client-certificate-data": "YWJj", "client-key-data": "YWJj"}),
        "the client certificate or its key is none",
        "",
    ),
    (config({"tokenFile": "/none"}), "the token cannot be read", ""),
    (config({"tokenFile": "/dev/null"}), "the file of the token is empty", ""),
    (config({"tokenFile": ["a"]}), "tokenFile is no text", ""),
    (config({"auth-provider": {"name": "azure"}}), "no auth-provider 'azure' any more", ""),
    (config({"exec": "aws"}), "exec is no object", ""),
    (config({"exec": {"command": "aws"}}), "no command or no apiVersion", ""),
    (config({"exec": {"apiVersion": V1, "command": "a", "env": ["X"]}}), "args or env", ""),
]


@pytest.mark.parametrize(("made", "words", "place"), BAD)
def test_a_bad_kubeconfig_is_bad_input(made: Any, words: str, place: str, tmp_path: Path) -> None:
    file = written(tmp_path, made)
    with pytest.raises(InputError) as caught:
        connect(kubeconfig=file)
    assert words in str(caught.value)
    assert f"{file}{place}" in str(caught.value) or "tokenFile" in made["users"][0]["user"]
    assert caught.value.hint
    assert SECRET not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"\xff\xfea\x00", b"a: \xe9\n"])
def test_a_binary_kubeconfig_is_bad_input(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_bytes(data)
    with pytest.raises(InputError):
        connect(kubeconfig=str(file))


def test_a_folder_is_no_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        connect(kubeconfig=str(tmp_path))


@pytest.mark.parametrize("how", ["option", "variable", "home"])
def test_a_missing_kubeconfig_is_bad_input(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "variable":
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    with pytest.raises(InputError, match="there is no kubeconfig"):
        connect(kubeconfig=str(tmp_path / "none") if how == "option" else "")


def test_a_byte_order_mark_and_crlf_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_bytes(b"\xef\xbb\xbf" + yaml.safe_dump(config()).replace("\n", "\r\n").encode())
    assert connect(kubeconfig=str(file)).name == "prod"


def test_of_several_files_the_first_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca = Authority(tmp_path).file
    deep = tmp_path / "deep"
    deep.mkdir()
    (deep / "own.crt").write_bytes(ca.read_bytes())
    other = config(clusters=of_server("https://b", **{"certificate-authority": "own.crt"}))
    other["clusters"][0]["name"] = other["contexts"][0]["context"]["cluster"] = "d"
    other["contexts"].append({"name": "test", "context": {"cluster": "d", "user": "u"}})
    other["current-context"] = "test"
    first = written(tmp_path, {**config(), "clusters": of_server("https://a")}, "one")
    paths = [str(tmp_path / "none"), first, "", written(deep, other, "two")]
    monkeypatch.setenv("KUBECONFIG", ":".join(paths))
    assert (connect().name, connect().host) == ("prod", "https://a")
    assert connect("test").host == "https://b"  # its certificate stands beside its own file
    assert contexts() == ["prod", "test"]


def test_the_contexts_namespace_is_the_clusters(tmp_path: Path) -> None:
    made = config()
    assert connect(kubeconfig=written(tmp_path, made)).namespace == "default"
    made["contexts"][0]["context"]["namespace"] = "shop"
    assert connect(kubeconfig=written(tmp_path, made)).namespace == "shop"


def test_a_key_with_a_password_is_refused_and_not_asked_for(plane: Plane, tmp_path: Path) -> None:
    identity = plane.authority.issue("it")
    key = serialization.load_pem_private_key(identity.key, None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"word"),
    )
    (tmp_path / "it.crt").write_bytes(identity.certificate)
    (tmp_path / "it.key").write_bytes(locked)
    made = config({"client-certificate": "it.crt", "client-key": "it.key"})
    with pytest.raises(InputError, match="has a password"):
        connect(kubeconfig=written(tmp_path, made))
    (tmp_path / "it.key").write_bytes(plane.authority.issue("other").key)
    with pytest.raises(InputError, match="do not belong together"):
        connect(kubeconfig=written(tmp_path, made))


def plugin(tmp_path: Path, body: str, **more: Any) -> dict[str, Any]:
    """A user with a program for it: the lines of a Python program."""
    file = tmp_path / "plugin.py"
    file.write_text(f"import json, os, sys, time\n{body}\n", encoding="utf-8")
    made = {"apiVersion": V1, "command": sys.executable, "args": [str(file)], **more}
    return {"exec": made}


def printing(status: object, version: str = V1) -> str:
    made = {"apiVersion": version, "kind": "ExecCredential", "status": status}
    return f"print({json.dumps(json.dumps(made))})"


FAILING = [
    (f"sys.exit('no session: {SECRET[:0]}sign in')", "returned 1: no session: sign in"),
    ("sys.exit(7)", "returned 7"),
    (f"print('{SECRET}')", "printed no ExecCredential"),
    (f"print('[\"{SECRET}\"]')", "printed no ExecCredential"),
    ("pass", "printed no ExecCredential"),
    (f"sys.stdout.buffer.write(bytes(range(256)) + b'{SECRET}')", "printed no ExecCredential"),
    (printing({}), "neither a token nor a certificate"),
    (printing({"token": ""}), "neither a token nor a certificate"),
    (printing({"clientCertificateData": "x"}), "neither a token nor a certificate"),
    (printing(None), "printed no ExecCredential"),
    (printing({"token": SECRET, "expirationTimestamp": "soon"}), "printed no ExecCredential"),
    (printing({"token": SECRET}, V1 + "beta1"), "answers as client.authentication.k8s.io/v1beta1"),
    ("time.sleep(60)", "did not end within 1 s"),
]


@pytest.mark.parametrize(("body", "words"), FAILING)
def test_a_plugin_that_fails_leaves_the_answer_open(
    body: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubeexec, "SECONDS", 1.0)
    file = written(tmp_path, config(plugin(tmp_path, body)))
    with pytest.raises(UnknownError, match="signing in failed") as caught:
        connect(kubeconfig=file)
    assert words in caught.value.message
    assert caught.value.exit_code is ExitCode.UNKNOWN
    assert SECRET not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("command", ["no-such-plugin", "./none", "/dev/null"])
def test_a_plugin_that_is_not_there_is_said_with_its_hint(command: str, tmp_path: Path) -> None:
    user = {"exec": {"apiVersion": V1, "command": command, "installHint": "get  it\nhere"}}
    with pytest.raises(UnknownError, match=r"No such file|Permission denied") as caught:
        connect(kubeconfig=written(tmp_path, config(user)))
    assert caught.value.hint == "get it here"


def test_a_plugin_that_wants_a_terminal_gets_none_here(tmp_path: Path) -> None:
    user = plugin(tmp_path, printing({"token": "x"}), interactiveMode="Always")
    with pytest.raises(UnknownError, match="wants a terminal"):
        connect(kubeconfig=written(tmp_path, config(user)))


@pytest.fixture
def proxy(plane: Plane) -> Iterator[Proxy]:
    with running(plane) as started:
        yield started


def through(proxy: Proxy, tmp_path: Path, user: dict[str, Any], **more: Any) -> Cluster:
    made = config(user, clusters=of_server(proxy.url, **more))
    return connect(kubeconfig=written(tmp_path, made))


def test_a_plugin_is_told_what_it_asks_for_and_asked_again_when_refused(
    proxy: Proxy, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    body = f"""
with open({str(log)!r}, "a") as file:
    print(os.environ["KUBERNETES_EXEC_INFO"], file=file)
number = len(open({str(log)!r}).readlines())
status = {{"token": f"token-{{number}}-" + os.environ["MORE"]}}
print(json.dumps({{"apiVersion": {V1!r}, "kind": "ExecCredential", "status": status}}))
"""
    env = [{"name": "MORE", "value": "more"}]
    user = plugin(tmp_path, body, env=env, provideClusterInfo=True)
    cluster = through(proxy, tmp_path, user)
    proxy.rule = lambda request: Answer(200, b"{}")
    cluster.get("/version")
    assert proxy.requests[-1].headers["authorization"] == "Bearer token-1-more"
    proxy.rule = lambda request: (
        Answer(401) if "token-1-" in request.headers["authorization"] else Answer(200, b"{}")
    )
    cluster.get("/version")
    assert proxy.requests[-1].headers["authorization"] == "Bearer token-2-more"
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [each["spec"]["cluster"]["server"] for each in told] == [proxy.url] * 2
    assert told[0]["spec"]["interactive"] is False


def test_a_token_that_has_expired_is_asked_for_anew(proxy: Proxy, tmp_path: Path) -> None:
    log = tmp_path / "log"
    body = f"open({str(log)!r}, 'a').write('x')\n" + printing(
        {"token": "x", "expirationTimestamp": "2020-01-01T00:00:00Z"}
    )
    cluster = through(proxy, tmp_path, plugin(tmp_path, body))
    proxy.rule = lambda request: Answer(200, b"{}")
    cluster.get("/version")
    assert log.read_text(encoding="utf-8") == "xx"


def test_a_token_file_is_read_again(
    proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("one\n", encoding="utf-8")
    cluster = through(proxy, tmp_path, {"tokenFile": "token", "token": "old"})
    proxy.rule = lambda request: Answer(200, b"{}")
    cluster.get("/version")
    (tmp_path / "token").write_text("two\n", encoding="utf-8")
    cluster.get("/version")
    monkeypatch.setattr("opskit.clients.kubesignin._TOKEN_FILE_SECONDS", 0.0)
    cluster.get("/version")
    sent = [request.headers["authorization"] for request in proxy.requests]
    assert sent == ["Bearer one", "Bearer one", "Bearer two"]


def test_a_token_with_a_line_break_is_bad_input(proxy: Proxy, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\nX-Other: 1", encoding="utf-8")
    cluster = through(proxy, tmp_path, {"tokenFile": "token"})
    with pytest.raises(InputError, match="characters that no token has") as caught:
        cluster.get("/version")
    assert SECRET not in str(caught.value)


def test_an_impersonated_user_is_named_with_each_request(plane: Plane, tmp_path: Path) -> None:
    made = yaml.safe_load(plane.kubeconfig.read_text(encoding="utf-8"))
    made["users"][0]["user"] |= {"as": "nobody", "as-groups": ["a", "b"]}
    made["users"][0]["user"]["as-user-extra"] = {"reason": ["x"]}
    cluster = connect(kubeconfig=written(tmp_path, made))
    review = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    found = cluster.request("POST", review, body=body)["status"]["userInfo"]
    assert found["username"] == "nobody"
    assert {"a", "b"} <= set(found["groups"])
    assert found["extra"] == {"reason": ["x"]}


def test_the_administrators_kubeconfig_works(plane: Plane) -> None:
    cluster = connect(kubeconfig=str(plane.kubeconfig))
    assert cluster.name == plane.name
    assert cluster.get("/version")["major"] == "1"


def test_a_client_certificate_that_has_expired_is_refused(plane: Plane, tmp_path: Path) -> None:
    made = plane.certified("old", "old", days=-1)
    cluster = connect(kubeconfig=written(tmp_path, made))
    with pytest.raises(UnauthorizedError) as caught:
        cluster.get("/api/v1/namespaces")
    assert "expired" in caught.value.hint


def _unreachable(tmp_path: Path, made: object) -> OpskitError:
    cluster = connect(kubeconfig=written(tmp_path, made))
    began = time.monotonic()
    with pytest.raises(UnreachableError) as caught:
        cluster.get("/version")
    assert time.monotonic() - began < 5
    assert caught.value.hint
    assert "object at 0x" not in str(caught.value)
    return caught.value


def test_a_wrong_authority_is_said(plane: Plane, tmp_path: Path) -> None:
    made = yaml.safe_load(plane.kubeconfig.read_text(encoding="utf-8"))
    other = tmp_path / "other"
    other.mkdir()
    del made["clusters"][0]["cluster"]["certificate-authority-data"]
    made["clusters"][0]["cluster"]["certificate-authority"] = str(Authority(other).file)
    error = _unreachable(tmp_path, made)
    assert "certificate verify failed" in error.message
    assert "certificate-authority" in error.hint


def test_a_servers_certificate_that_has_expired_is_said(plane: Plane, tmp_path: Path) -> None:
    identity = plane.authority.issue("server", days=-1)
    (tmp_path / "it.pem").write_bytes(identity.certificate + identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "it.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        more = {"certificate-authority": str(plane.authority.file)}
        made = config(clusters=of_server(f"https://127.0.0.1:{server.server_port}", **more))
        error = _unreachable(tmp_path, made)
        server.shutdown()
    assert "certificate has expired" in error.message
    assert "too old" in error.hint


def test_a_wrong_name_is_said(plane: Plane, tmp_path: Path) -> None:
    made = yaml.safe_load(plane.kubeconfig.read_text(encoding="utf-8"))
    made["clusters"][0]["cluster"]["tls-server-name"] = "other.example.com"
    assert "tls-server-name" in _unreachable(tmp_path, made).hint


def test_a_server_without_tls_is_said(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        made = config(clusters=of_server(f"https://127.0.0.1:{server.server_port}"))
        error = _unreachable(tmp_path, made)
        server.shutdown()
    assert "speaks no TLS" in error.hint


def test_a_server_with_tls_that_is_asked_without_is_said(plane: Plane, tmp_path: Path) -> None:
    made = config(clusters=of_server(plane.url.replace("https:", "http:")))
    cluster = connect(kubeconfig=written(tmp_path, made))
    with pytest.raises(UnknownError, match="HTTP request to an HTTPS server"):
        cluster.get("/version")


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "refused" in _unreachable(tmp_path, config()).message


@pytest.fixture
def pod(plane: Plane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a pod has of its service account; the folder."""
    host, _, port = plane.url.removeprefix("https://").partition(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    monkeypatch.setattr(kubeconfig, "_ACCOUNT", tmp_path)
    (tmp_path / "ca.crt").write_bytes(plane.authority.certificate)
    (tmp_path / "token").write_text(plane.token("default", "default") + "\n", encoding="utf-8")
    (tmp_path / "namespace").write_text("shop", encoding="utf-8")
    return tmp_path


def test_a_pod_uses_its_service_account(pod: Path) -> None:
    cluster = connect()
    assert (cluster.name, cluster.namespace) == ("in-cluster", "shop")
    assert cluster.get("/version")["major"] == "1"


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
def test_a_pod_without_its_account_is_bad_input(pod: Path, missing: str) -> None:
    (pod / missing).unlink()
    with pytest.raises(InputError, match=missing) as caught:
        connect()
    assert caught.value.hint
