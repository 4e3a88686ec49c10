"""The actions of Amazon S3 that are about a bucket, about an object, or about neither.

Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3". Those on
access points, jobs, access grants and storage lens groups are left out: a path names none.
"""

from enum import StrEnum
from functools import cache

from opskit.errors import UsageError


class Level(StrEnum):
    """What the resource of an action is: for `ACCOUNT` it is `*`."""

    ACCOUNT = "account"
    BUCKET = "bucket"
    OBJECT = "object"


_ACCOUNT = """
GetAccountPublicAccessBlock ListAllMyBuckets PutAccountPublicAccessBlock
"""
_BUCKET = """
CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket
DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite
GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS
GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning
GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions
PauseReplication PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAbac PutBucketAcl
PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration
PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment
PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration
PutMetricsConfiguration PutReplicationConfiguration
UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
UpdateBucketMetadataJournalTableConfiguration
"""
_OBJECT = """
AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectAnnotation
DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionAnnotation DeleteObjectVersionTagging
GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectLegalHold
GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl
GetObjectVersionAnnotation GetObjectVersionAnnotationForReplication GetObjectVersionAttributes
GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication
ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl
PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl
PutObjectVersionAnnotation PutObjectVersionTagging ReplicateDelete ReplicateObject
ReplicateObjectAnnotation ReplicateTags RestoreObject UpdateObjectEncryption
"""
#: Actions that read the content of an object, and those that write it: with a KMS key on the data
#: they need the key too (S3 User Guide, "Using server-side encryption with AWS KMS keys").
READING = frozenset(("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTorrent"))
WRITING = frozenset(("s3:PutObject",))
#: Actions whose requests carry `s3:prefix`.
LISTING = frozenset(("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"))


class Action:
    """An action of S3 by its name as AWS writes it, and what it is about."""

    __slots__ = ("level", "name")

    def __init__(self, name: str, level: Level) -> None:
        self.name, self.level = f"s3:{name}", level


_LISTS = ((_ACCOUNT, Level.ACCOUNT), (_BUCKET, Level.BUCKET), (_OBJECT, Level.OBJECT))


@cache
def _known() -> dict[str, Action]:
    found = (Action(name, level) for names, level in _LISTS for name in names.split())
    return {action.name.lower(): action for action in found}


def known(written: str) -> bool:
    """Whether `s3_action` knows an action."""
    return written.lower() in _known()


@cache
def s3_action(written: str) -> Action:
    """An action by its name in any case; UsageError for one that is none, with the closest."""
    listed = _known()
    found = listed.get(written.lower())
    if found is not None:
        return found
    from difflib import get_close_matches

    name = written.rpartition(":")[2]
    close = get_close_matches(f"s3:{name.lower()}", listed, n=1)
    hint = f"did you mean {listed[close[0]].name}?" if close else "write it as s3:GetObject"
    raise UsageError(f"{written[:100]!r} is no action on a bucket or an object of S3", hint=hint)
