"""A Kubernetes cluster as plain dicts: configuration, authentication and single requests.

The kubernetes package reads the configuration, signs in and keeps the connections; its typed
objects are not used (they cost half a second to build, and drop fields that they do not know).
`opskit.clients.kubewatch` follows lists of objects.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Literal

from opskit.clients.kubeerrors import ApiError, UnauthorizedError, api_error, transport_error
from opskit.errors import UnknownError

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
_CONNECTIONS = 16
_BUSY = (429, 502, 503, 504)
_BUSY_FOR_WRITES = (429,)  # nothing was done; a 503 does not say so
#: The longest Retry-After that is waited for, in seconds.
_PATIENCE = 30


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
    ) -> None:
        """`renew` signs in again, and puts what it got into the configuration."""
        from kubernetes.client import ApiClient

        configuration.connection_pool_maxsize = _CONNECTIONS
        configuration.socket_options = _keepalive()
        self.name = name
        self.host: str = configuration.host
        self.namespace = namespace
        self._configuration = configuration
        self._pool = ApiClient(configuration).rest_client.pool_manager
        self._renew = renew
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
        except msgspec.DecodeError:
            found = None
        if not isinstance(found, dict):
            raise UnknownError(
                f"the answer to {path} is no object of Kubernetes",
                where=self.name,
                hint=f"check that {self.host} is the API server",
            )
        return found

    def text(self, path: str, query: Query, *, seconds: float) -> str:
        """The answer as text, a log, tried once: whoever keeps it may not answer at all."""
        response = self.open(path, query, read_seconds=seconds)
        try:
            data: bytes = response.read()
        except Exception as error:
            raise transport_error(self.name, self.host, error) from None
        finally:
            response.close()
        return data.decode("utf-8", "replace")

    def open(self, path: str, query: Query, *, read_seconds: float) -> Any:
        """The answer as a stream that is still open: urllib3's response, to be closed.

        Reading it raises urllib3's TimeoutError after `read_seconds` of silence.
        """
        for refused in (False, True):
            response = self._send("GET", path, query, None, JSON, read_seconds, stream=True)
            if response.status == 401 and not refused and self._sign_in():
                response.close()
                continue
            break
        if response.status >= 300:
            try:
                raise api_error(self.name, path, response.status, response.data)
            finally:
                response.close()
        return response

    def _ask(
        self, method: str, path: str, query: Query | None, body: object, content_type: str
    ) -> bytes:
        for refused in (False, True):
            response = self._send(method, path, query, body, content_type, READ_SECONDS)
            if response.status == 401 and not refused and self._sign_in():
                continue
            break
        if response.status >= 300:
            raise api_error(self.name, path, response.status, response.data)
        data: bytes = response.data
        return data

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
                retries=_retries(method, stream=stream),
                preload_content=not stream,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise transport_error(self.name, self.host, error) from None

    def _headers(self, content_type: str) -> dict[str, str]:
        from opskit import __version__

        made = {
            "Accept": JSON,
            "Accept-Encoding": "gzip",
            "Content-Type": content_type,
            "User-Agent": f"opskit/{__version__}",
        }
        with self._lock:  # what it asks for may run a program
            token = self._configuration.get_api_key_with_prefix("BearerToken")
        if token:
            made["Authorization"] = token
        return made

    def _sign_in(self) -> bool:
        """Sign in again; whether there is something to try."""
        if self._renew is None:
            return False
        with self._lock:
            self._renew(self._configuration)
        return True


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _retries(method: str, *, stream: bool) -> Any:
    """How often is tried again: what only reads on any fault, what writes if nothing was done."""
    from urllib3.util import Retry

    reads = method == "GET"
    return Retry(
        total=0 if stream else 5,
        read=3 if reads and not stream else 0,
        status_forcelist=_BUSY if reads else _BUSY_FOR_WRITES,
        allowed_methods=None,
        backoff_factor=0.3,
        backoff_max=5,
        raise_on_status=False,
        respect_retry_after_header=True,
        retry_after_max=_PATIENCE,
    )


def _keepalive() -> list[tuple[int, int, int]]:
    """Socket options that let the system find a peer that is gone, within half a minute."""
    import socket

    options = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    ]
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


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
