"""What the operations in S3's logs are in the words of IAM, and what S3's answers tell.

Operations of server access logs: S3 User Guide, "Amazon S3 server access log format". Events of
CloudTrail: the same guide, "Amazon S3 CloudTrail events". What each needs: Service Authorization
Reference, "Actions, resources, and condition keys for Amazon S3", and S3 User Guide, "Required
permissions for Amazon S3 API operations".
"""

from enum import StrEnum

_ACTIONS = {
    "s3:GetObject": (
        *("REST.GET.OBJECT", "REST.HEAD.OBJECT", "REST.COPY.OBJECT_GET", "REST.COPY.PART_GET"),
        *("REST.SELECT.OBJECT", "GetObject", "HeadObject", "SelectObjectContent"),
        *("CopyObject source", "UploadPartCopy source"),
    ),
    "s3:PutObject": (
        *("REST.PUT.OBJECT", "REST.POST.OBJECT", "REST.COPY.OBJECT", "REST.COPY.PART"),
        *("REST.PUT.PART", "REST.POST.UPLOADS", "REST.POST.UPLOAD"),
        *("PutObject", "PostObject", "CopyObject", "UploadPart", "UploadPartCopy"),
        *("CreateMultipartUpload", "CompleteMultipartUpload"),
    ),
    "s3:DeleteObject": ("REST.DELETE.OBJECT", "BATCH.DELETE.OBJECT", "DeleteObject"),
    "s3:ListBucket": (
        *("REST.GET.BUCKET", "REST.HEAD.BUCKET", "ListObjects", "ListObjectsV2", "HeadBucket"),
    ),
    "s3:ListBucketVersions": ("REST.GET.BUCKETVERSIONS", "ListObjectVersions"),
    "s3:ListBucketMultipartUploads": ("REST.GET.UPLOADS", "ListMultipartUploads"),
    "s3:ListMultipartUploadParts": ("REST.GET.UPLOAD", "ListParts"),
    "s3:AbortMultipartUpload": ("REST.DELETE.UPLOAD", "AbortMultipartUpload"),
    "s3:GetBucketLocation": ("REST.GET.LOCATION", "GetBucketLocation"),
    "s3:GetBucketVersioning": ("REST.GET.VERSIONING", "GetBucketVersioning"),
    "s3:GetEncryptionConfiguration": ("REST.GET.ENCRYPTION", "GetBucketEncryption"),
    "s3:GetObjectAttributes": ("REST.GET.OBJECT_ATTRIBUTES", "GetObjectAttributes"),
    "s3:GetObjectTagging": ("REST.GET.OBJECT_TAGGING", "GetObjectTagging"),
    "s3:PutObjectTagging": ("REST.PUT.OBJECT_TAGGING", "PutObjectTagging"),
    "s3:GetObjectAcl": ("GetObjectAcl",),
    "s3:PutObjectAcl": ("PutObjectAcl",),
    "s3:RestoreObject": ("REST.POST.RESTORE", "RestoreObject"),
}
ACTIONS = {operation: action for action, names in _ACTIONS.items() for operation in names}
#: The one request of several deletions: each key has a line of its own (BATCH.DELETE.OBJECT).
ENVELOPES = frozenset(("REST.POST.MULTI_OBJECT_DELETE",))
#: Events that say the bucket and leave out the keys (S3 User Guide, "Logging options for Amazon
#: S3").
KEYLESS = frozenset(("DeleteObjects",))
#: The source of a copy, and its target: one role does both.
COPIES = frozenset(
    (
        *("REST.COPY.OBJECT", "REST.COPY.OBJECT_GET", "REST.COPY.PART", "REST.COPY.PART_GET"),
        *("CopyObject", "CopyObject source", "UploadPartCopy", "UploadPartCopy source"),
    )
)


class Outcome(StrEnum):
    """What S3's answer tells of the permission."""

    ALLOWED = "allowed"
    DENIED = "denied"
    OPEN = "open"


#: Answers after the permission was found: there is no such object or upload, a condition failed,
#: a range is none (S3 API Reference, "Error responses").
_AFTER = frozenset(
    (
        *("NoSuchKey", "NoSuchUpload", "NoSuchVersion", "PreconditionFailed", "NotModified"),
        *("InvalidRange", "NoSuchTagSet", "InvalidObjectState", "RestoreAlreadyInProgress"),
        *("EntityTooSmall", "InvalidPart", "InvalidPartOrder", "ConditionalRequestConflict"),
    )
)
_DENIED = frozenset(("AccessDenied", "AccessDeniedException", "Client.AccessDenied"))


def outcome(status: str, code: str) -> Outcome:
    """From the HTTP status (`-` in CloudTrail) and the error code (`-` where there is none)."""
    if code in _DENIED:
        return Outcome.DENIED
    if code in _AFTER:
        return Outcome.ALLOWED
    if code not in ("-", ""):
        return Outcome.OPEN
    whole = len(status) == 3 and status.isdigit()
    if (whole and status.startswith("2")) or status in ("-", "304", "404", "412", "416"):
        return Outcome.ALLOWED
    return Outcome.DENIED if status == "403" else Outcome.OPEN
