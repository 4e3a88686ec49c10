"""An AWS account for tests: moto's, with the roles and the cluster of a small design.

moto keeps objects of IAM and EMR. It validates no security configuration, gives any role to
anybody, and has no `list_security_configurations`: `list_configurations` stands in for that.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from opskit.clients import aws
from opskit.emrfs.live import iam as live_iam
from opskit.emrfs.live.emr import Emr

ACCOUNT = "123456789012"
REGION = "eu-west-1"
BASE = f"arn:aws:iam::{ACCOUNT}:role/emr-base"
EC2: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": BASE}, "Action": "sts:AssumeRole"}],
}


def data(bucket: str, action: str = "s3:*") -> dict[str, Any]:
    """A policy on all that is in a bucket."""
    resource = f"arn:aws:s3:::{bucket}/*"
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


@contextmanager
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account; nothing reaches a real one."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    live_iam.shared.cache_clear()
    # one session for all: a new one for each client takes longer than all that is tested
    monkeypatch.setattr(aws, "client", lambda service, **where: boto3.client(service))
    with mock_aws():
        yield
    live_iam.shared.cache_clear()


def add_role(name: str, trust: dict[str, Any], path: str = "/", **policies: dict[str, Any]) -> None:
    """A role with inline policies."""
    iam = boto3.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Path=path)
    for each, policy in policies.items():
        iam.put_role_policy(RoleName=name, PolicyName=each, PolicyDocument=json.dumps(policy))


def add_base(name: str = "emr-base", profile: str = "emr-profile") -> None:
    """The base role in its instance profile."""
    add_role(name, EC2)
    iam = boto3.client("iam")
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=name)


def configuration(*mappings: tuple[str, str, str], **blocks: Any) -> dict[str, Any]:
    """A security configuration: (role, kind, identifier) ..., and other blocks."""
    listed = [
        {
            "Role": f"arn:aws:iam::{ACCOUNT}:role/{role}",
            "IdentifierType": kind,
            "Identifiers": [one],
        }
        for role, kind, one in mappings
    ]
    emrfs = {"EmrFsConfiguration": {"RoleMappings": listed}}
    return {"AuthorizationConfiguration": emrfs, **blocks}


def add_configuration(name: str, source: dict[str, Any]) -> None:
    text = json.dumps(source)
    boto3.client("emr").create_security_configuration(Name=name, SecurityConfiguration=text)


def add_cluster(name: str, security_configuration: str = "", **more: Any) -> str:
    """A running cluster; its id."""
    if security_configuration:
        more["SecurityConfiguration"] = security_configuration
    found = boto3.client("emr").run_job_flow(
        Name=name,
        ReleaseLabel="emr-6.15.0",
        Instances={
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceCount": 1,
            "MasterInstanceType": "m5.xlarge",
        },
        JobFlowRole="emr-profile",
        ServiceRole="EMR_DefaultRole",
        **more,
    )
    return str(found["JobFlowId"])


def list_configurations(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Emr.names` from what moto keeps, newest last as EMR gives no order."""
    from moto.emr.models import emr_backends

    def names(self: Emr) -> list[str]:
        return list(emr_backends[ACCOUNT][REGION].security_configurations)

    monkeypatch.setattr(Emr, "names", names)


def refused(monkeypatch: pytest.MonkeyPatch, operation: str, code: str = "AccessDenied") -> None:
    """Let AWS refuse an operation, as it does where a permission is missing."""
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    before = BaseClient._make_api_call

    def call(self: Any, name: str, arguments: Any) -> Any:
        if name == operation:
            message = f"User is not authorized to perform {operation}"
            raise ClientError({"Error": {"Code": code, "Message": message}}, name)
        return before(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
