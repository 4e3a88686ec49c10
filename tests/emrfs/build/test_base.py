"""The base role: logs, debugging, bootstrap actions, the catalog, and no data."""

import pytest

from opskit.emrfs.authorize import authorize
from opskit.emrfs.build import base
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.model import Role
from opskit.emrfs.prefixes import path
from tests.emrfs.build.documents import ACCOUNT, BASE, lake, role

CLUSTER = """
cluster:
  log-uri: s3://logs/emr/
  options:
    bootstrap-actions:
      - Path=s3://code/setup.sh,Args=[a,b]
      - {Path: s3://code/more.sh, Name: x}
"""


def actions(more: str = "") -> dict[str, object]:
    statements, _ = base.statements(lake("s3://b/", more=more), BASE)
    return {each["Sid"]: each["Resource"] for each in statements}


def test_what_a_cluster_needs() -> None:
    assert actions(CLUSTER) == {
        "Logs": "arn:aws:s3:::logs/emr/*",
        "Debugging": f"arn:aws:sqs:*:{ACCOUNT}:AWS-ElasticMapReduce-*",
        "Bootstrap": ["arn:aws:s3:::code/setup.sh", "arn:aws:s3:::code/more.sh"],
    }


@pytest.mark.parametrize(
    ("action", "place", "allowed"),
    [
        ("s3:PutObject", "s3://logs/emr/j-1/x", True),
        ("s3:PutObject", "s3://logs/emrx/j-1", False),
        ("s3:GetObject", "s3://logs/emr/j-1/x", False),
        ("s3:GetObject", "s3://code/setup.sh", True),
        ("s3:GetObject", "s3://code/other.sh", False),
        ("s3:GetObject", "s3://b/data", False),
        ("s3:ListBucket", "s3://b/", False),
        ("s3:ListBucket", "s3://logs/emr/", False),
    ],
)
def test_no_data_leaks_through_it(action: str, place: str, allowed: bool) -> None:
    design = lake("s3://b/", more=CLUSTER)
    statements, _ = base.statements(design, BASE)
    policy = parse({"Version": "2012-10-17", "Statement": statements}, "base")
    made = Role(design.arn("base"), permissions=(policy,))
    assert authorize(design, made, action, path(place)).allowed is allowed


@pytest.mark.parametrize(
    ("configuration", "used"),
    [
        (
            "{Classification: hive-site, Properties: {hive.metastore.client.factory.class: "
            '"com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"}}',
            True,
        ),
        ("{Classification: trino-connector-hive, Properties: {hive.metastore: glue}}", True),
        (
            "{Classification: x, Configurations: [{Classification: y, "
            "Properties: {hive.metastore: glue}}]}",
            True,
        ),
        ("{Classification: hive-site, Properties: {hive.metastore.uris: thrift}}", False),
        ("{Classification: hive-site}", False),
    ],
)
def test_the_catalog_only_where_an_application_uses_it(configuration: str, used: bool) -> None:
    more = f"cluster:\n  configurations:\n    - {configuration}\n"
    assert ("Catalog" in actions(more)) is used


def test_keys_of_the_logs() -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    found = actions(f"{CLUSTER}buckets:\n  logs:\n    key: {key}\n")
    assert found["LogKeys"] == key


def test_what_is_not_known_is_said() -> None:
    _, notes = base.statements(lake("s3://b/"), BASE)
    assert notes == ["the log folder is not known: the base role may write no logs"]
    options = "cluster:\n  log-uri: s3://l\n  options: {bootstrap-actions: [Path=file:/x.sh]}\n"
    statements, notes = base.statements(lake("s3://b/", more=options), BASE)
    assert statements[0]["Resource"] == "arn:aws:s3:::l/*"
    assert "not at a place in S3" in notes[0]


ROOT = (
    "roles:\n  lake:\n    trust: {Version: '2012-10-17', Statement: [{Effect: Allow, "
    "Action: sts:AssumeRole, Principal: {AWS: PRINCIPAL}}]}\n"
)


@pytest.mark.parametrize(
    ("principal", "needed"),
    [(BASE, False), (f"arn:aws:iam::{ACCOUNT}:root", True), (ACCOUNT, True), ('"*"', True)],
)
def test_assume_where_the_trust_does_not_name_the_role(principal: str, needed: bool) -> None:
    found = actions(ROOT.replace("PRINCIPAL", principal))
    assert found.get("Assume") == (role("lake") if needed else None)
