"""EMR034, EMR035 and EMR036: what roles reach, and do not."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.emrfs.rules.rule_designs import ACCOUNT, ENG, allow, deny, found, policy, roles, trust

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"
PREFIX = [{"role": "Eng", "prefixes": ["s3://lake/raw/"]}]
OTHERS = trust({"AWS": "arn:aws:iam::111122223333:role/Other"}, Action="kms:*", Resource="*")
LOGS = {"name": "c", "log-uri": "s3://logs/emr/", "options": {}}
BOOT = {**LOGS, "options": {"bootstrap-actions": "Path=s3://tools/boot/setup.sh,Args=[a]"}}


def of_lake(*actions: str) -> dict[str, Any]:
    return policy(allow(list(actions), ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]))


@pytest.mark.parametrize(
    "base",
    [
        None,
        policy(allow("s3:PutObject", "arn:aws:s3:::logs/emr/*")),
        policy(allow("s3:GetObject", "arn:aws:s3:::tools/boot/*")),
        policy(allow(["s3:Get*", "s3:List*"], "arn:aws:s3:::*.elasticmapreduce/*")),
        policy(allow(["sqs:SendMessage", "glue:*"], "*")),
        policy(allow("s3:*", "*"), deny("s3:*", "*")),
    ],
    ids=["nothing", "logs", "bootstrap", "AWS's own", "other services", "all denied"],
)
def test_quiet_on_what_the_cluster_needs(base: dict[str, Any] | None) -> None:
    assert found(roles(base=base, cluster=BOOT), "EMR034") == []


@pytest.mark.parametrize(
    ("base", "words", "level"),
    [
        (policy(allow("s3:Get*", "*")), ["s3://*", "s3:GetObject"], Severity.ERROR),
        (
            policy(allow("*", "arn:aws:s3:::lake/raw/x/*")),
            ["prefix s3://lake/raw/"],
            Severity.ERROR,
        ),
        (policy(allow("s3:PutObject", "arn:aws:s3:::other/*")), ["s3://other/*"], Severity.WARNING),
        (policy(allow("s3:GetObject", "arn:aws:s3:::logs/emr/*")), ["s3://logs"], Severity.WARNING),
        (
            policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            ["s3://*"],
            Severity.ERROR,
        ),
    ],
)
def test_fires_on_data_and_names_it(
    base: dict[str, Any], words: list[str], level: Severity
) -> None:
    [finding] = found(roles(base=base, mappings=PREFIX, cluster=LOGS), "EMR034")
    assert all(word in finding.message for word in words)
    assert finding.level is level
    assert finding.location is not None
    assert finding.location.line


def test_data_of_a_mapped_roles_bucket_is_named() -> None:
    model = roles(base=policy(allow("s3:GetObject", "arn:aws:s3:::la*")), eng=of_lake("s3:*"))
    [finding] = found(model, "EMR034")
    assert "bucket lake" in finding.message
    assert finding.level is Severity.ERROR


def test_a_bucket_policy_that_lets_the_base_role_in() -> None:
    statement = {**allow("s3:GetObject", "arn:aws:s3:::lake/*"), "Principal": "*"}
    model = roles(buckets={"lake": {"policy": policy(statement)}})
    [finding] = found(model, "EMR034")
    assert "policy of lake" in finding.observed


def test_what_a_condition_leaves_open_is_unknown() -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    base = policy(allow("s3:GetObject", "*", Condition=condition))
    [finding] = found(roles(base=base), "EMR034")
    assert finding.level is Severity.UNKNOWN
    assert "may reach" in finding.message


@pytest.mark.parametrize(
    "broken", [policy(), {"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}]
)
def test_a_policy_that_is_not_understood_is_unknown(broken: dict[str, Any]) -> None:
    findings = found(roles(base=broken), "EMR034")
    assert {finding.level for finding in findings} == {Severity.UNKNOWN}


def test_policies_of_the_base_role_that_are_not_known() -> None:
    model = roles()
    model.roles[f"arn:aws:iam::{ACCOUNT}:role/Base"].permissions = None
    [finding] = found(model, "EMR034")
    assert finding.level is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("eng", "actions"),
    [
        (of_lake("s3:*"), []),
        (of_lake("kms:*"), ["s3:GetObject", "s3:ListBucket"]),
        (of_lake("s3:GetObject"), ["s3:ListBucket"]),
        (
            policy(
                allow("s3:GetObject", "arn:aws:s3:::lake/raw/*"),
                allow(
                    "s3:ListBucket",
                    "arn:aws:s3:::lake",
                    Condition={"StringLike": {"s3:prefix": "raw/*"}},
                ),
            ),
            [],
        ),
        (policy(allow("s3:*", "*"), deny("s3:Get*", "arn:aws:s3:::lake/raw/*")), ["s3:GetObject"]),
    ],
)
def test_a_prefix_role_reaches_its_prefix(eng: dict[str, Any], actions: list[str]) -> None:
    findings = found(roles(eng=eng, mappings=PREFIX), "EMR035")
    assert [finding.expected.split()[1] for finding in findings] == actions
    assert all(finding.level is Severity.WARNING for finding in findings)


def test_a_group_role_that_cannot_list_what_it_reads() -> None:
    [finding] = found(roles(eng=of_lake("s3:GetObject")), "EMR035")
    assert "may not list" in finding.message
    assert '"s3:ListBucket"' in finding.fix
    assert found(roles(eng=of_lake("s3:GetObject", "s3:ListBucket")), "EMR035") == []


def test_policies_that_are_not_known_are_told_once() -> None:
    model = roles(mappings=[*PREFIX, {"role": "Other", "users": ["a"]}])
    model.roles[ENG].permissions = None
    [finding] = found(model, "EMR035")
    assert finding.level is Severity.UNKNOWN
    assert "Eng, Other" in finding.message


@pytest.mark.parametrize(
    ("eng", "key_policy", "actions"),
    [
        (of_lake("s3:*"), OTHERS, ["kms:Decrypt", "kms:GenerateDataKey"]),
        (
            of_lake("s3:*"),
            trust({"AWS": ENG}, Action=["kms:Decrypt", "kms:GenerateDataKey"], Resource="*"),
            [],
        ),
        (of_lake("s3:Get*"), OTHERS, ["kms:Decrypt"]),
        (policy(allow("s3:*", "arn:aws:s3:::elsewhere/*")), OTHERS, []),
    ],
    ids=["no user", "user by the key's policy", "reads only", "another bucket"],
)
def test_the_key_of_encrypted_data(
    eng: dict[str, Any], key_policy: dict[str, Any], actions: list[str]
) -> None:
    model = roles(eng=eng, buckets={"lake": {"key": KEY}}, keys={KEY: {"policy": key_policy}})
    findings = found(model, "EMR036")
    assert [finding.expected.split()[1] for finding in findings] == actions
    assert all(KEY in finding.fix for finding in findings)


def test_a_key_whose_policy_is_not_known_is_unknown() -> None:
    model = roles(eng=of_lake("s3:*"), buckets={"lake": {"key": KEY}})
    assert {finding.level for finding in found(model, "EMR036")} == {Severity.UNKNOWN}
