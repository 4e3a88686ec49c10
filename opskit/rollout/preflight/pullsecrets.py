"""Pull secrets: which registries one has credentials for, as the kubelet reads it.

The matching is that of `pkg/credentialprovider/keyring.go` of Kubernetes 1.36.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from opskit.rollout.images import DOCKER_HUB, Reference

Object = Mapping[str, Any]

#: The types of Secret that hold credentials for registries, and the key that they stand under.
TYPES = {
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
    "kubernetes.io/dockercfg": ".dockercfg",
}
_HUB = "index.docker.io"


class UnreadableError(ValueError):
    """The secret is no pull secret; the message says why."""


def registries(secret: Object) -> list[str]:
    """The keys of its credentials: hosts, with a path behind some; UnreadableError if it has none.

    The credentials themselves are not kept.
    """
    kind = str(secret.get("type") or "Opaque")
    if kind not in TYPES:
        raise UnreadableError(f"its type is {kind}")
    name = TYPES[kind]
    try:
        document = json.loads(base64.b64decode((secret.get("data") or {})[name], validate=True))
    except KeyError:
        raise UnreadableError(f"it has no key {name}") from None
    except (binascii.Error, ValueError, RecursionError):
        raise UnreadableError(f"{name} is no JSON") from None
    entries = (
        document.get("auths")
        if isinstance(document, dict) and name == TYPES["kubernetes.io/dockerconfigjson"]
        else document
    )
    if not isinstance(entries, dict):
        raise UnreadableError(f"{name} has no registries")
    return [key for key, entry in entries.items() if isinstance(entry, dict)]


def covers(key: str, reference: Reference) -> bool:
    """Whether credentials under this key are used for an image."""
    glob_host, glob_path = _split(key)
    if reference.domain == DOCKER_HUB and glob_host == _HUB:
        return True
    host, glob_parts = reference.domain, glob_host.split(".")
    bare, colon, port = host.rpartition(":") if ":" in host else (host, "", "")
    glob_bare, glob_colon, glob_port = (
        glob_host.rpartition(":") if ":" in glob_host else (glob_host, "", "")
    )
    parts, glob_parts = bare.split("."), glob_bare.split(".")
    return (
        (colon, port) == (glob_colon, glob_port)
        and len(parts) == len(glob_parts)
        and f"/{reference.path}".startswith(glob_path)
        and all(map(fnmatchcase, parts, glob_parts))
    )


def _split(key: str) -> tuple[str, str]:
    """The host and the path of a key; `/v1/` and `/v2/` mean the host alone."""
    text = key if key.startswith(("https://", "http://")) else f"https://{key}"
    try:
        found = urlsplit(text)
    except ValueError:
        return "", ""
    path = found.path[3:] if found.path.startswith(("/v1/", "/v2/")) else found.path
    return found.netloc, "" if path == "/" else path
