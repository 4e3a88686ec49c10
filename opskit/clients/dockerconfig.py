"""The credentials for registries that `docker login` keeps, and the helpers that hold them.

The file is $DOCKER_CONFIG/config.json, else ~/.docker/config.json; its form is that of the Docker
CLI ("docker login", Credential stores and Credential helpers).
"""

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from opskit.errors import InputError, UnknownError

DOCKER_HUB = "docker.io"
_HUB_KEY = "https://index.docker.io/v1/"
#: Who a registry of Azure takes an identity token from (Azure Container Registry authentication).
_TOKEN_USER = "00000000-0000-0000-0000-000000000000"  # noqa: S105
_HELPER_SECONDS = 30.0
_MAX_BYTES = 4 << 20


class Login(NamedTuple):
    """A user and a password, which is never shown."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login(user={self.user!r})"


def login(domain: str) -> Login | None:
    """Who to sign in as at a registry; None where no credentials are kept for it.

    InputError for a file that is none; UnknownError for a helper that fails.
    """
    config = _read(_path())
    helper = (config.get("credHelpers") or {}).get(domain) or config.get("credsStore")
    if helper:
        found = _ask(str(helper), domain)
        if found is not None or domain in (config.get("credHelpers") or {}):
            return found
    for key, entry in (config.get("auths") or {}).items():
        if host_of(key) == domain and isinstance(entry, Mapping):
            return _entry(entry, f"{_path()}: auths.{key}")
    return None


def host_of(key: str) -> str:
    """The registry that a key of `auths` stands for: `https://index.docker.io/v1/` is docker.io."""
    host = key.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return DOCKER_HUB if host in ("index.docker.io", "registry-1.docker.io") else host


def _path() -> Path:
    folder = os.environ.get("DOCKER_CONFIG")
    return (Path(folder) if folder else Path.home() / ".docker") / "config.json"


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InputError(
            f"cannot read: {error.strerror}", where=str(path), hint="check its permissions"
        ) from None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(
        isinstance(found.get(name) or {}, dict) for name in ("auths", "credHelpers")
    ):
        raise InputError(
            "is no configuration of Docker", where=str(path), hint="'docker login' writes one"
        )
    return found


def _entry(entry: Mapping[str, Any], where: str) -> Login | None:
    user, password = str(entry.get("username") or ""), str(entry.get("password") or "")
    if entry.get("auth"):
        try:
            text = base64.b64decode(str(entry["auth"]), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise InputError(
                "auth is not base64 of USER:PASSWORD", where=where, hint="'docker login' again"
            ) from None
        user, _, password = text.partition(":")
        password = password.rstrip("\0")
    if entry.get("identitytoken"):
        return Login(_TOKEN_USER, str(entry["identitytoken"]))
    return Login(user, password) if user and password else None


def _ask(helper: str, domain: str) -> Login | None:
    """What a credential helper holds; None where it has nothing for the registry."""
    program = f"docker-credential-{helper}"
    asked = _HUB_KEY if domain == DOCKER_HUB else domain
    try:
        done = subprocess.run(  # noqa: S603 (the user's own configuration names it)
            [program, "get"],
            input=asked.encode(),
            capture_output=True,
            timeout=_HELPER_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise _failed(program, domain, "it is not installed") from None
    except subprocess.TimeoutExpired:
        raise _failed(program, domain, f"no answer within {_HELPER_SECONDS:.0f} s") from None
    except OSError as error:
        raise _failed(program, domain, str(error.strerror)) from None
    if done.returncode:
        words = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        if "credentials not found" in words:
            return None
        raise _failed(program, domain, words[:300] or f"exit status {done.returncode}")
    try:
        found = json.loads(done.stdout)
        user, password = str(found["Username"]), str(found["Secret"])
    except (ValueError, KeyError, TypeError):
        raise _failed(program, domain, "its answer is no JSON with Username and Secret") from None
    return Login(_TOKEN_USER if user == "<token>" else user, password)


def _failed(program: str, domain: str, why: str) -> UnknownError:
    return UnknownError(
        f"{program} gave no credentials: {why}",
        where=domain,
        hint=f"{_path()} names this helper; try: echo {domain} | {program} get",
    )
