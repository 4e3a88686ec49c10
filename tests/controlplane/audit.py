"""The apiserver's audit log: which requests were made, by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

INTERNAL_USER = "controlplane"
"""What the parts of the control plane themselves are logged in as; they are not in the log."""

POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "users": [INTERNAL_USER, "system:apiserver", "system:anonymous"]},
        {"level": "Metadata"},
    ],
}


@dataclass(frozen=True)
class Request:
    """One request. The log has no sizes.

    ``verb`` is Kubernetes' (``list``, ``watch``, ``patch``), ``resource`` has the subresource
    behind a slash (``pods/log``), ``namespace`` and ``name`` are empty where there is none, ``at``
    is seconds since 1970, and ``ended`` is False for a watch that still goes on.
    """

    verb: str
    resource: str
    namespace: str
    name: str
    uri: str
    agent: str
    user: str
    code: int
    at: float
    ended: bool


def read(file: Path) -> list[Request]:
    """The requests of an audit log, in the order in which the answers began."""
    entries: dict[str, Mapping[str, Any]] = {}
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            entry = json.loads(line)
            entries[entry["auditID"]] = {**entries.get(entry["auditID"], {}), **entry}
    return [_request(entry) for entry in entries.values()]


def _request(entry: Mapping[str, Any]) -> Request:
    target = entry.get("objectRef", {})
    parts = (target.get("resource"), target.get("subresource"))
    return Request(
        verb=entry["verb"],
        resource="/".join(part for part in parts if part),
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        uri=entry["requestURI"],
        agent=entry.get("userAgent", ""),
        user=entry.get("user", {}).get("username", ""),
        code=entry.get("responseStatus", {}).get("code", 0),
        at=datetime.fromisoformat(entry["requestReceivedTimestamp"]).timestamp(),
        ended=entry["stage"] != "ResponseStarted",
    )
