"""The connections to an API server: how often is tried again, and what finds a dead peer."""

from typing import Any

from opskit.errors import InputError

#: The longest Retry-After that is waited for, in seconds.
PATIENCE = 30
_CONNECTIONS = 16
_BUSY = (429, 500, 502, 503, 504)  # 500: etcd did not answer in time
_BUSY_FOR_WRITES = (429,)  # nothing was done; a 503 does not say so


def pool(name: str, configuration: Any) -> Any:
    """The connections; what is only logged of them is no news: an error says it."""
    import logging

    from kubernetes.client import ApiClient

    configuration.connection_pool_maxsize = _CONNECTIONS
    configuration.socket_options = _keepalive()
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        return ApiClient(configuration).rest_client.pool_manager
    except (OSError, ValueError) as error:  # a proxy's address, a certificate
        raise InputError(
            f"the cluster cannot be reached as configured: {error}",
            where=name,
            hint="check the kubeconfig",
        ) from None


def retries(method: str, *, stream: bool) -> Any:
    """How often is tried again: what only reads on any fault, what writes if nothing was done."""
    from urllib3.util import Retry

    reads = method == "GET"
    return Retry(
        total=0 if stream else 5,
        connect=3,
        read=1 if reads else 0,
        other=1,  # a certificate that is not trusted stays so
        status_forcelist=_BUSY if reads else _BUSY_FOR_WRITES,
        allowed_methods=None,
        backoff_factor=0.3,
        backoff_max=5,
        raise_on_status=False,
        respect_retry_after_header=True,
        retry_after_max=PATIENCE,
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
