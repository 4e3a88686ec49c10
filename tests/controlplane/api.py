"""Requests to the apiserver of a control plane, and the kubeconfigs for others' requests."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane.certificates import Identity

SECONDS = 30.0
MERGE_PATCH = "application/merge-patch+json"


class ApiError(Exception):
    """The apiserver refused; ``code`` is the HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Api:
    """Requests as the administrator, with plain dicts; each on a connection of its own."""

    def __init__(self, port: int, authority: Path, certificate: Path, key: Path) -> None:
        self._port = port
        self._tls = ssl.create_default_context(cafile=str(authority))
        self._tls.load_cert_chain(certificate, key)

    def request(
        self, method: str, path: str, body: Any = None, kind: str = "application/json"
    ) -> Any:
        """The JSON of the answer. ApiError for 400 and above."""
        text = self.text(method, path, body, kind)
        return json.loads(text) if text.startswith("{") else text

    def text(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> str:
        """The text of the answer, so also the lines of a watch. ApiError as above."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._port, context=self._tls, timeout=SECONDS
        )
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": kind})
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", errors="replace")
        finally:
            connection.close()
        if answer.status >= 400:
            said = json.loads(text).get("message", text) if text.startswith("{") else text
            raise ApiError(answer.status, said)
        return text

    def get(self, path: str) -> Any:
        """GET."""
        return self.request("GET", path)

    def post(self, path: str, body: Any) -> Any:
        """POST."""
        return self.request("POST", path, body)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH with a JSON merge patch."""
        return self.request("PATCH", path, body, MERGE_PATCH)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self.request("DELETE", path)


def kubeconfig(
    name: str,
    url: str,
    authority: bytes,
    user: dict[str, Any],
    namespace: str = "default",
) -> dict[str, Any]:
    """A kubeconfig with one context, called ``name`` like its cluster and its user."""
    cluster = {"server": url, "certificate-authority-data": _base64(authority)}
    context = {"cluster": name, "user": name, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": context}],
        "current-context": name,
    }


def client_certificate(identity: Identity) -> dict[str, Any]:
    """The user of a kubeconfig who has a certificate."""
    return {
        "client-certificate-data": _base64(identity.certificate),
        "client-key-data": _base64(identity.key),
    }


def write_kubeconfig(file: Path, *configs: dict[str, Any]) -> Path:
    """Write one kubeconfig or several into one file; the first context is the current one."""
    merged = dict(configs[0])
    for key in ("clusters", "users", "contexts"):
        merged[key] = [entry for config in configs for entry in config[key]]
    file.write_text(yaml.safe_dump(merged, sort_keys=False), encoding="utf-8")
    file.chmod(0o600)
    return file


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
