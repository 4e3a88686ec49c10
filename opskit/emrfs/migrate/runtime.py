"""To runtime roles: the role is named with each job, and no more told from its user.

EMR Management Guide, "Runtime roles for Amazon EMR steps".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opskit.emrfs.arns import ROLE
from opskit.emrfs.build import checks, launch
from opskit.emrfs.build.roles import trust_in
from opskit.emrfs.build.securityconfig import AUTHORIZATION, EMRFS
from opskit.emrfs.migrate.overlaps import overlapping, some
from opskit.emrfs.migrate.plan import (
    Outcome,
    Plan,
    Row,
    Step,
    Variable,
    command,
    json_word,
    release,
    word,
)
from opskit.emrfs.model import Design, Kind, Role

TARGET = "runtime-roles"
#: The first release with runtime roles for steps.
RELEASE = (6, 7, 0)
CLUSTER = Variable("CLUSTER_ID")
BLOCK = "IAMConfiguration"
_ACTIONS = ["sts:AssumeRole", "sts:TagSession"]
_WORKS = ("Spark", "Hive", "Livy", "Presto", "Trino", "Hadoop", "JupyterEnterpriseGateway")
_PLACE = "a runtime role is for a whole job, not for a place that the job comes to"


def plan(design: Design) -> Plan:
    """The plan. InputError where the account is not known."""
    base = checks.base_arn(design)
    hidden = overlapping(design)
    rows = []
    for mapping in design.mappings:
        arn = checks.role_arn(design, mapping)
        row = Row(mapping, Outcome.MOVES, f"--execution-role-arn {arn}")
        if mapping.kind is Kind.PREFIX:
            row.becomes = "nothing"
            row.lessen(_PLACE, to=Outcome.CANNOT)
        elif arn.split(":")[4] != base.split(":")[4]:
            row.lessen("a runtime role in another account is not documented: try it first")
        users = hidden.get(mapping.index)
        if users:
            row.lessen(
                f"an earlier mapping hides it from {some(users)} today; with it they may choose"
            )
        rows.append(row)
    moving = {
        checks.role_arn(design, row.mapping): design.role_of(row.mapping)
        for row in rows
        if row.outcome is not Outcome.CANNOT
    }
    steps = list(_steps(design, base, moving)) if moving else []
    return Plan(TARGET, rows, steps, list(_notes(design)))


def _steps(design: Design, base: str, roles: dict[str, Role]) -> Iterator[Step]:
    name = f"{design.name or launch.DEFAULT_NAME}-runtime-roles"
    yield Step("let the roles trust the base role, tags included", list(_trust(base, roles)))
    yield Step("let the base role assume them", [_assume(base, list(roles))])
    yield Step(
        "make a security configuration with runtime roles, without the role mappings",
        [
            command(
                "aws emr create-security-configuration",
                {"name": word(name), "security-configuration": json_word(configuration(design))},
            )
        ],
    )
    yield Step(
        "launch a cluster with it: 'opskit emrfs build -o create-cluster' has the rest of the "
        f"command; --security-configuration {name}"
    )
    yield Step(
        "let those who submit jobs name the roles that they may, and no others",
        [
            command(
                "aws iam create-policy",
                {
                    "policy-name": word(f"submit-as-{ROLE.fullmatch(arn)['name']}"[:128]),  # type: ignore[index]
                    "policy-document": json_word(submitting(arn)),
                },
            )
            for arn in roles
        ],
    )
    yield Step("submit jobs with the role", [_job(arn) for arn in roles])
    yield Step("close SSH to the cluster: who logs in there is under no runtime role")


def _trust(base: str, roles: dict[str, Role]) -> Iterator[str]:
    for arn, role in roles.items():
        yield command(
            "aws iam update-assume-role-policy",
            {
                "role-name": word(arn.rpartition("/")[2]),
                "policy-document": json_word(trust(role, base)),
            },
        )


def trust(role: Role, base: str) -> dict[str, Any]:
    """The trust policy of a role with what runtime roles need; what it has stays."""
    needed = {
        "Sid": "RuntimeRole",
        "Effect": "Allow",
        "Principal": {"AWS": base},
        "Action": _ACTIONS,
    }
    known = role.trust.source if role.trust is not None else trust_in(base)
    written = known.get("Statement", [])
    listed = written if isinstance(written, list) else [written]
    kept = [each for each in listed if not _is(each, "RuntimeRole")]
    return {**known, "Statement": [*kept, needed]}


def _is(statement: object, sid: str) -> bool:
    return isinstance(statement, Mapping) and statement.get("Sid") == sid


def _assume(base: str, arns: list[str]) -> str:
    statement = {
        "Sid": "RuntimeRoles",
        "Effect": "Allow",
        "Action": _ACTIONS,
        "Resource": arns,
    }
    return command(
        "aws iam put-role-policy",
        {
            "role-name": word(base.rpartition("/")[2]),
            "policy-name": "runtime-roles",
            "policy-document": json_word({"Version": "2012-10-17", "Statement": [statement]}),
        },
    )


def configuration(design: Design) -> dict[str, Any]:
    """The security configuration with `IAMConfiguration`, and without role mappings."""
    blocks = dict(design.blocks)
    known = blocks.pop(AUTHORIZATION, None)
    others = dict(known) if isinstance(known, Mapping) else {}
    others.pop(EMRFS, None)
    inner = others.pop(BLOCK, None)
    block = {
        **(inner if isinstance(inner, Mapping) else {}),
        "EnableApplicationScopedIAMRole": True,
    }
    return {AUTHORIZATION: {BLOCK: block, **others}, **blocks}


def submitting(arn: str) -> dict[str, Any]:
    """The policy of those who may submit jobs with a role, and with no other."""
    statement = {
        "Effect": "Allow",
        "Action": [
            "elasticmapreduce:AddJobFlowSteps",
            "elasticmapreduce:GetClusterSessionCredentials",
        ],
        "Resource": "*",
        "Condition": {"StringEquals": {"elasticmapreduce:ExecutionRoleArn": [arn]}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _job(arn: str) -> str:
    step = {
        "Name": "runtime role",
        "ActionOnFailure": "CONTINUE",
        "Jar": "command-runner.jar",
        "Args": ["spark-example", "SparkPi", "10"],
    }
    return command(
        "aws emr add-steps",
        {
            "cluster-id": word(CLUSTER),
            "steps": json_word([step]),
            "execution-role-arn": word(arn),
        },
    )


def _notes(design: Design) -> Iterator[str]:
    if release(design.release) < RELEASE:
        yield f"clusters need emr-6.7.0 or later; the document has {design.release or 'none'}"
    cluster = design.cluster
    others = [each for each in cluster.applications if each not in _WORKS] if cluster else []
    if others:
        yield f"no runtime role reaches what runs in {', '.join(others)}"
    yield (
        "jobs through HiveServer2, Hue, SSH and spark-submit on a node have no runtime role, and "
        "no mapping any more: they have the base role"
    )
    yield "steps named at launch have no runtime role, nor has a cluster of three primary nodes"
    if "AuthenticationConfiguration" in design.blocks:
        yield "whether runtime roles work with this authentication is not documented: try it first"
    if design.partition != "aws":
        yield "runtime roles are documented for commercial Regions"
