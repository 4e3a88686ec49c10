"""Connections over HTTP beside those of an SDK: with limits of time, tries and a proxy."""

from typing import Any
from urllib.parse import urlsplit

#: The longest Retry-After that is waited for, in seconds.
PATIENCE = 60
CONNECT, READ = 10.0, 30.0  # seconds
BACKOFF = 0.5
#: The answers of a server that may have more time later.
BUSY = (429, 500, 502, 503, 504)


def connections(url: str) -> Any:
    """A urllib3 pool for the host, or for the proxy that the environment names for it.

    HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured. Its `request` raises urllib3's HTTPError.
    """
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    parts = urlsplit(url)
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=CONNECT, read=READ),
        "retries": urllib3.Retry(
            total=4,
            connect=2,
            read=1,
            redirect=3,
            other=1,
            status_forcelist=BUSY,
            backoff_factor=BACKOFF,
            backoff_max=10,
            raise_on_status=False,
            respect_retry_after_header=True,
            retry_after_max=PATIENCE,
        ),
    }
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        address = proxy if "://" in proxy else f"http://{proxy}"
        login = urlsplit(address)
        if login.username:
            options["proxy_headers"] = urllib3.make_headers(
                proxy_basic_auth=f"{login.username}:{login.password or ''}"
            )
        return urllib3.ProxyManager(address, **options)
    return urllib3.PoolManager(**options)
