r"""AWS's messages on denials.

Shapes: IAM User Guide, "Troubleshoot access denied error messages"; S3 User Guide, "Troubleshoot
access denied (403 Forbidden) errors in Amazon S3"; messages of the AWS SDKs as EMRFS, S3A, Hive,
Spark and Trino print them. All expressions are bounded: the text is anybody's.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from opskit.emrfs.denied.denial import Denial, Layer, Principal
from opskit.emrfs.prefixes import BUCKET, Path

#: What a line on a denial has in it, at least.
SUSPECT = re.compile(
    r"denied|forbidden|not authorized|not allowed to access|\b403\b", re.IGNORECASE
)
_ENHANCED = re.compile(
    r"User: (?P<who>arn:[^\s\"',;]{1,600}|anonymous) is not authorized to perform: "
    r"(?P<action>[A-Za-z0-9-]{1,40}:[A-Za-z0-9*]{1,80})"
    r"(?: on resource: (?:\"(?P<quoted>[^\"]{1,2000})\"|(?P<plain>[^\s\",;]{1,2000})))?"
    r"(?P<rest>[^(]{0,300})"
)
_SAID = re.compile(
    r"(?:because no (?P<lacks>[A-Za-z -]{1,40}?) allows? |"
    r"with an explicit deny in an? (?P<denies>[A-Za-z -]{1,40})|"
    r"because (?P<public>public) (?:ACLs|policies) are \w{1,20} by the )"
)
_LAYERS = (
    ("identity-based", Layer.IDENTITY),
    ("resource-based", Layer.RESOURCE),
    ("permissions boundary", Layer.BOUNDARY),
    ("session", Layer.SESSION),
    ("vpc endpoint", Layer.ENDPOINT),
    ("service control", Layer.ORGANIZATION),
    ("resource control", Layer.ORGANIZATION),
    ("trust", Layer.TRUST),
    ("public", Layer.PUBLIC),
)
_ROLE = re.compile(
    r"arn:[\w-]{1,20}:(?:sts|iam)::(?P<account>\d{12}):"
    r"(?:assumed-role|role)/(?P<name>[^\s\"]{1,600})",
    re.ASCII,
)
_BUCKET = re.compile(r"arn:[\w-]{1,20}:s3:::(?P<bucket>[^/\s]{1,255})(?:/(?P<key>.{0,1100}))?")
_ARN = re.compile(r"arn:[\w-]{1,20}:s3:::([^\s\"'\\,;]{1,1100})")
_KEY = re.compile(r"arn:[\w-]{1,20}:kms:[\w-]{1,30}:\d{12}:(?:key|alias)/[\w/-]{1,260}", re.ASCII)
_KMS = re.compile(r"The ciphertext refers to a customer master key|Service: (?:AWS ?)?KMS\b")
_STS = re.compile(
    r"Service: (?:AWSSecurityTokenService|Sts\b)|calling the AssumeRole operation"
    r"|[Nn]ot authorized to perform:? sts:AssumeRole"
)
_S3 = re.compile(
    r"Service: (?:Amazon )?S3\b|AmazonS3Exception|model\.S3Exception|<Code>AccessDenied</Code>"
    r"|AccessDeniedException: s3[an]?:|\(AccessDenied\) when calling the"
    r"|s3[an]?://[^\s]{1,1100}",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"access ?denied|\b403\b|forbidden|not authorized|not allowed to access", re.IGNORECASE
)
_NAMED = re.compile(r"Service: |to perform:| for user |when calling the", re.IGNORECASE)
_PATH = re.compile(r"s3[an]?://([A-Za-z0-9.\-_]{1,255})((?:/[^\s'\"<>,;)\]}]{0,1100})?)")
_USER = re.compile(
    r"(?<![\w.])(?:ugi|user|userName)=(?P<user>[A-Za-z_][\w.-]{0,63})(?=[\s,@/;)]|$)"
)
_CALL = re.compile(r"when calling the (?P<name>[A-Za-z]{1,60}) operation")
#: What each call of S3's API is to IAM (S3 User Guide, "Required permissions for Amazon S3 API
#: operations"). A part of an upload is a write.
CALLS = {
    **dict.fromkeys(("GetObject", "HeadObject"), "s3:GetObject"),
    **dict.fromkeys(("ListObjects", "ListObjectsV2", "HeadBucket"), "s3:ListBucket"),
    **dict.fromkeys(
        ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"),
        "s3:PutObject",
    ),
    **dict.fromkeys(("DeleteObject", "DeleteObjects"), "s3:DeleteObject"),
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "AssumeRole": "sts:AssumeRole",
    "Decrypt": "kms:Decrypt",
    "GenerateDataKey": "kms:GenerateDataKey",
}
_PHRASES = (
    ("Failed to list directory", "s3:ListBucket"),
    ("Error opening Hive split", "s3:GetObject"),
)


def principal(arn: str) -> Principal | None:
    """The role in an ARN of a session or of a role; None for users and others."""
    found = _ROLE.fullmatch(arn)
    if found is None:
        return None
    if ":assumed-role/" in arn:
        name, _, session = found["name"].partition("/")
    else:
        name, session = found["name"].rpartition("/")[2], ""
    return Principal(found["account"], name, session, arn)


def denials(text: str) -> Iterator[Denial]:
    """Every denial in the lines of one event: those that AWS tells in full, else the bare one."""
    text = text.replace('\\"', '"').replace("&quot;", '"').replace("&#34;", '"')
    beside = _beside(text)
    full = [denial for denial in map(_enhanced, _ENHANCED.finditer(text)) if denial is not None]
    for denial in full:
        yield denial.filled(beside)
    if full or not _REFUSED.search(text):
        return
    if _KMS.search(text):
        yield replace(beside, service="kms", action=_of(beside, "kms:"), said=Layer.KEY)
    elif _STS.search(text):
        yield replace(beside, service="sts", action="sts:AssumeRole")
    elif _S3.search(text):
        yield replace(beside, service="s3", action=_of(beside, "s3:"))


def bare(text: str) -> Denial | None:
    """The denial in a text that says no more than "Access Denied" or the like; else None.

    A text that names a service or a call is none: it may be another service's denial.
    """
    if not _REFUSED.search(text) or _NAMED.search(text):
        return None
    return _beside(text)


def _of(denial: Denial, service: str) -> str:
    return denial.action if denial.action.startswith(service) else ""


def _enhanced(found: re.Match[str]) -> Denial | None:
    service, _, _ = found["action"].partition(":")
    if service not in ("s3", "sts", "kms"):
        return None
    resource = found["quoted"] or (found["plain"] or "").rstrip(".")
    said = _SAID.search(found["rest"])
    layer, explicit = None, False
    if said is not None:
        words, explicit = said[said.lastgroup or 0].lower(), bool(said["denies"])
        layer = next((layer for word, layer in _LAYERS if word in words), None)
    elif service == "kms" and "resource-based polic" in found["rest"]:
        layer = Layer.KEY
    if service == "kms" and layer is Layer.RESOURCE:
        layer = Layer.KEY
    if service == "sts" and layer is Layer.RESOURCE:
        layer = Layer.TRUST
    return Denial(
        service,
        principal(found["who"]),
        found["action"],
        _place(resource) if service == "s3" else None,
        resource if service != "s3" and resource.startswith("arn:") else "",
        layer,
        explicit,
        anonymous=found["who"] == "anonymous",
    )


def _place(resource: str) -> Path | None:
    found = _BUCKET.fullmatch(resource)
    if found is None or not BUCKET.fullmatch(found["bucket"]):
        return None
    return Path(found["bucket"], found["key"] or "")


def _beside(text: str) -> Denial:
    """What stands around a message: a path, a user, a call, a key."""
    path = next(_paths(text), None)
    user = _USER.search(text)
    key = _KEY.search(text)
    return Denial(
        "s3",
        action=_action(text),
        place=path,
        target=key[0] if key else "",
        user=user["user"] if user else "",
    )


def _paths(text: str) -> Iterator[Path]:
    for found in _PATH.finditer(text):
        yield Path(found[1], found[2].lstrip("/").rstrip(".:"))


def places(text: str) -> set[str]:
    """The places that a text names, as bucket/key."""
    if "s3" not in text:
        return set()
    by_arn = (found[1].rstrip("/.") for found in _ARN.finditer(text))
    return {f"{path.bucket}/{path.key}".rstrip("/") for path in _paths(text)} | set(by_arn)


def _action(text: str) -> str:
    call = _CALL.search(text)
    if call is not None:
        return CALLS.get(call["name"], "")
    return next((action for phrase, action in _PHRASES if phrase in text), "")
