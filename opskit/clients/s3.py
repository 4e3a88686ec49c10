"""S3 and what speaks its API: clients for many requests at once, and answers kept as XML.

botocore signs, sends and says what failed; its parser takes 100 ms for a page of 1000 keys where a
scan of the text takes 2, so that listings are taken from it before it parses (`before-parse`).
"""

import threading
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from opskit.clients import aws
from opskit.errors import UsageError

_ours = threading.local()
_OPERATIONS = ("ListObjectsV2", "ListObjectVersions")
_THROTTLED = (
    *("SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled"),
    *("RequestLimitExceeded", "TooManyRequests", "BandwidthLimitExceeded", "ServiceUnavailable"),
)
_REFUSED = ("AccessDenied", "AccessDeniedException", "403", "Forbidden", "AllAccessDisabled")
#: What a server says that does not have an operation.
_LACKING = ("NotImplemented", "MethodNotAllowed", "501", "405", "UnsupportedOperation")
_TRANSIENT = ("InternalError", "RequestTimeout", "OperationAborted", "RequestTimeoutException")


class Failure(Enum):
    """What a failed request means for the next one."""

    THROTTLED = "throttled"
    TRANSIENT = "transient"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LACKING = "lacking"
    FATAL = "fatal"


def connect(
    *,
    profile: str = "",
    region: str = "",
    endpoint_url: str = "",
    workers: int = 64,
    anonymous: bool = False,
) -> Any:
    """A client for so many requests at once that does not try again by itself.

    UsageError where the endpoint is no URL, UnknownError where there is no such profile.
    """
    _check_endpoint(endpoint_url)
    from botocore import UNSIGNED
    from botocore.config import Config

    config = Config(
        max_pool_connections=max(workers, 1),
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=10,
        read_timeout=60,
        tcp_keepalive=True,
        **({"signature_version": UNSIGNED} if anonymous else {}),
    )
    return aws.client(
        "s3", profile=profile, region=region, config=config, endpoint_url=endpoint_url
    )


def _check_endpoint(url: str) -> None:
    if url and not (url.startswith(("http://", "https://")) and urlsplit(url).hostname):
        raise UsageError(
            f"{url!r} is no URL", where="--endpoint-url", hint="write https://s3.example.com"
        )


def listing(client: Any, **arguments: Any) -> tuple[bytes, str]:
    """The XML of a page of ListObjectsV2, or of ListObjectVersions with `versions`, as it came,
    and the bucket's region where the answer tells. Raises what botocore raises.
    """
    versions = arguments.pop("versions", False)
    call = client.list_object_versions if versions else client.list_objects_v2
    _ours.wanted = True
    try:
        answer = call(EncodingType="url", **arguments)
    finally:
        _ours.wanted = False
    headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
    return answer["OpskitBody"], str(headers.get("x-amz-bucket-region", ""))


def prepare(client: Any) -> None:
    """Let `listing` have the text of answers of this client; other calls are parsed as ever."""
    for name in _OPERATIONS:
        # botocore calls this pattern's handlers before its own of `before-parse.s3.*`, one of which
        # parses the whole text to see whether it is an error.
        client.meta.events.register(f"before-parse.*.{name}", _take, unique_id=f"opskit-{name}")


def _take(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    body = response_dict["body"]
    wanted = getattr(_ours, "wanted", False)
    if wanted and response_dict["status_code"] == 200 and b"<Error" not in body[:300]:
        customized_response_dict["OpskitBody"] = body
        response_dict["body"] = b"<Taken/>"


def errors() -> tuple[type[Exception], ...]:
    """The exceptions of a request that `failure` knows."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return (BotoCoreError, ClientError, ResponseParserError, OSError)


def failure(error: Exception) -> Failure:
    """What a failed request means: try again, more slowly, or not."""
    from botocore import exceptions as known
    from botocore.parsers import ResponseParserError

    if isinstance(error, known.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return _of_code(code(error), status)
    if isinstance(error, (known.EndpointConnectionError, known.ConnectTimeoutError)):
        return Failure.UNREACHABLE
    if isinstance(error, (known.SSLError, known.ProxyConnectionError)):
        return Failure.FATAL
    broken = (known.HTTPClientError, known.ResponseStreamingError, ResponseParserError, OSError)
    return Failure.TRANSIENT if isinstance(error, broken) else Failure.FATAL


def _of_code(word: str, status: int) -> Failure:
    if word in _LACKING or status in (405, 501):
        return Failure.LACKING
    if word in _THROTTLED or status in (429, 503):
        return Failure.THROTTLED
    if word in _REFUSED:
        return Failure.REFUSED
    return Failure.TRANSIENT if word in _TRANSIENT or status >= 500 else Failure.FATAL


def code(error: Exception) -> str:
    """S3's word for what failed: NoSuchBucket, AccessDenied; empty where there is none."""
    answer = getattr(error, "response", None)  # None in the errors of a connection
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""
