"""What a security configuration says of the encryption of data in S3.

EMR Management Guide, "Creating EMR security configurations": the block `EncryptionConfiguration`,
its `S3EncryptionConfiguration` and the overrides by bucket.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from opskit.emrfs.model import Design

#: What each mode has EMRFS ask S3 for with a write (`x-amz-server-side-encryption`); where the
#: client encrypts, S3 is asked for nothing.
_HEADERS = {"SSE-S3": ("AES256",), "SSE-KMS": ("aws:kms",), "CSE-KMS": (), "CSE-Custom": ()}


class Encryption(NamedTuple):
    """How EMRFS encrypts what it writes. `mode` is empty where that is not known, and `key` where
    there is none.
    """

    mode: str = ""
    key: str = ""

    @property
    def client_side(self) -> bool:
        return self.mode.startswith("CSE-")

    @property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The condition keys of a write that this settles."""
        asked = _HEADERS.get(self.mode)
        if asked is None:
            return {}
        key = (self.key,) if self.mode == "SSE-KMS" and self.key else ()
        return {
            "s3:x-amz-server-side-encryption": asked,
            "s3:x-amz-server-side-encryption-aws-kms-key-id": key,
        }


def overridden(design: Design, bucket: str) -> Encryption:
    """What an override says of one bucket."""
    for each in _s3(design).get("Overrides") or ():
        if isinstance(each, Mapping) and each.get("BucketName") == bucket:
            return _encryption(each)
    return Encryption()


def writing(design: Design, bucket: str) -> Encryption:
    """How EMRFS encrypts what it writes to a bucket: an override counts before the default."""
    found = overridden(design, bucket)
    return found if found.mode else _encryption(_s3(design))


def bucket_names(design: Design) -> set[str]:
    """The buckets that have an override."""
    listed = _s3(design).get("Overrides") or ()
    return {str(each.get("BucketName")) for each in listed if isinstance(each, Mapping)}


def _s3(design: Design) -> Mapping[str, Any]:
    block: Any = design.blocks.get("EncryptionConfiguration")
    if not isinstance(block, Mapping) or block.get("EnableAtRestEncryption") is False:
        return {}
    for name in ("AtRestEncryptionConfiguration", "S3EncryptionConfiguration"):
        block = block.get(name)
        if not isinstance(block, Mapping):
            return {}
    return block


def _encryption(written: Mapping[str, Any]) -> Encryption:
    return Encryption(str(written.get("EncryptionMode") or ""), str(written.get("AwsKmsKey") or ""))
