"""A Kubernetes cluster as plain dicts: configuration, authentication and single requests.

The kubernetes package reads the configuration, signs in and keeps the connections; its typed
objects are not used (they cost half a second to build, and drop fields that they do not know).
`opskit.clients.kubewatch` follows lists of objects.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic, time
from typing import Any, Literal

from opskit.clients import kubepool
from opskit.clients.kubeerrors import ApiError, UnauthorizedError, api_error, transport_error
from opskit.errors import InputError, UnknownError

Query = Mapping[str, str | int | bool]
Object = dict[str, Any]
#: Where a bearer token comes from; the argument says that the last one was refused.
TokenSource = Callable[[bool], str]

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

#: The name under which opskit owns fields, as kubectl's is `kubectl`.
FIELD_MANAGER = "opskit"
CONNECT_SECONDS = 5.0
READ_SECONDS = 40.0
PAGE = 500
#: The most that is read of a log, in bytes: lines have no longest length.
_LOG_BYTES = 1 << 18


class Cluster:
    """One cluster, as one user sees it. Its methods may be called from several threads.

    `name` is the kubeconfig's context, or what the caller called it; `namespace` is the one that
    the context names, else `default`. Every method raises `ApiError` for what the server
    answered (`NotFoundError`, `ForbiddenError`, `ConflictError` ...) and UnknownError where it
    could not be asked.
    """

    def __init__(
        self,
        name: str,
        configuration: Any,
        *,
        namespace: str = "default",
        renew: Callable[[Any], None] | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`renew` signs in again, and puts what it got into the configuration.

        `headers` are sent with every request, such as the user that is impersonated.
        """
        self.name = name
        self.host: str = configuration.host
        self.namespace = namespace
        self.skew = 0.0
        """By how many seconds the server's clock is ahead of ours, as of its last answer."""
        self._configuration = configuration
        self._headers_too = tuple(headers)
        self._pool = kubepool.pool(name, configuration)
        self._certificate = configuration.cert_file
        self._renew = renew
        self._times_renewed = 0
        self._lock = Lock()

    def get(self, path: str, query: Query | None = None) -> Object:
        """The object at a path of the API, such as `/apis/apps/v1/namespaces/a/deployments/b`."""
        return self.request("GET", path, query)

    def list(self, path: str, query: Query | None = None) -> tuple[list[Object], str]:
        """All objects of a list, fetched in pages, and the resourceVersion to watch from."""
        found: list[Object] = []
        asked: dict[str, str | int | bool] = {"limit": PAGE, **(query or {})}
        while True:
            page = self.get(path, asked)
            found += page.get("items") or ()
            meta = page.get("metadata") or {}
            if not meta.get("continue"):
                return found, meta.get("resourceVersion", "")
            asked["continue"] = meta["continue"]

    def patch(
        self,
        path: str,
        body: object,
        *,
        kind: Literal["json", "merge", "apply"] = "json",
        query: Query | None = None,
    ) -> Object:
        """The object as the server has it after the patch, made under our field manager."""
        types = {"json": JSON_PATCH, "merge": MERGE_PATCH, "apply": APPLY_PATCH}
        asked = {"fieldManager": FIELD_MANAGER, **(query or {})}
        return self.request("PATCH", path, asked, body, types[kind])

    def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        content_type: str = JSON,
    ) -> Object:
        """The answer of one request, decoded."""
        import msgspec

        data = self._ask(method, path, query, body, content_type)
        try:
            found = msgspec.json.decode(data)
        except (msgspec.DecodeError, ValueError):  # ValueError: what is not UTF-8
            found = None
        if not isinstance(found, dict):
            raise UnknownError(
                f"the answer to {path} is no object of Kubernetes, or only a part of one",
                where=self.name,
                hint=f"check that {self.host} is the API server",
            )
        return found

    def text(self, path: str, query: Query, *, seconds: float) -> str:
        """The answer as text, a log, tried once: whoever keeps it may not answer at all.

        What has come after `seconds` is the answer, and at most 256 KiB of it.
        """
        end = monotonic() + seconds
        response = self.open(path, query, read_seconds=seconds)
        data = b""
        try:
            while monotonic() < end and len(data) < _LOG_BYTES:
                piece = response.read1(1 << 16)
                if not piece:
                    break
                data += piece
        except Exception as error:
            if not data:
                raise transport_error(self.name, self.host, error) from None
        finally:
            response.close()
        return data.decode("utf-8", "replace")

    def open(self, path: str, query: Query, *, read_seconds: float) -> Any:
        """The answer as a stream that is still open: urllib3's response, to be closed.

        Reading it raises urllib3's TimeoutError after `read_seconds` of silence.
        """
        response = self._signed("GET", path, query, None, JSON, read_seconds, stream=True)
        if response.status >= 300:
            try:
                raise self._error(path, response)
            finally:
                response.close()
        return response

    def _ask(
        self, method: str, path: str, query: Query | None, body: object, content_type: str
    ) -> bytes:
        response = self._signed(method, path, query, body, content_type, READ_SECONDS)
        if response.status >= 300:
            raise self._error(path, response)
        data: bytes = response.data
        return data

    def _error(self, path: str, response: Any) -> Exception:
        try:
            body = response.data
        except Exception as error:
            return transport_error(self.name, self.host, error)
        after = response.headers.get("Retry-After", "")
        return api_error(self.name, path, response.status, body, after)

    def _signed(self, *request: Any, stream: bool = False) -> Any:
        """The answer of a request that is sent again, once, where the credentials had expired."""
        renewed = self._times_renewed
        response = self._send(*request, stream=stream)
        if response.status == 401 and self._sign_in(renewed):
            response.close()
            response = self._send(*request, stream=stream)
        if made := response.headers.get("Date"):
            self._heed_clock(made)
        return response

    def _heed_clock(self, date: str) -> None:
        from email.utils import parsedate_to_datetime

        with suppress(ValueError):
            self.skew = parsedate_to_datetime(date).timestamp() - time()

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: object,
        content_type: str,
        read_seconds: float,
        *,
        stream: bool = False,
    ) -> Any:
        from urllib.parse import urlencode

        import msgspec
        import urllib3

        url = self.host + path
        if query:
            url += "?" + urlencode({name: _word(value) for name, value in query.items()})
        try:
            return self._pool.request(
                method,
                url,
                body=None if body is None else msgspec.json.encode(body),
                headers=self._headers(content_type),
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds),
                retries=kubepool.retries(method, stream=stream),
                preload_content=not stream,
                redirect=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise transport_error(self.name, self.host, error) from None

    def _headers(self, content_type: str) -> Any:
        from urllib3 import HTTPHeaderDict

        from opskit import __version__

        made = HTTPHeaderDict(
            {
                "Accept": JSON,
                "Accept-Encoding": "gzip",
                "Content-Type": content_type,
                "User-Agent": f"opskit/{__version__}",
            }
        )
        with self._lock:  # what it asks for may run a program
            token = self._configuration.get_api_key_with_prefix("BearerToken")
            self._heed_certificate()
        if token:
            made["Authorization"] = self._one_line(token)
        for name, value in self._headers_too:
            made.add(name, value)
        return made

    def _one_line(self, token: str) -> str:
        text = token.strip()
        if not text.isascii() or not text.isprintable():
            raise InputError(
                "the token has characters that no token has",
                where=self.name,
                hint="look at the token, or at the file or the program that it is from",
            )
        return text

    def _sign_in(self, renewed: int) -> bool:
        """Sign in again, unless another thread has done so meanwhile; whether that can be done.

        `renewed` is how often that had been done when the request was made that was refused.
        """
        if self._renew is None:
            return False
        with self._lock:
            if self._times_renewed == renewed:
                self._renew(self._configuration)
                self._times_renewed += 1
                self._heed_certificate()
        return True

    def _heed_certificate(self) -> None:
        """Connect anew where signing in gave another client certificate."""
        if self._configuration.cert_file != self._certificate:
            self._certificate = self._configuration.cert_file
            self._pool = kubepool.pool(self.name, self._configuration)


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def connect_with_token(
    name: str, host: str, ca_file: str, tokens: TokenSource, *, namespace: str = "default"
) -> Cluster:
    """A cluster reached with a bearer token: EKS, or a service account."""
    from kubernetes.client import Configuration

    configuration = Configuration(host=host.rstrip("/"))
    configuration.ssl_ca_cert = ca_file

    def refresh(into: Any) -> None:
        into.api_key["BearerToken"] = f"Bearer {tokens(False)}"

    def renew(into: Any) -> None:
        into.api_key["BearerToken"] = f"Bearer {tokens(True)}"

    configuration.refresh_api_key_hook = refresh  # type: ignore[assignment] # a plain attribute
    refresh(configuration)
    return Cluster(name, configuration, namespace=namespace, renew=renew)


@contextmanager
def optional(failures: list[ApiError], *statuses: int) -> Iterator[None]:
    """Note an answer of these statuses (403, 404) instead of raising it."""
    try:
        yield
    except ApiError as error:
        if error.status not in statuses or isinstance(error, UnauthorizedError):
            raise
        failures.append(error)
