"""What a Kubernetes API server answers when it does not do what was asked."""

from typing import Any

from opskit.errors import UnknownError

_HINTS = {
    "CERTIFICATE_VERIFY_FAILED": "check certificate-authority in the kubeconfig, and the clock",
    "certificate has expired": "renew the certificate; 'kubectl config view --raw' shows which",
    "Name or service not known": "check the server's name in the kubeconfig, and the network",
    "refused": "check that the API server runs and that this machine may reach it",
    "timed out": "check the network, a VPN or a proxy between this machine and the cluster",
}


class ApiError(UnknownError):
    """An answer of the API server that is an error.

    `status` is its HTTP status, `reason` Kubernetes' word for it (`NotFound`, `Forbidden`).
    """

    def __init__(
        self, message: str, *, where: str = "", hint: str = "", status: int = 0, reason: str = ""
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.status = status
        self.reason = reason


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


def api_error(cluster: str, path: str, status: int, body: Any) -> ApiError:
    """The error for an answer; the message is the server's own."""
    answer = _status(body)
    kind, hint = _KINDS.get(status, (ApiError, "try again"))
    message = str(answer.get("message") or f"{path} was answered with HTTP {status}")
    reason = str(answer.get("reason") or "")
    return kind(message, where=cluster, hint=hint, status=status, reason=reason)


def _status(body: Any) -> dict[str, Any]:
    import msgspec

    if isinstance(body, bytes):
        try:
            body = msgspec.json.decode(body)
        except msgspec.DecodeError:
            text = body.decode("utf-8", "replace").strip()
            body = {"message": text[:500]} if text else {}
    return body if isinstance(body, dict) else {}


def transport_error(cluster: str, host: str, error: Exception) -> UnknownError:
    """The error for a server that could not be asked."""
    words = str(getattr(error, "reason", None) or error)
    words = words.rpartition(">: ")[2] or words
    hint = next((each for word, each in _HINTS.items() if word in words), "check the network")
    return UnknownError(f"cannot reach {host}: {words}", where=cluster, hint=hint)
