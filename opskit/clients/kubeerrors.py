"""What a Kubernetes API server answers when it does not do what was asked."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opskit.errors import UnknownError

_HINTS = {
    "certificate has expired": "the server's certificate is too old: renew it, or mend the clock",
    "is not valid for": "check the server's name in the kubeconfig, or set its tls-server-name",
    "CERTIFICATE_VERIFY_FAILED": "check certificate-authority in the kubeconfig, and the clock",
    "alert certificate expired": "renew the client certificate that the kubeconfig names",
    "alert": "the server does not take the client certificate that the kubeconfig names",
    "WRONG_VERSION_NUMBER": "the server speaks no TLS: check its address and its port",
    "Name or service not known": "check the server's name in the kubeconfig, and the network",
    "refused": "check that the API server runs and that this machine may reach it",
    "timed out": "check the network, a VPN or a proxy between this machine and the cluster",
}
#: What no waiting mends.
_LASTING = ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "alert", "not known", "parse")
#: How urllib3 begins: with an object of its own, and with OpenSSL's place in its source.
_OBJECT = re.compile(r"^(<.*?>|HTTPS?Connection(Pool)?\(.*?\)): |\s*\(_ssl\.c:\d+\)$")


class ApiError(UnknownError):
    """An answer of the API server that is an error.

    `status` is its HTTP status, `reason` Kubernetes' word for it (`NotFound`, `Forbidden`);
    `causes` are its parts where it has some, each with `reason`, `message` and `field`;
    `retry_after` the seconds after which the server wants to be asked again, 0 if it says none.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        status: int = 0,
        reason: str = "",
        causes: Sequence[Mapping[str, Any]] = (),
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.status = status
        self.reason = reason
        self.causes = causes
        self.retry_after = retry_after


class UnauthorizedError(ApiError):
    """401: the credentials were not accepted."""


class ForbiddenError(ApiError):
    """403: the user may not do this."""


class NotFoundError(ApiError):
    """404: there is no such object."""


class ConflictError(ApiError):
    """409: somebody else was faster, or another field manager owns the field."""


class GoneError(ApiError):
    """410: the resourceVersion is too old; list again."""


class InvalidError(ApiError):
    """422: the server cannot take this object, or a `test` of a JSON Patch failed."""


_KINDS = {
    401: (UnauthorizedError, "sign in again; the client certificate or the token may have expired"),
    403: (ForbiddenError, "ask for this permission, or use another context"),
    404: (NotFoundError, "check the name, the namespace and the context"),
    409: (ConflictError, "read it again and try once more"),
    410: (GoneError, "list again"),
    422: (InvalidError, "mend what the message names"),
}


class UnreachableError(UnknownError):
    """The server could not be asked; `lasting` where asking again is of no use."""

    def __init__(self, message: str, *, where: str, hint: str, lasting: bool) -> None:
        super().__init__(message, where=where, hint=hint)
        self.lasting = lasting


def api_error(cluster: str, path: str, status: int, body: Any, retry_after: str = "") -> ApiError:
    """The error for an answer; the message is the server's own.

    `retry_after` is the header: seconds, or a date, which API servers do not write.
    """
    answer = _status(body)
    kind, hint = _KINDS.get(status, (ApiError, "try again"))
    message = str(answer.get("message") or f"{path} was answered with HTTP {status}")
    reason = str(answer.get("reason") or "")
    wait = float(retry_after) if retry_after.isdecimal() else 0.0
    return kind(
        message,
        where=cluster,
        hint=hint,
        status=status,
        reason=reason,
        causes=_causes(answer),
        retry_after=wait,
    )


def _causes(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    details = answer.get("details")
    found = details.get("causes") if isinstance(details, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _status(body: Any) -> dict[str, Any]:
    import msgspec

    if isinstance(body, bytes):
        try:
            body = msgspec.json.decode(body)
        except (msgspec.DecodeError, ValueError):
            return _page(body.decode("utf-8", "replace"))
    return body if isinstance(body, dict) else {}


def _page(text: str) -> dict[str, Any]:
    """What a proxy or a load balancer answers: a line of text, or a page, of which the title."""
    if "<html" in text[:1000].lower():
        title = re.search(r"<title>\s*(.*?)\s*</title>", text[:5000], re.IGNORECASE | re.DOTALL)
        text = f"a web page: {title[1]}" if title else "a web page"
    words = " ".join(text.split())[:300]
    return {"message": words} if words else {}


def transport_error(cluster: str, host: str, error: Exception) -> UnreachableError:
    """The error for a server that could not be asked."""
    words = str(getattr(error, "reason", None) or error)
    words = _OBJECT.sub("", words)
    hint = next((each for word, each in _HINTS.items() if word in words), "check the network")
    lasting = any(word in words for word in _LASTING)
    return UnreachableError(
        f"cannot reach {host}: {words}", where=cluster, hint=hint, lasting=lasting
    )
