"""To runtime roles: trust, the configuration, and who may submit with which role."""

import json
from pathlib import Path
from typing import Any

import pytest

from opskit.emrfs.iam.policy import parse
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.load import load
from opskit.emrfs.migrate import runtime
from opskit.emrfs.migrate.plan import Outcome
from opskit.emrfs.model import Role
from tests.emrfs.build.documents import BASE, lake, role
from tests.emrfs.designs import EXAMPLES, design
from tests.emrfs.migrate.shell import option, run

TEXT = """
account: "111122223333"
release: emr-7.5.0
name: shared
base-role: base
mappings:
  - {role: eng, groups: [eng]}
  - {role: sci, groups: [sci]}
  - {role: lake, prefixes: ["s3://b/"]}
directory: {users: {bob: [eng, sci]}}
roles:
  eng:
    trust:
      Version: "2012-10-17"
      Statement:
        Effect: Allow
        Action: "sts:AssumeRole"
        Principal: {AWS: "arn:aws:iam::111122223333:role/mine"}
blocks:
  AuthorizationConfiguration: {LakeFormationConfiguration: {AuthorizedSessionTagValue: x}}
encryption: {EnableInTransitEncryption: false, EnableAtRestEncryption: false}
"""


def calls(tmp_path: Path) -> list[list[str]]:
    made = runtime.plan(design(TEXT))
    return run([each for step in made.steps for each in step.commands], tmp_path)


def documents(called: list[list[str]], name: str) -> list[Any]:
    return [json.loads(option(each, "policy-document")) for each in called if each[1] == name]


def test_rows() -> None:
    eng, sci, lake_ = runtime.plan(design(TEXT)).rows
    assert (eng.outcome, eng.becomes) == (
        Outcome.MOVES,
        f"--execution-role-arn {role('eng')}",
    )
    assert sci.outcome is Outcome.CHANGES
    assert "hides it from bob" in sci.reasons[0]
    assert lake_.outcome is Outcome.CANNOT
    assert "not for a place" in lake_.reasons[0]


def test_roles_trust_the_base_role_with_tags_and_keep_what_they_have(tmp_path: Path) -> None:
    eng, sci = documents(calls(tmp_path), "update-assume-role-policy")
    assert eng["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:role/mine"}
    for trust in (eng, sci):
        needed = trust["Statement"][-1]
        assert needed["Principal"] == {"AWS": BASE}
        assert needed["Action"] == ["sts:AssumeRole", "sts:TagSession"]
        made = design(TEXT)
        base = Role(made.arn("base"), permissions=())
        assert assumable(base, Role(made.arn("eng"), trust=parse(trust, "trust"))).allowed


def test_trust_is_written_once() -> None:
    made = design(TEXT)
    first = runtime.trust(made.role("eng"), BASE)
    again = runtime.trust(Role(made.arn("eng"), trust=parse(first, "trust")), BASE)
    assert again == first


def test_the_base_role_may_assume_these_and_no_others(tmp_path: Path) -> None:
    (policy,) = documents(calls(tmp_path), "put-role-policy")
    assert policy["Statement"][0]["Resource"] == [role("eng"), role("sci")]


def test_the_configuration_keeps_the_other_blocks(tmp_path: Path) -> None:
    (made,) = [each for each in calls(tmp_path) if each[1] == "create-security-configuration"]
    assert option(made, "name") == "shared-runtime-roles"
    assert json.loads(option(made, "security-configuration")) == {
        "AuthorizationConfiguration": {
            "IAMConfiguration": {"EnableApplicationScopedIAMRole": True},
            "LakeFormationConfiguration": {"AuthorizedSessionTagValue": "x"},
        },
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": False,
        },
    }


def test_submitters_may_name_their_role_alone(tmp_path: Path) -> None:
    eng, _ = documents(calls(tmp_path), "create-policy")
    (statement,) = eng["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"elasticmapreduce:ExecutionRoleArn": [role("eng")]}
    }


def test_jobs(tmp_path: Path) -> None:
    jobs = [each for each in calls(tmp_path) if each[1] == "add-steps"]
    assert [option(each, "execution-role-arn") for each in jobs] == [role("eng"), role("sci")]
    assert option(jobs[0], "cluster-id") == "j-1"
    assert json.loads(option(jobs[0], "steps"))[0]["Jar"] == "command-runner.jar"


def test_the_published_scenario() -> None:
    made = runtime.plan(load(EXAMPLES / "emrfs.yaml"))
    assert [row.outcome.value for row in made.rows] == ["moves"] * 3 + ["cannot move"]
    notes = " ".join(made.notes)
    for word in ("emr-6.7.0", "Hue", "HiveServer2", "authentication is not documented"):
        assert word in notes


@pytest.mark.parametrize(("partition", "said"), [("aws", False), ("aws-cn", True)])
def test_regions(partition: str, said: bool) -> None:
    made = runtime.plan(design(f"partition: {partition}\n{TEXT}"))
    assert any("commercial Regions" in each for each in made.notes) is said


def test_prefixes_alone_have_no_commands() -> None:
    assert runtime.plan(lake("s3://b/")).steps == []


def test_a_role_in_another_account_is_said() -> None:
    text = TEXT.replace("role: sci,", "role: 'arn:aws:iam::444455556666:role/sci',")
    rows = runtime.plan(design(text)).rows
    assert "in another account" in rows[1].reasons[0]
    assert rows[0].reasons == []
