"""The document of role mappings, `emrfs.yaml`, as it is written (`opskit schema emrfs`).

`opskit.emrfs.formats.emrfs` makes a `Design` of it.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

_Policy = dict[str, Any] | str


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """How to read what AWS does not document; reports say where it makes a difference."""

    prefixes: Annotated[
        Literal["string", "path"],
        Meta(description="Whether s3://b/foo also covers s3://b/foobar (string) or not (path)."),
    ] = "string"
    groups: Annotated[
        Literal["all", "primary"],
        Meta(description="Whether all of a user's groups count, or the primary one alone."),
    ] = "all"


class MappingSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A role, and whom or what it is for: exactly one of users, groups and prefixes."""

    role: Annotated[str, Meta(description="The name of an IAM role, or its ARN.", min_length=1)]
    users: Annotated[tuple[str, ...], Meta(description="Hadoop users.")] = ()
    groups: Annotated[tuple[str, ...], Meta(description="Hadoop groups.")] = ()
    prefixes: Annotated[tuple[str, ...], Meta(description="Places, as s3://bucket/folder/.")] = ()

    def __post_init__(self) -> None:
        if sum(map(bool, (self.users, self.groups, self.prefixes))) != 1:
            raise ValueError("give exactly one of users, groups and prefixes")


class RoleSpec(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """An IAM role. A policy is written here, or is the path of a JSON file beside this one."""

    source: Annotated[
        Literal["file", "iam"],
        Meta(description="Where the policies are: here and in files, or in IAM, to be asked."),
    ] = "file"
    trust: Annotated[
        _Policy | None, Meta(description="The trust policy: who may assume the role.")
    ] = None
    permissions: Annotated[
        tuple[_Policy, ...] | None,
        Meta(description="All policies of the role, inline and attached. Absent: not known."),
    ] = None
    boundary: Annotated[_Policy | None, Meta(description="The permissions boundary.")] = None
    max_session: Annotated[
        Annotated[int, Meta(ge=3600, le=43200)] | None,
        Meta(description="The longest session in seconds."),
    ] = None


class DirectorySpec(Struct, frozen=True, forbid_unknown_fields=True):
    """The users of the cluster, and their groups as Hadoop sees them, the primary one first."""

    users: Annotated[dict[str, tuple[str, ...]], Meta(description="The groups of each user.")] = {}
    files: Annotated[
        tuple[str, ...],
        Meta(description="Files with users: LDIF, or what getent or hdfs groups print."),
    ] = ()
    complete: Annotated[bool, Meta(description="There are no users but these.")] = False


class BucketSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A bucket: its policy, its owner, and the KMS key its data is encrypted with."""

    policy: Annotated[_Policy | None, Meta(description="The bucket policy.")] = None
    account: Annotated[str, Meta(description="The owner, where it is another account.")] = ""
    key: Annotated[str, Meta(description="The ARN of the KMS key.")] = ""


class KeySpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A KMS key."""

    policy: Annotated[_Policy | None, Meta(description="The key policy.")] = None


class ClusterSpec(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How clusters are launched."""

    name: Annotated[str, Meta(description="The name of the cluster.")] = ""
    instance_profile: Annotated[
        str, Meta(description="The EC2 instance profile; it has to hold the base role.")
    ] = ""
    profile_role: Annotated[
        str, Meta(description="The role in the instance profile, where its name is another one.")
    ] = ""
    service_role: Annotated[str, Meta(description="The role of EMR itself.")] = ""
    log_uri: Annotated[str, Meta(description="Where logs go, as s3://bucket/folder/.")] = ""
    applications: Annotated[tuple[str, ...], Meta(description="Such as Hive and Spark.")] = ()
    kerberos_attributes: Annotated[
        dict[str, str] | None,
        Meta(description="Realm, and references for passwords: ${ENVIRONMENT_VARIABLE}."),
    ] = None
    configurations: Annotated[
        tuple[dict[str, Any], ...] | str,
        Meta(description="EMR's classifications, or the path of a JSON file with them."),
    ] = ()
    options: Annotated[
        dict[str, Any],
        Meta(description="Other options of 'aws emr create-cluster', without the dashes."),
    ] = {}


class EmrfsDocument(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Role mappings of EMRFS, in the order of evaluation, and the IAM behind them."""

    base_role: Annotated[
        str, Meta(description="The role of the cluster's EC2 instances; gets what no mapping does.")
    ]
    mappings: Annotated[
        tuple[MappingSpec, ...], Meta(description="From the top: the first that matches decides.")
    ]
    name: Annotated[str, Meta(description="The name of the security configuration.")] = ""
    account: Annotated[
        str, Meta(description="The AWS account of roles without an ARN.", pattern="^([0-9]{12})?$")
    ] = ""
    partition: Annotated[
        Literal["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"],
        Meta(description="The partition of the cluster."),
    ] = "aws"
    release: Annotated[
        str, Meta(description="The release of EMR, as in emr-6.15.0.", pattern="^(emr-[0-9.]+)?$")
    ] = ""
    match: Match = Match()
    roles: Annotated[dict[str, RoleSpec], Meta(description="By name or ARN.")] = {}
    directory: DirectorySpec = DirectorySpec()
    buckets: Annotated[dict[str, BucketSpec], Meta(description="By name.")] = {}
    keys: Annotated[dict[str, KeySpec], Meta(description="KMS keys by ARN.")] = {}
    cluster: ClusterSpec | None = None
    kerberos: Annotated[
        dict[str, Any] | None, Meta(description="EMR's KerberosConfiguration, as AWS writes it.")
    ] = None
    encryption: Annotated[
        dict[str, Any] | None, Meta(description="EMR's EncryptionConfiguration.")
    ] = None
    instance_metadata: Annotated[
        dict[str, Any] | None, Meta(description="EMR's InstanceMetadataServiceConfiguration.")
    ] = None
    blocks: Annotated[
        dict[str, Any], Meta(description="Further blocks of the security configuration.")
    ] = {}
