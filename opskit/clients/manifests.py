"""Manifests of container images: what the documents of a registry say of an image.

Their forms are those of the OCI image specification ("Image Manifest", "Image Index") and of
Docker's distribution ("Image Manifest Version 2, Schema 2").
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from opskit.errors import UnknownError

Object = dict[str, Any]

HINT = "check that it is a registry of images, and no page to sign in on"
INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


#: The largest configuration of an image that is read, in bytes; real ones have some kilobytes.
MAX_CONFIG = 4 << 20
#: What the OCI image specification registers, and SHA-384, which some registries take.
_ALGORITHMS = ("sha256", "sha384", "sha512")


def described(text: bytes, wanted: str, headers: Mapping[str, str], where: str) -> Object:
    """`digest` and `media_type` of a manifest; UnknownError where it is not what was asked for."""
    kind, _, hexadecimal = wanted.partition(":")
    counted = kind if hexadecimal else "sha256"
    made = digest_of(text, counted, where)
    said = headers.get("Docker-Content-Digest", "")
    expected = wanted if hexadecimal else said if said.startswith(f"{counted}:") else made
    if made != expected:
        raise UnknownError(
            f"the registry's manifest has digest {made}, not {expected}",
            where=where,
            hint="the registry or something on the way to it changes manifests",
        )
    document = _decoded(text, where)
    kind = str(document.get("mediaType") or headers.get("Content-Type", "").partition(";")[0])
    return {"digest": made, "media_type": kind}


def digest_of(data: bytes, algorithm: str, where: str) -> str:
    """The digest of some bytes, as `sha256:...`; UnknownError for an unknown algorithm."""
    if algorithm not in _ALGORITHMS:
        raise UnknownError(
            f"the digest is in {algorithm!r}, which is not known here",
            where=where,
            hint=f"known are {', '.join(_ALGORITHMS)}",
        )
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def platforms(text: bytes, blob: Callable[[str], bytes], where: str) -> list[Object]:
    """What an index names, or what the configuration of a single image says.

    Each has `os`, `architecture`, `variant`, and the `digest` of its own manifest in an index.
    Attestations, which name `unknown/unknown`, are left out. `blob` reads the configuration.
    """
    document = _decoded(text, where)
    if isinstance(document.get("manifests"), list):
        entries = [each for each in document["manifests"] if isinstance(each, dict)]
        found = [
            {**_platform(each["platform"]), "digest": str(each.get("digest") or "")}
            for each in entries
            if isinstance(each.get("platform"), dict)
        ]
        return [each for each in found if each["architecture"] not in ("", "unknown")]
    config = document.get("config")
    if not isinstance(config, dict) or "digest" not in config:
        return []
    found = [_platform(_decoded(blob(str(config["digest"])), where))]
    return [each for each in found if each["architecture"]]


def _platform(document: Mapping[str, Any]) -> Object:
    return {name: str(document.get(name) or "") for name in ("os", "architecture", "variant")}


def _decoded(text: bytes, where: str) -> Object:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UnknownError("the answer is no JSON object", where=where, hint=HINT)
    return found
