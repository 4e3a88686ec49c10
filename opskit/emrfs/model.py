"""The plain model of role mappings, whatever file they were read from.

A `Design` is what every command works on: the mappings in their order, the base role that the
rest falls to, and as much as is known of the roles, the people and the data around them. What is
not known is None, which is not the same as empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam.policy import Locate, Policy
from opskit.findings import Location

PrefixMatch = Literal["string", "path"]
Groups = Literal["all", "primary"]

#: What ends every report. AWS says it of its own feature (EMR Management Guide, "Configure IAM
#: roles for EMRFS requests to Amazon S3").
NOTICE = (
    "role mappings are a convenience, not a boundary: whoever has a shell on the cluster "
    "can go round them"
)


class Kind(StrEnum):
    """What an identifier names, as security configurations write it (`IdentifierType`)."""

    USER = "User"
    GROUP = "Group"
    PREFIX = "Prefix"


class Identifier(NamedTuple):
    """One user, group or prefix, as it was written, and where."""

    text: str
    location: Location | None = None


@dataclass(slots=True)
class RoleMapping:
    """A role and whom or what it is for. `index` counts from 0, as in the JSON.

    `role` is as written: an ARN, a bare name, or a template's expression (`${var.role}`).
    """

    index: int
    role: str
    kind: Kind
    identifiers: tuple[Identifier, ...]
    location: Location | None = None
    role_location: Location | None = None

    @property
    def label(self) -> str:
        """As messages call it: `mappings[1]`."""
        return f"mappings[{self.index}]"


@dataclass(slots=True)
class Role:
    """An IAM role, as far as it is known.

    `trust` and `permissions` are None where they are not known; `boundary` is None where there is
    none, or where the permissions are not known either. `max_session` is in seconds.
    """

    arn: RoleArn
    trust: Policy | None = None
    permissions: tuple[Policy, ...] | None = None
    boundary: Policy | None = None
    max_session: int | None = None
    location: Location | None = None

    @property
    def name(self) -> str:
        return self.arn.name


@dataclass(slots=True)
class Directory:
    """Who there is. The first group of a user is the primary one; order counts.

    `complete` says that there are no other users than these.
    """

    users: dict[str, tuple[str, ...]] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    complete: bool = False

    def groups_of(self, user: str) -> tuple[str, ...] | None:
        """The groups of a user; None for one who is not in the directory."""
        return self.users.get(user)


@dataclass(slots=True)
class Bucket:
    """A bucket, as far as it is known: its policy, its owner, and the KMS key of its data."""

    name: str
    account: str = ""
    policy: Policy | None = None
    key: str = ""
    location: Location | None = None


@dataclass(slots=True)
class Key:
    """A KMS key and its policy."""

    arn: str
    policy: Policy | None = None
    location: Location | None = None


@dataclass(slots=True)
class Cluster:
    """How clusters with this configuration are launched. `kerberos` maps the names of
    `KerberosAttributes` to values or references; `configurations` are EMR's classifications.
    `files` says which part came from a file of its own, and how that was named. `profile_role` is
    the role in the instance profile where that is known; else a profile is taken to hold the role
    of its own name.
    """

    name: str = ""
    instance_profile: str = ""
    service_role: str = ""
    log_uri: str = ""
    applications: tuple[str, ...] = ()
    kerberos: Mapping[str, str] | None = None
    configurations: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    profile_role: str = ""
    #: From `("configurations", 0, "Properties", name)` and the like to the place, where known.
    locate: Locate | None = field(default=None, compare=False, repr=False)


class Fault(NamedTuple):
    """What a reader saw that breaks a rule on the form of a file: lint tells it under `rule`,
    and every other command refuses the file.
    """

    rule: str
    message: str
    location: Location | None = None
    observed: str = ""
    expected: str = ""


@dataclass(slots=True)
class Design:
    """Role mappings and what is known around them.

    `source` names the file and `format` what kind it is (`opskit.emrfs.formats`). `blocks` holds
    the other blocks of the security configuration by their AWS names, as plain values. `notes`
    says what the format cannot express or the reader did not understand. `account` is empty where
    it is not known; `base_role` is None where the format has none.
    """

    source: str
    format: str
    mappings: list[RoleMapping]
    base_role: Role | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    partition: str = "aws"
    account: str = ""
    release: str = ""
    directory: Directory = field(default_factory=Directory)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    cluster: Cluster | None = None
    blocks: dict[str, Any] = field(default_factory=dict)
    block_locations: dict[str, Location] = field(default_factory=dict)
    prefix_match: PrefixMatch = "string"
    groups: Groups = "all"
    name: str = ""
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_account: int | None = None

    def role_of(self, mapping: RoleMapping) -> Role:
        """The role of a mapping; one of which only the name is known where there is no more."""
        return self.role(mapping.role)

    def role(self, written: str) -> Role:
        """The role that an ARN or a bare name stands for."""
        arn = self.arn(written)
        found = self.roles.get(str(arn))
        if found is None and self.base_role is not None and self.base_role.arn == arn:
            found = self.base_role
        return found or Role(arn)

    def arn(self, written: str) -> RoleArn:
        """The ARN of what may be a bare name, in the design's partition and account."""
        return RoleArn.parse(written, partition=self.partition, account=self.account)

    def identifiers(self, kind: Kind | None = None) -> Iterator[tuple[RoleMapping, Identifier]]:
        """Every identifier with its mapping, in the order of evaluation."""
        for mapping in self.mappings:
            if kind is None or mapping.kind is kind:
                for identifier in mapping.identifiers:
                    yield mapping, identifier

    def every_role(self) -> list[Role]:
        """The roles that mappings name, each once, in order."""
        return list({str(self.arn(m.role)): self.role_of(m) for m in self.mappings}.values())
