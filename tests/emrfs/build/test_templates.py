"""CloudFormation and Terraform: read again they build the same, and their own tools take them."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from opskit.emrfs.build import cloudformation, roles, targets, terraform
from opskit.emrfs.load import load
from opskit.emrfs.model import Design
from tests.emrfs.build.documents import ACCOUNT, lake
from tests.emrfs.designs import EXAMPLES, design

RICH = f"""
account: "{ACCOUNT}"
name: shared
base-role: base
mappings:
  - {{role: "arn:aws:iam::{ACCOUNT}:role/team/eng", groups: [eng, "ops \\"x\\""]}}
  - {{role: ana, users: [ana, "ünal"]}}
  - {{role: lake, prefixes: ["s3://lake/raw/", "s3://lake/${{x}}/", "s3://other"]}}
roles:
  "arn:aws:iam::{ACCOUNT}:role/team/eng":
    max-session: 7200
    trust:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {{AWS: "arn:aws:iam::{ACCOUNT}:root"}}
          Action: sts:AssumeRole
    permissions:
      - Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::x/${{aws:username}}/*"}}
      - Version: "2012-10-17"
        Statement: {{Effect: Deny, NotAction: ["s3:Get*"], Resource: "*"}}
    boundary:
      Version: "2012-10-17"
      Statement: [{{Effect: Allow, Action: "*", Resource: "*"}}]
encryption:
  EnableInTransitEncryption: false
  EnableAtRestEncryption: true
  AtRestEncryptionConfiguration:
    S3EncryptionConfiguration:
      EncryptionMode: SSE-KMS
      AwsKmsKey: arn:aws:kms:eu-west-1:{ACCOUNT}:key/1
instance-metadata: {{MinimumInstanceMetadataServiceVersion: 2, HttpPutResponseHopLimit: 1}}
cluster:
  log-uri: s3://logs/
"""
DESIGNS = {
    "published": lambda: load(EXAMPLES / "emrfs.yaml"),
    "rich": lambda: design(RICH),
    "made": lambda: lake("s3://b/x/", "s3://b/y"),
}
SUFFIXES: dict[targets.Target, str] = {
    "securityconfig": ".json",
    "cloudformation": ".yaml",
    "terraform": ".tf",
    "core-site": ".json",
}


@pytest.fixture(params=DESIGNS)
def found(request: pytest.FixtureRequest) -> Design:
    made: Design = DESIGNS[request.param]()
    return made


@pytest.mark.parametrize("target", SUFFIXES)
def test_build_read_build_is_a_fixed_point(
    found: Design, target: targets.Target, tmp_path: Path
) -> None:
    text = targets.build(found, target).text
    path = tmp_path / f"built{SUFFIXES[target]}"
    path.write_text(text)
    again = load(path)
    assert targets.build(again, target).text == text
    assert [m.identifiers[0].text for m in again.mappings] == [
        m.identifiers[0].text for m in found.mappings
    ]


@pytest.mark.parametrize("target", ["cloudformation", "terraform"])
def test_roles_come_back_as_they_were(
    found: Design, target: targets.Target, tmp_path: Path
) -> None:
    path = tmp_path / f"built{SUFFIXES[target]}"
    path.write_text(targets.build(found, target).text)
    before, after = roles.plans(found), roles.plans(load(path))
    assert [p.whole_arn for p in after] == [p.whole_arn for p in before]
    for one, two in zip(before, after, strict=True):
        assert (two.trust, two.boundary, two.max_session) == (
            one.trust,
            one.boundary,
            one.max_session,
        )
        assert [each.document for each in two.permissions] == [
            each.document for each in one.permissions
        ]


def test_the_template_has_what_a_cluster_needs(found: Design) -> None:
    resources = yaml.safe_load(cloudformation.render(found))["Resources"]
    types = [each["Type"] for each in resources.values()]
    assert types.count("AWS::EMR::SecurityConfiguration") == 1
    assert types.count("AWS::IAM::InstanceProfile") == 1
    base = next(iter(resources))
    profile = resources["InstanceProfile"]["Properties"]
    assert profile["Roles"] == [{"Ref": base}]
    assert profile["InstanceProfileName"] == resources[base]["Properties"]["RoleName"]
    for logical, each in resources.items():
        if each["Type"] == "AWS::IAM::Role" and logical != base:
            assert each["DependsOn"] == base  # IAM takes no trust in a role that is not there


def test_roles_without_permissions_are_marked() -> None:
    text = "account: '111122223333'\nbase-role: base\nmappings: [{role: ana, users: [ana]}]\n"
    for module in (cloudformation, terraform):
        assert module.render(design(text)).count("# needs a decision: it has no permissions") == 1


def test_roles_of_other_accounts_are_left_out_and_said() -> None:
    text = RICH.replace("role: lake", 'role: "arn:aws:iam::444455556666:role/lake"')
    for target in ("cloudformation", "terraform"):
        built = targets.build(design(text), target)  # type: ignore[arg-type]
        assert built.text.count("444455556666:role/lake") == 2  # the mapping, and AssumeRole
        assert any("444455556666:role/lake is in another account" in note for note in built.notes)


def test_a_template_that_is_too_large_is_said() -> None:
    assert cloudformation.notes("x" * 51_200) == []
    assert "S3" in cloudformation.notes("x" * 51_201)[0]


def test_names_that_look_like_numbers_stay_texts(tmp_path: Path) -> None:
    names = ["1e3", "12e45", "012", "0x1f", "no", "="]
    text = f"account: '{ACCOUNT}'\nbase-role: b\nmappings: [{{role: a, users: {names}}}]\n"
    path = tmp_path / "built.yaml"
    path.write_text(cloudformation.render(design(text)))
    assert [each.text for _, each in load(path).identifiers()] == names


def test_no_anchors() -> None:
    text = cloudformation.render(design(RICH))
    assert "&id" not in text
    assert "*id" not in text


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
def test_terraform_would_format_it_the_same(found: Design, tmp_path: Path) -> None:
    path = tmp_path / "x.tf"
    path.write_text(terraform.render(found))
    subprocess.run(["terraform", "fmt", "-check", str(path)], check=True, capture_output=True)


ACCOUNTS = f"""
account: "{ACCOUNT}"
name: shared
base-role: Base
mappings:
  - {{role: eng, groups: [eng]}}
  - {{role: "arn:aws:iam::444455556666:role/far", groups: [far]}}
roles:
  eng:
    permissions:
      - Version: "2012-10-17"
        Statement: [{{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::eng/*"}}]
"""


def test_terraform_of_two_accounts_is_read_in_that_of_its_roles(tmp_path: Path) -> None:
    first = terraform.render(design(ACCOUNTS))
    path = tmp_path / "main.tf"
    path.write_text(first)
    again = load(path)
    assert again.account == ACCOUNT
    assert terraform.render(again) == first
    # where the roles of these names are of two accounts it cannot be told which is meant
    path.write_text(first.replace("444455556666:role/far", "444455556666:role/Base"))
    assert load(path).account == ""
