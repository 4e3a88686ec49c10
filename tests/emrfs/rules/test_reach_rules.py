"""EMR034, EMR035 and EMR036: what roles reach, and do not."""

from typing import Any

import pytest

from opskit.documents import parse_document
from opskit.emrfs.formats import cloudformation
from opskit.emrfs.load import INTRINSICS
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


PUT = ["s3:PutObject", "s3:AbortMultipartUpload"]


@pytest.mark.parametrize(
    ("actions", "place", "cluster", "logs"),
    [
        (PUT, "lake/logs/*", None, True),
        (PUT, "other/*", None, True),
        (PUT, "lake/logs/*", {"name": "c", "options": {}}, True),
        (PUT, "lake/logs/*", LOGS, False),
        (PUT, "lake/raw/x/*", None, False),
        (PUT, "*", None, False),
        (["s3:PutObject", "s3:GetObject"], "lake/logs/*", None, False),
        (["s3:PutObject", "s3:PutObjectAcl"], "lake/logs/*", None, False),
        ("s3:Put*", "lake/logs/*", None, False),
    ],
)
def test_what_may_be_the_log_folder_is_asked_for(
    actions: Any, place: str, cluster: dict[str, Any] | None, logs: bool
) -> None:
    more = {"cluster": cluster} if cluster else {}
    base = policy(allow(actions, f"arn:aws:s3:::{place}"))
    [finding] = found(roles(base=base, mappings=PREFIX, **more), "EMR034")
    assert finding.fix.startswith("if this is the log folder, name it") is logs
    if logs:
        assert finding.level is Severity.WARNING
        assert f"log-uri: s3://{place.rstrip('*')}}}" in finding.fix


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


def test_a_prefix_that_may_be_listed_itself_and_nothing_below_it() -> None:
    """It is said of what lies below, where it is true."""
    listing = allow(
        "s3:ListBucket", "arn:aws:s3:::lake", Condition={"StringEquals": {"s3:prefix": "raw/"}}
    )
    eng = policy(allow("s3:GetObject", "arn:aws:s3:::lake/raw/*"), listing)
    [finding] = found(roles(eng=eng, mappings=PREFIX), "EMR035")
    assert "s3:ListBucket below s3://lake/raw/" in finding.message


def test_a_group_role_that_cannot_list_what_it_reads() -> None:
    [finding] = found(roles(eng=of_lake("s3:GetObject")), "EMR035")
    assert "may not list" in finding.message
    assert '"s3:ListBucket"' in finding.fix
    assert found(roles(eng=of_lake("s3:GetObject", "s3:ListBucket")), "EMR035") == []


@pytest.mark.parametrize(
    ("there", "eng", "fixes"),
    [
        (None, of_lake("s3:*"), ["give the policy of the bucket lake"] * 2),
        (OTHERS, of_lake("s3:*"), ["add to the policy of the bucket lake"] * 2),
        (OTHERS, of_lake("kms:*"), ["add to a policy of Eng: "] * 2),
    ],
    ids=["not known", "the bucket's lacks", "both lack"],
)
def test_across_accounts_the_buckets_policy_is_named(
    there: dict[str, Any] | None, eng: dict[str, Any], fixes: list[str]
) -> None:
    bucket = {"account": "999900001111", **({"policy": there} if there else {})}
    findings = found(roles(eng=eng, mappings=PREFIX, buckets={"lake": bucket}), "EMR035")
    assert [each.fix[: len(fix)] for each, fix in zip(findings, fixes, strict=True)] == fixes
    assert all("bucket lake, " in each.fix and "999900001111" in each.fix for each in findings)
    assert all(("Principal" in each.fix) is (there is not None) for each in findings)


GOOD = allow("s3:*", ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"])


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ({**GOOD, "Effect": "allow"}, "Effect is 'allow'"),
        ({"Effect": "Allow", "Action": "s3:*"}, "neither Resource nor Principal"),
        ({**GOOD, "Principal": "*"}, "a role's policy has no Principal"),
        ({**GOOD, "Resource": "s3://lake/*"}, "is no ARN"),
        ({**GOOD, "Resource": "arn:aws-cn:s3:::lake/*"}, "in the partition aws-cn"),
        ({**GOOD, "Condition": {"StringMatches": {"aws:UserAgent": "x"}}}, "StringMatches"),
    ],
)
def test_a_statement_that_grants_nothing_is_an_error_at_its_place(
    statement: dict[str, Any], says: str
) -> None:
    for model, name in [
        (roles(eng=policy(GOOD, statement)), "Eng"),
        (roles(base=policy(GOOD, statement)), "Base"),
    ]:
        [finding] = [each for each in found(model, "EMR035") if each.level is Severity.ERROR]
        assert says in finding.message
        assert "grants nothing" in finding.message
        assert (finding.object, "Statement[1]" in finding.message) == (name, True)
        assert finding.location is not None
        assert finding.location.line


@pytest.mark.parametrize(
    "statement",
    [
        GOOD,
        deny("s3:*", "arn:aws-cn:s3:::lake/*"),
        {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x/*"},
        allow("s3:*", ["arn:aws-cn:s3:::lake/*", "arn:aws:s3:::lake/*"]),
        allow("s3:*", "arn:*:s3:::lake/*"),
        allow("s3:*", "arn:${AWS::Partition}:s3:::lake/*"),
        {**GOOD, "Resource": {"Fn::GetAtt": ["Lake", "Arn"]}},
        {**GOOD, "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "${aws:userid}"}}},
    ],
)
def test_quiet_on_statements_that_are_understood(statement: dict[str, Any]) -> None:
    findings = found(roles(eng=policy(GOOD, statement)), "EMR035")
    assert not [each for each in findings if each.level is Severity.ERROR]


TEMPLATE = """
Parameters: {Doc: {Type: String}}
Resources:
  Config:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        AuthorizationConfiguration:
          EmrFsConfiguration:
            RoleMappings:
              - {Role: !GetAtt Eng.Arn, IdentifierType: Group, Identifiers: [eng]}
  Eng:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - {PolicyName: whole, PolicyDocument: !Ref Doc}
        - PolicyName: parts
          PolicyDocument:
            Statement:
              - !If [Some, {Effect: Allow, Action: "s3:*", Resource: "*"}, !Ref AWS::NoValue]
              - {Effect: Allow, Action: !Split [",", !Ref Doc], Resource: !GetAtt Lake.Arn}
              - {Effect: STATED, Action: "s3:*", Resource: !Sub "arn:aws:s3:::x/${aws:userid}"}
"""


@pytest.mark.parametrize(("effect", "count"), [("Allow", 0), ("Alow", 1)])
def test_what_a_template_has_yet_to_fill_in_is_no_error(effect: str, count: int) -> None:
    text = TEMPLATE.replace("STATED", effect)
    made = cloudformation.read(parse_document(text.encode(), "stack.yaml", tags=INTRINSICS))
    errors = [each for each in found(made, "EMR035") if each.level is Severity.ERROR]
    assert len(errors) == count, errors


def test_a_policy_without_statements_is_an_error() -> None:
    [finding] = found(roles(eng={"Version": "2012-10-17"}), "EMR035")
    assert (finding.level, finding.object) == (Severity.ERROR, "Eng")
    assert "it has no Statement" in finding.message


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
