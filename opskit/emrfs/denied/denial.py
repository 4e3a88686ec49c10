"""What a message says about one denial. What it does not say is empty."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from opskit.emrfs.prefixes import Path


class Layer(StrEnum):
    """What denied, or what is missing."""

    MAPPING = "mapping"
    TRUST = "trust-policy"
    BASE = "base-role-policy"
    IDENTITY = "identity-policy"
    RESOURCE = "bucket-policy"
    BOUNDARY = "permissions-boundary"
    SESSION = "session-policy"
    KEY = "kms-key"
    ENDPOINT = "vpc-endpoint-policy"
    ORGANIZATION = "organization-policy"
    PUBLIC = "block-public-access"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return _WORDS.get(self, self.value.replace("-", " "))


_WORDS = {
    Layer.MAPPING: "no mapping matched",
    Layer.TRUST: "the role's trust policy",
    Layer.BASE: "the base role's own policy",
    Layer.IDENTITY: "the role's own policy",
    Layer.RESOURCE: "the bucket policy",
    Layer.BOUNDARY: "the permissions boundary",
    Layer.KEY: "the KMS key",
    Layer.ENDPOINT: "the policy of a VPC endpoint",
    Layer.ORGANIZATION: "a policy of the organization",
    Layer.PUBLIC: "S3 Block Public Access",
    Layer.UNKNOWN: "not known",
}


class Principal(NamedTuple):
    """The role that was refused, by its account and name, and its session."""

    account: str
    role: str
    session: str
    arn: str


@dataclass(frozen=True, slots=True)
class Denial:
    """One denial. `service` is s3, sts or kms; `target` is the ARN of a role or of a key.

    `said` is the layer that AWS names, and `explicit` whether it says that a Deny did it. `place`
    is from the resource, or from a path beside the message. `user` is a Hadoop user in the log.
    `anonymous` is a request without credentials.
    """

    service: str
    principal: Principal | None = None
    action: str = ""
    place: Path | None = None
    target: str = ""
    said: Layer | None = None
    explicit: bool = False
    user: str = ""
    anonymous: bool = False

    def filled(self, other: "Denial") -> "Denial":
        """This one, with what it lacks taken from another."""
        return replace(
            self,
            principal=self.principal or other.principal,
            action=self.action or other.action,
            place=_place(self.place, other.place),
            target=self.target or other.target,
            user=self.user or other.user,
        )


def _place(own: Path | None, other: Path | None) -> Path | None:
    """A bucket alone is told more closely by a path in it."""
    if own is None or (other is not None and other.bucket == own.bucket and not own.key):
        return other or own
    return own


@dataclass(slots=True)
class Seen:
    """A denial in a text: how often, where first, and how it read there (without secrets)."""

    denial: Denial
    count: int
    line: int
    text: str
