"""Lines of S3 server access logs and events of CloudTrail, made for tests."""

import json
from typing import Any
from urllib.parse import quote

ACCOUNT = "111122223333"
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


def arn(role: str, name: str = "EmrFS-Session", account: str = ACCOUNT) -> str:
    """The ARN of a session, as logs write requesters."""
    return f"arn:aws:sts::{account}:assumed-role/{role}/{name}"


def encoded(key: bytes | str, times: int = 2, safe: str = "/") -> str:
    """A key as logs write it: encoded by the client, and its percent signs once more by S3."""
    raw = key.encode() if isinstance(key, str) else key
    once = quote(raw, safe=safe)
    return once.replace("%", "%25") if times == 2 else once


def record(
    who: str,
    operation: str,
    bucket: str,
    key: str = "-",
    status: str = "200",
    code: str = "-",
    *,
    uri: str | None = None,
    time: str = "19/Nov/2026:01:02:11",
) -> str:
    """A line; `key` is as it stands there, `uri` what stands between the quotation marks, empty
    where S3 writes a dash.
    """
    if uri is None:
        uri = f"{operation.split('.')[1]} /{key.replace('%25', '%')} HTTP/1.1"
    asked = f'"{uri}"' if uri else "-"
    return (
        f"{OWNER} {bucket} [{time} +0000] 10.0.3.31 {who} A4C123B1612DD272 {operation} {key} "
        f'{asked} {status} {code} 73226 73226 15 57 "-" "ElasticMapReduce/1.0.0 emrfs/s3n" - '
        f"a4c123b1612dd272= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader {bucket}.s3.amazonaws.com "
        "TLSv1.3 - -"
    )


def event(
    who: str, name: str, parameters: dict[str, Any] | None, code: str | None = None, **more: Any
) -> dict[str, Any]:
    """A data event of CloudTrail."""
    made = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "arn": who},
        "eventTime": "2026-11-19T01:02:11Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "requestParameters": parameters,
        **more,
    }
    return made if code is None else {**made, "errorCode": code}


def trail(*events: object) -> bytes:
    """A file of CloudTrail."""
    return json.dumps({"Records": events}).encode()
