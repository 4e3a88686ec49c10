"""Roles, configurations and clusters as AWS has them, against moto (its limits: `accounts`)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import boto3
import pytest
from botocore.stub import Stubber

from opskit.clients.aws import MissingError, RefusedError
from opskit.emrfs import live
from opskit.emrfs.arns import RoleArn
from opskit.emrfs.live import design as live_design
from opskit.emrfs.live import iam as live_iam
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.load import load
from opskit.emrfs.model import Role
from opskit.errors import InputError, UnknownError
from tests.emrfs import accounts
from tests.emrfs.accounts import ACCOUNT, EC2, TRUST, add_role, data


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with accounts.account(monkeypatch):
        yield


def role(written: str = "r") -> Role:
    return Role(RoleArn.parse(written, partition="aws", account=ACCOUNT))


def test_a_role_with_all_that_belongs_to_it() -> None:
    add_role("r", TRUST, "/data/", own=data("a"), more=data("b", "s3:GetObject"))
    iam = boto3.client("iam")
    arn = iam.create_policy(PolicyName="m", PolicyDocument=json.dumps(data("old")))["Policy"]["Arn"]
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=json.dumps(data("new")), SetAsDefault=True
    )
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=arn)
    iam.update_role(RoleName="r", MaxSessionDuration=7200)
    found = role()
    arn = live_iam.Iam().fill(found)
    assert str(arn) == f"arn:aws:iam::{ACCOUNT}:role/data/r"
    assert found.trust is not None
    assert found.trust.source == TRUST
    assert found.permissions is not None
    assert {policy.name: policy.source for policy in found.permissions} == {
        "own": data("a"),
        "more": data("b", "s3:GetObject"),
        "m": data("new"),
    }
    assert found.boundary is not None
    assert found.boundary.source == data("new")
    assert found.max_session == 7200


def test_a_role_without_policies_has_none_which_is_known() -> None:
    add_role("r", EC2)
    found = role()
    live.fill(found)
    assert found.permissions == ()
    assert found.boundary is None


def test_more_policies_than_a_page_holds() -> None:
    add_role("r", EC2, **{f"p{n}": data(f"b{n}") for n in range(120)})
    found = role()
    live.fill(found)
    assert found.permissions is not None
    assert len(found.permissions) == 120


def test_the_texts_of_policies_are_url_encoded() -> None:
    text = quote(json.dumps(TRUST))
    assert live_iam.document(text) == live_iam.document(TRUST) == TRUST
    assert live_iam.document("%7Bbroken") == "%7Bbroken"


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        ("GetRole", "iam:GetRole"),
        ("ListRolePolicies", "iam:ListRolePolicies"),
        ("GetRolePolicy", "iam:GetRolePolicy"),
        ("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies"),
        ("GetPolicy", "iam:GetPolicy"),
        ("GetPolicyVersion", "iam:GetPolicyVersion"),
    ],
)
def test_the_permission_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, operation: str, permission: str
) -> None:
    add_role("r", EC2, own=data("a"))
    iam = boto3.client("iam")
    arn = iam.create_policy(PolicyName="m", PolicyDocument=json.dumps(data("b")))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    accounts.refused(monkeypatch, operation)
    with pytest.raises(RefusedError) as error:
        live.fill(role())
    assert error.value.hint == f"it needs {permission}"
    assert error.value.exit_code == 3


def test_a_role_that_is_not_there_or_in_another_account() -> None:
    with pytest.raises(MissingError):
        live.fill(role())
    add_role("r", EC2)
    with pytest.raises(UnknownError, match="account 999999999999"):
        live.fill(role("arn:aws:iam::999999999999:role/r"))


def test_a_document_takes_roles_from_iam(tmp_path: Path) -> None:
    add_role("r", TRUST, own=data("a"))
    file = tmp_path / "emrfs.yaml"
    file.write_text("base-role: b\nmappings: [{role: r, users: [u]}]\nroles: {r: {source: iam}}\n")
    found = load(file)
    permissions = found.role_of(found.mappings[0]).permissions
    assert permissions is not None
    assert permissions[0].source == data("a")


def test_a_cluster_becomes_a_design() -> None:
    accounts.add_base()
    add_role("eng", TRUST, own=data("eng"))
    add_role("pub", TRUST)
    source = accounts.configuration(
        ("eng", "Group", "eng"), ("pub", "Prefix", "s3://pub/"), Extra={"ExternalId": "x", "a": 1}
    )
    accounts.add_configuration("shared-1a2b3c4d", source)
    cluster = accounts.add_cluster(
        "c", "shared-1a2b3c4d", LogUri="s3://logs/", Applications=[{"Name": "Spark"}]
    )
    found = live_design.of_cluster(cluster)
    assert found.unread == []
    design = found.design
    assert [(m.role, m.identifiers[0].text) for m in design.mappings] == [
        (f"arn:aws:iam::{ACCOUNT}:role/eng", "eng"),
        (f"arn:aws:iam::{ACCOUNT}:role/pub", "s3://pub/"),
    ]
    assert design.base_role is not None
    assert (design.base_role.name, design.account) == ("emr-base", ACCOUNT)
    assert design.base_role.trust is not None
    assert design.roles[f"arn:aws:iam::{ACCOUNT}:role/eng"].permissions is not None
    assert (design.name, design.release) == ("shared", "emr-6.15.0")
    assert design.cluster is not None
    assert (design.cluster.instance_profile, design.cluster.profile_role) == (
        "emr-profile",
        "emr-base",
    )
    assert design.cluster.applications == ("Spark",)


def test_what_may_not_be_read_is_left_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.add_base()
    add_role("eng", TRUST, own=data("eng"))
    accounts.add_configuration("shared", accounts.configuration(("eng", "Group", "eng")))
    cluster = accounts.add_cluster("c", "shared")
    accounts.refused(monkeypatch, "GetRolePolicy")
    found = live_design.of_cluster(cluster)
    assert [error.hint for error in found.unread] == ["it needs iam:GetRolePolicy"]
    assert found.design.roles[f"arn:aws:iam::{ACCOUNT}:role/eng"].permissions is None


def test_a_cluster_without_role_mappings() -> None:
    accounts.add_base()
    cluster = accounts.add_cluster("c")
    with pytest.raises(InputError, match="no security configuration"):
        live_design.of_cluster(cluster)
    with pytest.raises(MissingError):
        live_design.of_cluster("j-NONE")


def test_a_mapped_role_that_is_not_in_iam_is_noted() -> None:
    accounts.add_configuration("shared", accounts.configuration(("gone", "User", "u")))
    found = live_design.of_configuration("shared")
    assert any("gone is not in IAM" in note for note in found.design.notes)
    assert found.unread == []


def test_clusters_that_run_and_what_they_use() -> None:
    accounts.add_base()
    accounts.add_configuration("shared", accounts.configuration(("eng", "Group", "eng")))
    used = accounts.add_cluster("a", "shared")
    accounts.add_cluster("b")
    gone = accounts.add_cluster("c", "shared")
    boto3.client("emr").terminate_job_flows(JobFlowIds=[gone])
    found = list(Emr().running())
    assert [(each.id, each.name, each.configuration) for each in found] == [(used, "a", "shared")]


def test_the_names_of_all_configurations_come_in_pages() -> None:
    """moto has no such operation: botocore's stubber checks what is sent and gives pages."""
    emr = Emr()
    with Stubber(emr._emr) as stub:
        for day, (sent, name, marker) in enumerate((({}, "a", "m"), ({"Marker": "m"}, "b", ""))):
            now = datetime(2026, 1, day + 1, tzinfo=UTC)
            answer = {"SecurityConfigurations": [{"Name": name, "CreationDateTime": now}]}
            answer |= {"Marker": marker} if marker else {}  # type: ignore[dict-item]
            stub.add_response("list_security_configurations", answer, sent)
        assert emr.names() == ["b", "a"]
        stub.add_client_error("list_security_configurations", "AccessDeniedException")
        with pytest.raises(RefusedError) as error:
            emr.names()
    assert error.value.hint == "it needs elasticmapreduce:ListSecurityConfigurations"


def test_a_configuration_that_is_no_json() -> None:
    boto3.client("emr").create_security_configuration(Name="x", SecurityConfiguration="[]")
    with pytest.raises(UnknownError, match="no JSON object"):
        Emr().configuration("x")
