"""To S3 Access Grants: who gets what, in which order, and what is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from opskit.emrfs.iam.policy import parse
from opskit.emrfs.load import load
from opskit.emrfs.migrate import grants
from opskit.emrfs.migrate.plan import Outcome, Plan
from opskit.errors import InputError
from tests.emrfs.designs import EXAMPLES, design
from tests.emrfs.migrate.shell import option, run

TEXT = """
account: "111122223333"
release: emr-7.5.0
name: shared
base-role: base
mappings:
  - {role: eng, groups: [eng, "O'Brien $x"]}
  - {role: sci, groups: [sci]}
  - {role: lake, prefixes: ["s3://b/"]}
directory:
  users: {bob: [eng, sci], ana: [sci], cy: [sci, eng]}
roles:
  eng:
    permissions:
      - Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::eng/*"}]
  sci:
    permissions:
      - Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: "s3:GetObject"
            Resource: ["arn:aws:s3:::sci/in/*", "arn:aws:s3:::sci/x"]
          - {Effect: Allow, Action: "kms:Decrypt", Resource: "*"}
buckets:
  sci: {key: "arn:aws:kms:eu-west-1:111122223333:key/1"}
keys:
  "arn:aws:kms:eu-west-1:111122223333:key/1":
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: "kms:*"
          Resource: "*"
          Principal: {AWS: "arn:aws:iam::111122223333:root"}
"""


def planned(**options: str) -> Plan:
    return grants.plan(design(TEXT), **options)


def calls(tmp_path: Path, **options: str) -> list[list[str]]:
    commands = [each for step in planned(**options).steps for each in step.commands]
    return run(commands, tmp_path)


def of(called: list[list[str]], name: str) -> list[list[str]]:
    return [words for words in called if words[1] == name]


def test_rows() -> None:
    eng, sci, lake = planned().rows
    assert (eng.outcome, eng.becomes) == (Outcome.MOVES, "READWRITE on s3://eng/*")
    assert sci.outcome is Outcome.CHANGES
    assert sci.becomes == "READ on s3://sci/in/*; READ on s3://sci/x"
    assert "hides it from bob, cy today" in sci.reasons[0]  # the order of their groups is no matter
    assert lake.outcome is Outcome.CANNOT
    assert "a grant is for somebody" in lake.reasons[0]


def test_every_person_gets_every_place(tmp_path: Path) -> None:
    called = calls(tmp_path)
    names = [
        json.loads(option(each, "alternate-identifier"))["UniqueAttribute"]["AttributeValue"]
        for each in of(called, "get-group-id")
    ]
    assert names == ["eng", "O'Brien $x", "sci"]
    made = [
        (
            json.loads(option(each, "access-grants-location-configuration"))["S3SubPrefix"],
            option(each, "permission"),
            "--s3-prefix-type" in each,
        )
        for each in of(called, "create-access-grant")
    ]
    assert made == [
        ("eng/*", "READWRITE", False),
        ("eng/*", "READWRITE", False),
        ("sci/in/*", "READ", False),
        ("sci/x", "READ", True),
    ]
    grantees = {option(each, "grantee") for each in of(called, "create-access-grant")}
    assert grantees == {"GranteeType=DIRECTORY_GROUP,GranteeIdentifier=some-id"}


def test_commands_are_in_order(tmp_path: Path) -> None:
    names = list(dict.fromkeys(words[1] for words in calls(tmp_path)))
    assert names == [
        "create-access-grants-instance",
        "create-role",
        "put-role-policy",
        "create-access-grants-location",
        "get-group-id",
        "create-access-grant",
        "create-security-configuration",
    ]


def documents(called: list[list[str]], role: str) -> tuple[Any, Any]:
    made = [each for each in called if "--role-name" in each and option(each, "role-name") == role]
    return (
        json.loads(option(made[0], "assume-role-policy-document")),
        json.loads(option(made[1], "policy-document")),
    )


def test_roles_are_no_wider_than_the_grants(tmp_path: Path) -> None:
    trust, data = documents(calls(tmp_path), grants.LOCATION_ROLE)
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "access-grants.s3.amazonaws.com"}
    instance = "arn:aws:s3:eu-west-1:111122223333:access-grants/default"
    assert statement["Condition"]["ArnEquals"] == {"aws:SourceArn": instance}
    assert not [fault for each in parse(data, "x").statements for fault in each.faults]
    written = [each["Resource"] for each in data["Statement"] if "s3:PutObject" in each["Action"]]
    assert written == [["arn:aws:s3:::eng/*"]]
    keys = [each["Resource"] for each in data["Statement"] if "kms:Decrypt" in each["Action"]]
    assert keys == [["arn:aws:kms:eu-west-1:111122223333:key/1"]]


def test_the_role_for_identity_center(tmp_path: Path) -> None:
    trust, permissions = documents(calls(tmp_path), grants.CENTER_ROLE)
    assert trust["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:role/base"}
    assert "sts:SetContext" in trust["Statement"][0]["Action"]
    assert "s3:GetDataAccess" in permissions["Statement"][1]["Action"]


def test_the_configuration_has_no_mappings(tmp_path: Path) -> None:
    (made,) = of(calls(tmp_path), "create-security-configuration")
    assert option(made, "name") == "shared-access-grants"
    document = json.loads(option(made, "security-configuration"))
    center = document["AuthenticationConfiguration"]["IdentityCenterConfiguration"]
    assert center["IdentityCenterInstanceARN"] == "arn:aws:sso:::instance/x"
    assert "RoleMappings" not in str(document)
    site = json.loads((tmp_path / "access-grants.json").read_text())
    assert site[0]["Properties"]["fs.s3.s3AccessGrants.enabled"] == "true"


def test_a_region_that_is_given() -> None:
    commands = "".join(each for step in planned(region="eu-west-3").steps for each in step.commands)
    assert "AWS_REGION" not in commands
    assert "arn:aws:s3:eu-west-3:" in commands


def test_the_published_scenario() -> None:
    made = grants.plan(load(EXAMPLES / "emrfs.yaml"))
    assert [row.outcome.value for row in made.rows] == [
        "cannot move",  # s3:* on all buckets
        "moves",
        "moves",
        "cannot move",
    ]
    assert not made.complete
    assert any("emr-6.15.0 or later" in note for note in made.notes)


def test_nothing_to_grant_has_no_commands() -> None:
    text = "account: '111122223333'\nbase-role: b\nmappings: [{role: r, users: [u]}]\n"
    made = grants.plan(design(text))
    assert made.steps == []
    assert made.rows[0].reasons[0] == "what r may do is not known"


def test_the_account_has_to_be_known() -> None:
    with pytest.raises(InputError, match="account"):
        grants.plan(design("base-role: b\nmappings: [{role: r, users: [u]}]\n"))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{}", ""),
        ('{StringEquals: {"sts:ExternalId": x}}', "eng cannot be assumed today"),
        ('{StringEquals: {"aws:SourceVpc": x}}', "it is not known whether eng can be assumed"),
    ],
)
def test_a_role_that_cannot_be_assumed_today_makes_the_grant_a_gain(
    condition: str, said: str
) -> None:
    trust = f"""
    trust:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {{AWS: "arn:aws:iam::111122223333:role/base"}}
          Action: sts:AssumeRole
          Condition: {condition}
"""
    base = "roles:\n  base: {permissions: []}\n"
    text = TEXT.replace("roles:\n", base).replace("  eng:\n", "  eng:" + trust)
    row = grants.plan(design(text)).rows[0]
    assert row.becomes == "READWRITE on s3://eng/*"
    gains = [reason for reason in row.reasons if "assumed today" in reason]
    assert len(gains) == bool(said)
    assert all(said in reason for reason in gains)
    assert row.outcome is (Outcome.CHANGES if said else Outcome.MOVES)
