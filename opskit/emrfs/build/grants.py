"""Least privilege on S3 and KMS for prefixes, as statements of a policy.

What EMRFS calls: EMR Management Guide, "Service role for cluster EC2 instances", without what
consistent view and versions need. IAM User Guide, "IAM policy elements: Variables and tags", for
how wildcards are written literally. A policy may hold characters up to U+00FF only (IAM User
Guide, "IAM and AWS STS quotas").
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opskit.emrfs import encryption
from opskit.emrfs.arns import bucket_arn, object_arn
from opskit.emrfs.model import Design
from opskit.emrfs.prefixes import BUCKET, normal

OBJECTS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
LIST = "s3:ListBucket"
LOCATION = "s3:GetBucketLocation"
KMS = ("kms:Decrypt", "kms:GenerateDataKey")
#: What EMRFS adds to a folder's name for the object that stands for it.
MARKER = "_$folder$"
_SPECIAL = re.compile(r"[*?]|\$(?=\{)")
_BEYOND = re.compile(r"[^\x20-\xff]")

Statement = dict[str, Any]


@dataclass(slots=True)
class Grants:
    """What prefixes need: keys below each bucket, and what could not be granted.

    A key is a pattern; an empty set of listings means the whole bucket.
    """

    objects: dict[str, list[str]] = field(default_factory=dict)
    listings: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def statements(design: Design, prefixes: Iterable[str]) -> tuple[list[Statement], list[str]]:
    """The statements that give the prefixes, and notes on those that no policy can name."""
    grants = of(design, prefixes)
    return [*_written(design, grants)], grants.notes


def of(design: Design, prefixes: Iterable[str]) -> Grants:
    """The keys that the prefixes need: the folder and what is in it, never its neighbours."""
    grants = Grants()
    for written in prefixes:
        text = normal(written)
        bucket, slash, key = text.partition("/")
        if not BUCKET.fullmatch(bucket):
            grants.notes.append(f"{written!r:.80} names no bucket: nothing is granted for it")
        elif _BEYOND.search(key):
            grants.notes.append(
                f"{written!r:.80} has characters that a policy cannot hold: nothing is granted "
                "for it"
            )
        else:
            _add(grants, bucket, key, closed=bool(slash) and key.endswith("/"))
    return grants


def _add(grants: Grants, bucket: str, key: str, *, closed: bool) -> None:
    objects = grants.objects.setdefault(bucket, [])
    listings = grants.listings.setdefault(bucket, [])
    folder = literal(key.rstrip("/") if closed else key)
    if not folder:
        objects.append("*")
        listings.clear()
        listings.append("*")
        return
    if not closed:  # the folder's own objects match the mapping too
        objects += [folder, folder + MARKER]
    objects.append(f"{folder}/*")
    listings.append(f"{folder}/*")


def literal(text: str) -> str:
    """A key as a pattern that means only itself."""
    return _SPECIAL.sub(lambda found: f"${{{found[0]}}}", text)


def _written(design: Design, grants: Grants) -> Iterable[Statement]:
    buckets = grants.objects
    if not buckets:
        return
    partition = design.partition
    yield allow("Location", [LOCATION], [bucket_arn(bucket, partition) for bucket in buckets])
    for number, (bucket, listings) in enumerate(grants.listings.items()):
        conditions = None
        if "*" not in listings:
            conditions = {"StringLike": {"s3:prefix": unique(listings)}}
        yield allow(f"List{number or ''}", [LIST], [bucket_arn(bucket, partition)], conditions)
    keys = [
        object_arn(bucket, key, partition)
        for bucket, found in buckets.items()
        for key in (["*"] if "*" in found else unique(found))
    ]
    yield allow("Objects", OBJECTS, keys)
    encrypted = unique(key for bucket in buckets for key in keys_of(design, bucket))
    for key in encrypted:
        if ":key/" not in key:
            grants.notes.append(f"{key!r:.80} is no ARN of a KMS key: its use is not granted")
    encrypted = [key for key in encrypted if ":key/" in key]
    if encrypted:
        yield allow("Keys", KMS, encrypted)


def allow(
    sid: str,
    actions: Iterable[str],
    resources: Iterable[str],
    conditions: Mapping[str, Any] | None = None,
) -> Statement:
    """A statement; single values are written without a list."""
    made: Statement = {"Sid": sid, "Effect": "Allow"}
    made["Action"] = _single(list(actions))
    made["Resource"] = _single(list(resources))
    if conditions:
        made["Condition"] = conditions
    return made


def _single(values: list[str]) -> list[str] | str:
    return values[0] if len(values) == 1 else values


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def keys_of(design: Design, bucket: str) -> list[str]:
    """The KMS keys that a bucket's data is encrypted with, as far as it is known: the bucket's
    own, and the one of the security configuration.
    """
    known = design.buckets.get(bucket)
    own = known.key if known is not None else ""
    return unique(key for key in (own, encryption.writing(design, bucket).key) if key)
