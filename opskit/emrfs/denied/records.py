"""Denials in records of AWS: CloudTrail events and S3 server access logs.

Shapes: CloudTrail User Guide, "CloudTrail record contents"; S3 User Guide, "Amazon S3 server
access log format".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from opskit.emrfs.denied.denial import Denial
from opskit.emrfs.denied.messages import CALLS, denials, principal
from opskit.emrfs.prefixes import BUCKET, Path

_CODES = ("AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation")
_SERVICES = {
    "s3.amazonaws.com": "s3",
    "sts.amazonaws.com": "sts",
    "kms.amazonaws.com": "kms",
}
_ACCESS_LOG = re.compile(
    r"\S{1,128} (?P<bucket>\S{1,255}) \[[^\]]{1,40}\] \S{1,64} (?P<who>\S{1,700}) \S{1,64} "
    r"(?P<call>[A-Z0-9._]{1,64}) (?P<key>\S{1,3400}) \"(?P<uri>[^\"]{0,5000})\" 403 (?P<code>\S+)"
)
_METHODS = {
    "REST.GET.OBJECT": "s3:GetObject",
    "REST.HEAD.OBJECT": "s3:GetObject",
    "REST.PUT.OBJECT": "s3:PutObject",
    "REST.COPY.OBJECT": "s3:PutObject",
    "REST.POST.UPLOADS": "s3:PutObject",
    "REST.PUT.PART": "s3:PutObject",
    "REST.POST.UPLOAD": "s3:PutObject",
    "REST.DELETE.OBJECT": "s3:DeleteObject",
    "REST.POST.MULTI_OBJECT_DELETE": "s3:DeleteObject",
    "REST.GET.BUCKET": "s3:ListBucket",
    "REST.HEAD.BUCKET": "s3:ListBucket",
}


def access_log(line: str) -> Denial | None:
    """The denial in a line of an S3 server access log; None for any other line."""
    found = _ACCESS_LOG.match(line)
    if found is None or not BUCKET.fullmatch(found["bucket"]):
        return None
    key = "" if found["key"] == "-" else unquote(found["key"])
    if not key and "?" in found["uri"]:
        query = found["uri"].partition("?")[2].partition(" ")[0]
        key = parse_qs(query, max_num_fields=100).get("prefix", [""])[0]
    return Denial(
        "s3",
        principal(found["who"]),
        _METHODS.get(found["call"], ""),
        Path(found["bucket"], key),
    )


def events(text: str) -> list[Denial] | None:
    """The denials in CloudTrail's JSON, one event or a file of them; None for other text."""
    if not text.lstrip().startswith("{") or '"eventName"' not in text:
        return None
    try:
        root = json.loads(text)
    except ValueError:
        return None
    if not isinstance(root, Mapping):
        return None
    listed = root.get("Records", [root])
    return [found for each in listed if isinstance(each, Mapping) for found in _event(each)]


def _event(event: Mapping[str, Any]) -> Iterator[Denial]:
    service = _SERVICES.get(str(event.get("eventSource")))
    if event.get("errorCode") not in _CODES or service is None:
        return
    asked = event.get("requestParameters")
    asked = asked if isinstance(asked, Mapping) else {}
    who = event.get("userIdentity")
    arn = str(who.get("arn", "")) if isinstance(who, Mapping) else ""
    known = Denial(
        service,
        principal(arn),
        CALLS.get(str(event.get("eventName")), ""),
        _place(asked),
        str(asked.get("roleArn") or asked.get("keyId") or ""),
    )
    told = list(denials(str(event.get("errorMessage", ""))))
    full = [each for each in told if each.principal or each.anonymous]
    yield from (each.filled(known) for each in full)
    if not full:
        yield known


def _place(asked: Mapping[str, Any]) -> Path | None:
    bucket = str(asked.get("bucketName", ""))
    if not BUCKET.fullmatch(bucket):
        return None
    return Path(bucket, str(asked.get("key") or asked.get("prefix") or ""))
