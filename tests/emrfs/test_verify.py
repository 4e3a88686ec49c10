"""A document against EMR, IAM and STS, in moto (its limits: `accounts`).

moto lets anybody assume any role, so refusals of STS are made by hand.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from opskit.emrfs import verify
from opskit.emrfs.build import securityconfig
from opskit.emrfs.model import Design
from opskit.emrfs.naming import name_of
from opskit.emrfs.verify import Row
from opskit.errors import ExitCode, InputError
from tests.emrfs import accounts
from tests.emrfs.accounts import ACCOUNT, BASE, EC2, TRUST, add_role, data
from tests.emrfs.designs import design

DOCUMENT = f"""
name: shared
account: "{ACCOUNT}"
release: emr-6.15.0
base-role: emr-base
mappings:
  - role: eng
    groups: [eng, ops]
  - role: pub
    prefixes: ["s3://pub/"]
roles:
  emr-base:
    trust: {EC2}
  eng:
    trust: {TRUST}
    permissions: [{data("eng")}]
    max-session: 3600
  pub:
    trust: {TRUST}
    permissions: []
cluster:
  instance-profile: emr-profile
instance-metadata:
  MinimumInstanceMetadataServiceVersion: 2
  HttpPutResponseHopLimit: 1
""".replace("True", "true")


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with accounts.account(monkeypatch):
        accounts.refused(monkeypatch, "ListSecurityConfigurations")
        yield


@pytest.fixture
def made() -> Design:
    """The design, and an account that is as it says."""
    found = design(DOCUMENT)
    accounts.add_base()
    add_role("eng", TRUST, own=data("eng"))
    add_role("pub", TRUST)
    text = securityconfig.render(found)
    boto3.client("emr").create_security_configuration(
        Name=name_of("shared", text), SecurityConfiguration=text
    )
    return found


def statuses(rows: list[Row]) -> dict[str, str]:
    return {row.item: row.status for row in rows}


def one(rows: list[Row], item: str) -> Row:
    return next(row for row in rows if row.item == item)


def test_all_is_the_same(made: Design) -> None:
    rows = verify.verify(made)
    assert set(statuses(rows).values()) == {"same"}
    assert list(statuses(rows)) == [
        "security configuration",
        "mappings[0]",
        "mappings[1]",
        "InstanceMetadataServiceConfiguration",
        "base role emr-base",
        "trust of emr-base",
        "role eng",
        "trust of eng",
        "permissions of eng",
        "longest session of eng",
        "role pub",
        "trust of pub",
        "permissions of pub",
        "instance profile emr-profile",
    ]
    assert verify.exit_code(rows) is ExitCode.OK


def live(made: Design, *mappings: tuple[str, str, str], **blocks: Any) -> list[Row]:
    accounts.add_configuration("other", accounts.configuration(*mappings, **blocks))
    return verify.verify(made, configuration="other")


def test_mappings_that_differ_are_missing_or_are_more(made: Design) -> None:
    found = live(made, ("eng", "Group", "eng"))
    assert one(found, "mappings[0]").status == "differs"
    assert "eng, ops" in one(found, "mappings[0]").documented
    assert one(found, "mappings[1]").status == "missing"
    assert one(found, "InstanceMetadataServiceConfiguration").status == "missing"
    assert verify.exit_code(found) is ExitCode.NO


def test_more_than_is_documented(made: Design) -> None:
    made.mappings, made.blocks = made.mappings[:1], {}
    found = verify.verify(
        made, configuration=name_of("shared", securityconfig.render(design(DOCUMENT)))
    )
    assert one(found, "mappings[1]").status == "differs"
    assert one(found, "mappings[1]").documented == ""
    assert one(found, "InstanceMetadataServiceConfiguration").status == "differs"


def test_blocks_are_compared_without_what_the_service_adds(made: Design) -> None:
    block = {"HttpPutResponseHopLimit": 2, "MinimumInstanceMetadataServiceVersion": 2}
    found = live(made, InstanceMetadataServiceConfiguration={**block, "ExternalId": "x"})
    row = one(found, "InstanceMetadataServiceConfiguration")
    assert (row.status, row.why) == ("differs", "at HttpPutResponseHopLimit")


def test_the_order_of_identifiers_and_the_look_of_policies_do_not_matter(made: Design) -> None:
    name = name_of("shared", securityconfig.render(made))
    made.mappings[0].identifiers = made.mappings[0].identifiers[::-1]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "Any",
            "Resource": ["arn:aws:s3:::eng/*"],
            "Action": ["S3:*"],
            "Effect": "Allow",
        },
    }
    iam = boto3.client("iam")
    iam.delete_role_policy(RoleName="eng", PolicyName="own")

    iam.put_role_policy(RoleName="eng", PolicyName="new", PolicyDocument=json.dumps(policy))
    rows = verify.verify(made, configuration=name)
    assert one(rows, "permissions of eng").status == "same"
    assert one(rows, "mappings[0]").status == "same"


def test_what_a_role_has_more_and_less(made: Design) -> None:

    boto3.client("iam").put_role_policy(
        RoleName="pub", PolicyName="leak", PolicyDocument=json.dumps(data("lake"))
    )
    boto3.client("iam").update_assume_role_policy(RoleName="eng", PolicyDocument=json.dumps(EC2))
    rows = verify.verify(made)
    assert one(rows, "permissions of pub").why == "only in IAM: leak Statement[0]"
    trust = one(rows, "trust of eng")
    assert trust.status == "differs"
    assert "not in IAM" in trust.why


def test_a_boundary_that_the_document_does_not_have(made: Design) -> None:

    iam = boto3.client("iam")
    arn = iam.create_policy(PolicyName="b", PolicyDocument=json.dumps(data("x")))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="eng", PermissionsBoundary=arn)
    assert one(verify.verify(made), "boundary of eng").status == "differs"


def test_nothing_is_there() -> None:
    rows = verify.verify(design(DOCUMENT))
    assert one(rows, "security configuration").status == "missing"
    assert one(rows, "role eng").status == "missing"
    assert one(rows, "instance profile emr-profile").status == "missing"
    assert verify.exit_code(rows) is ExitCode.NO


def test_the_plain_name_is_found_but_has_another_content() -> None:
    accounts.add_configuration("shared", accounts.configuration(("eng", "Group", "eng")))
    row = verify.verify(design(DOCUMENT))[0]
    assert (row.status, row.found) == ("differs", "shared")


def test_what_was_applied_before_is_what_a_changed_document_is_compared_with(
    made: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.list_configurations(monkeypatch)
    name = name_of("shared", securityconfig.render(made))
    made.mappings = made.mappings[:1]
    rows = verify.verify(made)
    assert (rows[0].status, rows[0].found) == ("differs", name)
    assert one(rows, "mappings[1]").status == "differs"


def test_a_role_with_another_path_is_another_role(made: Design) -> None:
    boto3.client("iam").delete_role_policy(RoleName="eng", PolicyName="own")
    boto3.client("iam").delete_role(RoleName="eng")
    add_role("eng", TRUST, "/data/", own=data("eng"))
    assert one(verify.verify(made), "role eng").status == "differs"


@pytest.mark.parametrize(
    ("operation", "item"),
    [
        ("GetRole", "role eng"),
        ("DescribeSecurityConfiguration", "security configuration"),
        ("GetInstanceProfile", "instance profile emr-profile"),
    ],
)
def test_what_may_not_be_asked_is_unknown(
    made: Design, monkeypatch: pytest.MonkeyPatch, operation: str, item: str
) -> None:
    accounts.refused(monkeypatch, operation)
    rows = verify.verify(made)
    assert one(rows, item).status == "unknown"
    assert f":{operation})" in one(rows, item).why
    assert verify.exit_code(rows) is ExitCode.PARTIAL


def test_a_policy_that_the_document_does_not_have_whole_is_unknown(made: Design) -> None:
    text = DOCUMENT.replace(f"permissions: [{data('eng')}]", "permissions: [{}]")
    assert text != DOCUMENT
    assert one(verify.verify(design(text)), "permissions of eng").status == "unknown"


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (["same", "same"], 0),
        ([], 0),
        (["same", "unknown"], 4),
        (["unknown"], 3),
        (["unknown", "missing"], 1),
        (["same", "differs"], 1),
    ],
)
def test_exit_status(found: list[Any], status: int) -> None:
    assert verify.exit_code([Row("x", each) for each in found]) == status


def test_a_cluster(made: Design) -> None:
    name = name_of("shared", securityconfig.render(made))
    cluster = accounts.add_cluster("c", name)
    rows = verify.verify(made, cluster=cluster)
    assert set(statuses(rows).values()) == {"same"}
    assert one(rows, "base role of the cluster").found == "emr-base"
    made.release = "emr-7.0.0"
    made.base_role = made.role("eng")
    rows = verify.verify(made, cluster=cluster)
    assert statuses(rows)["release"] == statuses(rows)["base role of the cluster"] == "differs"
    with pytest.raises(InputError, match="no security configuration"):
        verify.verify(made, cluster=accounts.add_cluster("d"))


def caller(monkeypatch: pytest.MonkeyPatch, arn: str) -> list[dict[str, Any]]:
    """Let the credentials be those of `arn`; what STS is asked to assume."""
    asked: list[dict[str, Any]] = []
    before = BaseClient._make_api_call

    def call(self: Any, name: str, arguments: Any) -> Any:
        if name == "GetCallerIdentity":
            return {"Arn": arn, "Account": ACCOUNT}
        if name == "AssumeRole":
            asked.append(arguments)
        return before(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return asked


def test_roles_are_assumed_as_emrfs_does(made: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = caller(monkeypatch, f"arn:aws:sts::{ACCOUNT}:assumed-role/emr-base/i-0123")
    rows = verify.verify(made, assume=True)
    assert [statuses(rows)[f"assume {name}"] for name in ("eng", "pub")] == ["same", "same"]
    assert {each["RoleSessionName"] for each in asked} == {"EmrFS-Session"}
    assert asked[0]["RoleArn"] == BASE.replace("emr-base", "eng")
    accounts.refused(monkeypatch, "AssumeRole")
    rows = verify.verify(made, assume=True)
    assert one(rows, "assume eng").found == "refused"
    assert verify.exit_code(rows) is ExitCode.NO


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{ACCOUNT}:user/me",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/me",
        "arn:aws:sts::999999999999:assumed-role/emr-base/i-0123",
    ],
)
def test_other_credentials_tell_nothing_and_nothing_is_assumed(
    made: Design, monkeypatch: pytest.MonkeyPatch, arn: str
) -> None:
    asked = caller(monkeypatch, arn)
    rows = verify.verify(made, assume=True)
    assert one(rows, "assume the roles").status == "unknown"
    assert arn in one(rows, "assume the roles").why
    assert asked == []
    assert verify.exit_code(rows) is ExitCode.PARTIAL
