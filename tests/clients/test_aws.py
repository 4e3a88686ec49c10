"""Logins from AWS, against moto: a secret, a cluster, a workgroup.

moto gives any password to anybody: what IAM would refuse is not shown here, but for the errors.
"""

import json
from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from opskit.clients import aws
from opskit.errors import UnknownError
from opskit.redshift.live import login
from opskit.redshift.target import Target

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


def secret(value: object) -> str:
    manager = boto3.client("secretsmanager", region_name=REGION)
    arn: str = manager.create_secret(Name="redshift", SecretString=json.dumps(value))["ARN"]
    return arn


def test_a_secret_gives_user_password_and_host() -> None:
    arn = secret({"username": "etl", "password": "p", "host": "h.example", "port": 5444})
    options = login(Target(database="dev", secret=arn))
    assert options == {
        "host": "h.example",
        "port": 5444,
        "user": "etl",
        "password": "p",
        "database": "dev",
        "ssl": True,
        "sslmode": "verify-full",
    }
    assert login(Target(host="mine", database="dev", secret=arn))["host"] == "mine"


@pytest.mark.parametrize("value", [{"username": "etl"}, ["no", "object"]])
def test_a_secret_that_lacks_something_is_said(value: object) -> None:
    with pytest.raises(UnknownError, match="the secret"):
        login(Target(host="h", database="dev", secret=secret(value)))


def test_a_secret_that_is_not_there() -> None:
    with pytest.raises(UnknownError) as error:
        aws.secret(f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none")
    assert "secretsmanager:GetSecretValue" in error.value.hint


def test_a_clusters_login_comes_from_iam() -> None:
    boto3.client("redshift", region_name=REGION).create_cluster(
        ClusterIdentifier="prod",
        NodeType="ra3.xlplus",
        MasterUsername="admin",
        MasterUserPassword="Password1",
        DBName="dev",
    )
    options = login(Target(database="dev", user="ops", cluster="prod"))
    assert options["user"] == "IAM:ops"
    assert options["password"]
    assert options["host"].startswith("prod.")
    assert options["sslmode"] == "verify-full"


def test_a_cluster_that_is_not_there() -> None:
    with pytest.raises(UnknownError) as error:
        login(Target(database="dev", user="ops", cluster="none"))
    assert "redshift:DescribeClusters" in error.value.hint


def test_a_workgroups_login_comes_from_iam(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto has no workgroups: botocore's stubber checks what is sent and gives what AWS would."""
    serverless = boto3.client("redshift-serverless", region_name=REGION)
    stub = Stubber(serverless)
    endpoint = {"address": "w.example", "port": 5439}
    stub.add_response(
        "get_workgroup", {"workgroup": {"endpoint": endpoint}}, {"workgroupName": "etl"}
    )
    stub.add_response(
        "get_credentials",
        {"dbUser": "IAMR:ops", "dbPassword": "p"},
        {"workgroupName": "etl", "dbName": "dev"},
    )
    monkeypatch.setattr(aws, "client", lambda *_, **__: serverless)
    with stub:
        options = login(Target(database="dev", workgroup="etl"))
    assert (options["host"], options["user"], options["password"]) == ("w.example", "IAMR:ops", "p")
    stub.add_client_error("get_workgroup", "AccessDeniedException")
    with stub, pytest.raises(UnknownError) as error:
        login(Target(database="dev", workgroup="etl"))
    assert "redshift-serverless:GetWorkgroup" in error.value.hint


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(UnknownError) as error:
        aws.client("redshift", profile="nobody")
    assert "AWS profile" in error.value.hint


@pytest.mark.parametrize(
    ("arn", "region"),
    [(f"arn:aws:secretsmanager:{REGION}:1:secret:x", REGION), ("a-name", ""), ("", "")],
)
def test_the_region_in_an_arn(arn: str, region: str) -> None:
    assert aws.region_of(arn) == region
