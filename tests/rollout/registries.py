"""Debian's `docker-registry` on loopback: open, behind a password, or behind a token server.

Images are pushed with python-dxf. They have no layers that could run; registries do not look.
"""

import base64
import hashlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext, create_default_context
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from dxf import DXF

from tests.components import interruptible, require_program
from tests.rig.ports import free_ports

USER, PASSWORD = "ops", "s3cret"
#: What `htpasswd -Bbn ops s3cret` prints; the registry takes bcrypt only.
HTPASSWD = "ops:$2y$05$HMsnEjB5WEwpitjwVKptKOGeC.LOZz5n2nLwKeztvSnJ02SOqezyi\n"
READY_SECONDS = 15.0
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for loopback and its key, as files and as objects."""

    crt: Path
    key: Path
    signer: rsa.RSAPrivateKey
    der: bytes


def make_certificate(folder: Path) -> Certificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    crt, pem = folder / "tls.crt", folder / "tls.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(crt, pem, key, made.public_bytes(serialization.Encoding.DER))


@contextmanager
def running(
    folder: Path, certificate: Certificate | None = None, auth: dict[str, Any] | None = None
) -> Iterator[str]:
    """A registry with its data in the folder; its domain, as `127.0.0.1:5000`."""
    program = require_program("docker-registry", "docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    domain = f"127.0.0.1:{port}"
    http: dict[str, Any] = {"addr": domain, "secret": "for-tests"}
    if certificate:
        http["tls"] = {"certificate": str(certificate.crt), "key": str(certificate.key)}
    storage = {"filesystem": {"rootdirectory": str(folder / "data")}}
    config = {"version": 0.1, "log": {"level": "error"}, "storage": storage, "http": http}
    (folder / "config.yml").write_text(json.dumps({**config, **({"auth": auth} if auth else {})}))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", str(folder / "config.yml")],
            stdout=log,
            stderr=log,
            preexec_fn=interruptible,
        )
    try:
        _wait(f"{'https' if certificate else 'http'}://{domain}/v2/", certificate, process)
        yield domain
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, certificate: Certificate | None, process: subprocess.Popen[bytes]) -> None:
    context = create_default_context(cafile=str(certificate.crt)) if certificate else None
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the registry ended"
        try:
            urllib.request.urlopen(url, timeout=2, context=context).close()
        except urllib.error.HTTPError:
            return  # 401: it is there
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no registry at {url}")


def with_password(folder: Path) -> dict[str, Any]:
    """The registry's `auth` for the one user."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "htpasswd").write_text(HTPASSWD)
    return {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}


@contextmanager
def token_server(certificate: Certificate, public: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """A token server of the distribution specification; the registry's `auth` for it.

    The user may do everything; whoever does not sign in may pull the `public` repositories.
    """
    (port,) = free_ports(1)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            given = self.headers.get("Authorization", "")
            known = given == "Basic " + _base64(f"{USER}:{PASSWORD}".encode())
            if given and not known:
                self.send_error(401)
                return
            token = _token(certificate, _granted(query.get("scope", []), known, public))
            body = json.dumps({"token": token}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.crt, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield {
            "token": {
                "realm": f"https://127.0.0.1:{port}/token",
                "service": "registry",
                "issuer": "tests",
                "rootcertbundle": str(certificate.crt),
            }
        }
    finally:
        server.shutdown()
        server.server_close()


def _granted(scopes: Sequence[str], known: bool, public: Sequence[str]) -> list[dict[str, Any]]:
    granted = []
    for scope in scopes:
        kind, name, actions = scope.split(":")
        wanted = actions.split(",")
        allowed = (
            wanted if known else [each for each in wanted if each == "pull" and name in public]
        )
        granted.append({"type": kind, "name": name, "actions": allowed})
    return granted


def _token(certificate: Certificate, access: list[dict[str, Any]]) -> str:
    now = int(time.time())
    header = {"typ": "JWT", "alg": "RS256", "x5c": [_base64(certificate.der)]}
    claims = {"iss": "tests", "sub": "", "aud": "registry", "jti": str(now), "access": access}
    claims |= {"iat": now, "nbf": now - 5, "exp": now + 300}
    text = ".".join(_url64(json.dumps(part).encode()) for part in (header, claims))
    signature = certificate.signer.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{_url64(signature)}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Pusher:
    """Puts images into one repository."""

    def __init__(self, domain: str, path: str, certificate: Certificate | None = None) -> None:
        self.dxf = DXF(
            domain,
            path,
            lambda dxf, response: dxf.authenticate(USER, PASSWORD, response=response),
            insecure=certificate is None,
            tlsverify=str(certificate.crt) if certificate else True,
        )

    def image(self, tag: str, platform: str = "linux/amd64") -> str:
        """A single image; its digest."""
        text = self._manifest(platform)
        self.dxf.set_manifest(tag, text)
        return digest_of(text)

    def index(self, tag: str, *platforms: str) -> str:
        """An index of images, with an attestation as BuildKit adds them; its digest."""
        entries = []
        for platform in (*platforms, "unknown/unknown"):
            text = self._manifest(platform)
            self.dxf.set_manifest(digest_of(text), text)
            entries.append(
                {
                    "mediaType": MANIFEST,
                    "digest": digest_of(text),
                    "size": len(text),
                    "platform": platform_of(platform),
                }
            )
        index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
        self.dxf.set_manifest(tag, index)
        return digest_of(index)

    def _manifest(self, platform: str) -> str:
        config = json.dumps(platform_of(platform)).encode()
        digest = digest_of(config.decode())
        self.dxf.push_blob(data=BytesIO(config), digest=digest)
        descriptor = {"mediaType": CONFIG, "digest": digest, "size": len(config)}
        return json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor, "layers": []}
        )


def platform_of(text: str) -> dict[str, str]:
    """`linux/arm/v7` as a document says it."""
    system, architecture, *variant = text.split("/")
    return {"os": system, "architecture": architecture} | (
        {"variant": variant[0]} if variant else {}
    )


def digest_of(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
