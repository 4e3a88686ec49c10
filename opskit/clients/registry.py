"""Registries of container images, asked as in the OCI distribution specification.

python-dxf signs in (basic and bearer), and reads manifests and blobs. It was chosen over oras:
oras asks without a time limit, waits two minutes before it gives up on a registry that is down,
and has to be told beforehand which way of signing in a registry has.
"""

import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from opskit.clients.aws import MissingError, RefusedError
from opskit.clients.dockerconfig import DOCKER_HUB, Login, login
from opskit.clients.http import BUSY
from opskit.clients.manifests import HINT, MAX_CONFIG, Object, described, platforms
from opskit.errors import UnknownError

Finder = Callable[[str], Login | None]
_HUB_HOST = "registry-1.docker.io"
_SECONDS = 20.0
_ERRNO = re.compile(r"\[Errno -?\d+\] ([^()'\"]+)")
_PAUSES = (0.5, 2.0)  # between tries, in seconds


def image(
    domain: str, path: str, wanted: str, *, plain_http: bool = False, logins: Finder = login
) -> Object:
    """What a registry has at a tag or a digest.

    `digest`, `media_type`, `platforms` (see there), and `public`: whether it is there for those
    who do not sign in; None where that could not be told.
    MissingError where there is no such image, RefusedError where it may not be read, UnknownError
    where the registry could not be asked.
    """
    known = logins(domain)
    repository = _Repository(domain, path, plain_http, known)
    text, headers = repository.manifest(wanted)
    found = described(text, wanted, headers, repository.name)
    found["platforms"] = platforms(text, repository.blob, repository.name)
    found["public"] = known is None or _is_public(domain, path, wanted, plain_http)
    return found


def digest(
    domain: str, path: str, wanted: str, *, plain_http: bool = False, logins: Finder = login
) -> str:
    """The digest that a tag stands for; the errors of `image`."""
    return _Repository(domain, path, plain_http, logins(domain)).digest(wanted)


def _is_public(domain: str, path: str, wanted: str, plain_http: bool) -> bool | None:
    try:
        _Repository(domain, path, plain_http, None).digest(wanted)
    except (MissingError, RefusedError):
        return False
    except UnknownError:
        return None
    return True


class _Repository:
    """One repository of a registry, seen as one user."""

    def __init__(self, domain: str, path: str, plain_http: bool, known: Login | None) -> None:
        from dxf import DXF

        self.name = f"{domain}/{path}"
        self._known = known
        self._dxf = DXF(
            _HUB_HOST if domain == DOCKER_HUB else domain,
            path,
            self._sign_in,
            insecure=plain_http,
            tlsverify=os.environ.get("SSL_CERT_FILE") or True,
            timeout=_SECONDS,
        )

    def _sign_in(self, dxf: Any, response: Any) -> None:
        user, password = self._known or (None, None)
        dxf.authenticate(user, password, response=response)

    def manifest(self, wanted: str) -> tuple[bytes, Mapping[str, str]]:
        """The bytes of a manifest and the headers that came with them."""
        _, response = self._asked(lambda: self._dxf.get_manifest_and_response(wanted))
        return response.content, response.headers

    def digest(self, wanted: str) -> str:
        found, _ = self._asked(lambda: self._dxf.head_manifest_and_response(wanted))
        return str(found or self._hashed(wanted))

    def _hashed(self, wanted: str) -> str:
        """For a registry that says no digest, which the specification leaves open."""
        text, headers = self.manifest(wanted)
        return str(described(text, wanted, headers, self.name)["digest"])

    def blob(self, name: str) -> bytes:
        """A small blob; dxf compares it with its digest."""

        def read() -> bytes:
            pulled: Any = self._dxf.pull_blob(name, size=True)
            parts, size = pulled
            if size > MAX_CONFIG:
                raise UnknownError(f"its configuration has {size} bytes", where=self.name)
            return b"".join(parts)

        found: bytes = self._asked(read)
        return found

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """The answer; a registry that is busy is asked again."""
        import requests
        from dxf.exceptions import DXFError

        response: Any
        for pause in (*_PAUSES, None):
            try:
                return ask()
            except requests.HTTPError as error:
                response = error.response
                if response.status_code in BUSY and pause is not None:
                    time.sleep(pause)
                    continue
                raise self._answered(response) from None
            except DXFError as error:
                raise self._not_signed_in(error) from None
            except (requests.RequestException, OSError) as error:
                if pause is not None and isinstance(error, requests.ConnectionError):
                    time.sleep(pause)
                    continue
                raise self._unreached(error) from None
            except (ValueError, KeyError) as error:
                raise UnknownError(
                    f"the answer cannot be read: {error}", where=self.name, hint=HINT
                ) from None
        raise AssertionError

    def _answered(self, response: Any) -> UnknownError:
        status, words = response.status_code, _words(response)
        where = self.name
        if status == 404:
            return MissingError(
                words or "there is no such image", where=where, hint="check the name and the tag"
            )
        if status in (401, 403):
            return self._refused(words)
        if status == 429:
            hint = "it counts requests; sign in with 'docker login', or try again later"
            return UnknownError(words or "too many requests", where=where, hint=hint)
        hint = "try again later"
        return UnknownError(f"HTTP {status} {words}".strip(), where=where, hint=hint)

    def _not_signed_in(self, error: Exception) -> UnknownError:
        from dxf.exceptions import DXFAuthInsecureError, DXFUnauthorizedError

        if isinstance(error, DXFAuthInsecureError):
            return UnknownError(
                "it wants a password, and none is sent over plain HTTP",
                where=self.name,
                hint="give the registry a certificate",
            )
        if isinstance(error, DXFUnauthorizedError):
            return self._refused("")
        return UnknownError(str(error), where=self.name, hint=HINT)

    def _refused(self, words: str) -> RefusedError:
        who = f"as {self._known.user}" if self._known else "without signing in"
        return RefusedError(
            f"may not be read {who}" + (f": {words}" if words else ""),
            where=self.name,
            hint="it is private or not there; 'docker login' keeps credentials for it",
        )

    def _unreached(self, error: Exception) -> UnknownError:
        words = str(error.args[0] if error.args else error)
        system = _ERRNO.search(words)
        cause = system[1] if system else words.rpartition(": ")[2] or words
        hint = "check the name of the registry, the network and a proxy"
        if "CERTIFICATE_VERIFY_FAILED" in words:
            cause = words[words.index("certificate verify failed") :].partition(" (_ssl")[0]
            hint = "$SSL_CERT_FILE may name the certificates of your own authority"
        elif "WRONG_VERSION_NUMBER" in words or "record layer" in words:
            hint = "it may speak plain HTTP: --insecure-registry, on this machine only"
        elif "IncompleteRead" in words:
            cause = "the answer broke off"
        return UnknownError(f"cannot reach the registry: {cause}", where=self.name, hint=hint)


def _words(response: Any) -> str:
    """What a registry says in its errors, as `MANIFEST_UNKNOWN: manifest unknown`."""
    try:
        errors = response.json()["errors"]
        told = [f"{each['code']}: {each.get('message', '')}".strip(": ") for each in errors]
    except (ValueError, KeyError, TypeError):
        return ""
    return "; ".join(told)[:300]
