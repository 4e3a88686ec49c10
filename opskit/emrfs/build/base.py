"""Least privilege for the base role: what a cluster itself needs, and no data.

EMR Management Guide, "Service role for cluster EC2 instances (EC2 instance profile)", the section
on least privilege: logs, debugging, Glue. Whatever S3 data this role reached would be what
everybody gets who falls through the mappings.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opskit.emrfs.arns import object_arn
from opskit.emrfs.build.grants import Statement, allow, keys_of, literal, unique
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path, path
from opskit.errors import UsageError

_GLUE = (
    *(f"glue:{verb}{what}" for what in ("Database", "Table") for verb in ("Create", "Update")),
    *("glue:DeleteDatabase", "glue:GetDatabase", "glue:GetDatabases"),
    *("glue:DeleteTable", "glue:GetTable", "glue:GetTables", "glue:GetTableVersions"),
    *("glue:CreatePartition", "glue:BatchCreatePartition", "glue:UpdatePartition"),
    *("glue:DeletePartition", "glue:BatchDeletePartition", "glue:GetPartition"),
    *("glue:GetPartitions", "glue:BatchGetPartition"),
    *("glue:CreateUserDefinedFunction", "glue:UpdateUserDefinedFunction"),
    *("glue:DeleteUserDefinedFunction", "glue:GetUserDefinedFunction"),
    "glue:GetUserDefinedFunctions",
)
_GLUE_KEYS = ("hive.metastore.client.factory.class", "hive.metastore")
#: Where EC2's service principal has another name (IAM User Guide and the guides of the regions).
_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
}


def trust(design: Design) -> dict[str, Any]:
    """Trust in EC2, which starts the instances with this role, and in nobody else."""
    service = f"ec2.{_SUFFIXES.get(design.partition, 'amazonaws.com')}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Instances",
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def statements(design: Design, base: str) -> tuple[list[Statement], list[str]]:
    """The statements, and notes on what could not be told. `base` is the ARN of the role."""
    notes: list[str] = []
    cluster = design.cluster
    account = base.split(":")[4]
    found = [*_logs(design, notes), _debugging(design, account), *_bootstrap(design, notes)]
    if cluster is not None and uses_glue(cluster.configurations):
        found.append(_glue(design, account))
    assumed = unique(str(role.arn) for role in design.every_role() if needs_assume(base, role))
    if assumed:
        found.append(allow("Assume", ["sts:AssumeRole"], assumed))
    return found, notes


def _logs(design: Design, notes: list[str]) -> Iterator[Statement]:
    uri = design.cluster.log_uri if design.cluster is not None else ""
    where = _place(uri)
    if where is None:
        notes.append("the log folder is not known: the base role may write no logs")
        return
    folder = literal(where.key.rstrip("/"))
    key = f"{folder}/*" if folder else "*"
    yield allow("Logs", ["s3:PutObject"], [object_arn(where.bucket, key, design.partition)])
    keys = keys_of(design, where.bucket)
    if keys:
        yield allow("LogKeys", ["kms:GenerateDataKey"], keys)


def _debugging(design: Design, account: str) -> Statement:
    queue = f"arn:{design.partition}:sqs:*:{account}:AWS-ElasticMapReduce-*"
    return allow("Debugging", ["sqs:GetQueueUrl", "sqs:SendMessage"], [queue])


def _bootstrap(design: Design, notes: list[str]) -> Iterator[Statement]:
    options = design.cluster.options if design.cluster is not None else {}
    written = options.get("bootstrap-actions", ())
    actions = written if isinstance(written, list | tuple) else [written]
    places = [_place(each) for each in map(_script, actions) if each]
    found = [where for where in places if where is not None and where.key]
    if len(found) < len(actions):
        notes.append("a bootstrap action is not at a place in S3: nothing is granted for it")
    if found:
        keys = [object_arn(at.bucket, literal(at.key), design.partition) for at in found]
        yield allow("Bootstrap", ["s3:GetObject"], unique(keys))


def _script(action: object) -> str:
    """The path of a bootstrap action: `Path=s3://...,Args=[...]`, or an object with Path."""
    if isinstance(action, Mapping):
        return str(action.get("Path", ""))
    parts = dict(part.partition("=")[::2] for part in str(action).split(","))
    return parts.get("Path", str(action)).strip("\"' ")


def _place(uri: str) -> Path | None:
    try:
        return path(uri)
    except UsageError:
        return None


def uses_glue(configurations: object) -> bool:
    """Whether an application has Glue's catalog as its metastore (EMR Release Guide, "Using the
    AWS Glue Data Catalog as the metastore for Hive", and the like for Spark, Presto and Trino).
    """
    for each in configurations if isinstance(configurations, list | tuple) else ():
        if not isinstance(each, Mapping):
            continue
        properties = each.get("Properties")
        settings = properties if isinstance(properties, Mapping) else {}
        if any("glue" in str(settings.get(key, "")).lower() for key in _GLUE_KEYS):
            return True
        if uses_glue(each.get("Configurations")):
            return True
    return False


def _glue(design: Design, account: str) -> Statement:
    start = f"arn:{design.partition}:glue:*:{account}"
    kinds = ("catalog", "database/*", "table/*", "userDefinedFunction/*")
    return allow("Catalog", _GLUE, [f"{start}:{kind}" for kind in kinds])


def needs_assume(base: str, role: Role) -> bool:
    """Whether the base role needs `sts:AssumeRole` of its own to get a role.

    In one account a trust policy that names the base role is enough; trust in the account, and
    roles of other accounts, need it (IAM User Guide, "Cross-account policy evaluation logic").
    """
    if role.arn.account and role.arn.account != base.split(":")[4]:
        return True
    return role.trust is not None and not _names(role.trust, base)


def _names(trust: Policy, base: str) -> bool:
    return any(
        statement.effect == "Allow" and base in (statement.principals or {}).get("AWS", ())
        for statement in trust.statements
    )
