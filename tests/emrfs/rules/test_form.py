"""EMR001, EMR002, EMR004: the form of a file, and roles that are none."""

import pytest

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.formats import mappings as reader
from opskit.emrfs.model import Design, Role
from tests.emrfs.designs import design
from tests.emrfs.rules.checks import config, found, mapping, own, placed


@pytest.mark.parametrize(("text", "fixable"), [("eng", True), ("eng,sci", False), ("", False)])
def test_a_text_for_a_list(text: str, fixable: bool) -> None:
    made = config({**mapping("eng", "Group"), "Identifiers": text})
    assert placed(made, "EMR001") == [(8, "mappings[0]")]
    assert [each.fixable for each in found(made, "EMR001")] == [fixable]


@pytest.mark.parametrize(
    ("kind", "fixable"), [("group", True), ("Groups", True), ("Grupo", False), ("", False)]
)
def test_an_unknown_type(kind: str, fixable: bool) -> None:
    made = config({**mapping("eng", "Group", "eng"), "IdentifierType": kind})
    assert placed(made, "EMR004") == [(7, "mappings[0]")]
    assert [each.fixable for each in found(made, "EMR004")] == [fixable]


def test_a_good_form_is_quiet() -> None:
    made = config(mapping("eng", "Group", "eng"), mapping("ana", "User", "ana"))
    assert [placed(made, code) for code in ("EMR001", "EMR002", "EMR004")] == [[], [], []]


def test_faults_are_told_wherever_the_reader_saw_them() -> None:
    mappings, faults = reader.mappings_of("text", lambda _: None)
    made = Design("x.json", "securityconfig", mappings, faults=faults)
    [finding] = found(made, "EMR004")
    assert finding.object == ""
    assert "RoleMappings is not a list" in finding.message


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("arn:aws:iam::123456789012:instance-profile/eng", "an instance profile"),
        ("arn:aws:iam::123456789012:user/eng", "an IAM user"),
        ("arn:aws:sts::123456789012:assumed-role/eng/session", "a session"),
        ("arn:aws:iam::123456789012:root", "the root"),
        ("arn:aws:iam::1234:role/eng", "not 12 digits"),
        ("arn:aws:iam::123456789012:role/two words", "a name that IAM does not take"),
        ("arn:aws-cn:iam::123456789012:role/eng", "of the partition aws-cn"),
        (" arn:aws:iam::123456789012:role/eng", "white space around it"),
        ("arn:aws:s3:::lake", "no ARN of a role"),
        ("https://role", "no ARN of a role"),
    ],
)
def test_what_is_no_role(role: str, says: str) -> None:
    made = config(mapping("eng", "Group", "eng"), mapping("sci", "Group", "sci"))
    made.mappings[1].role = role
    assert placed(made, "EMR002") == [(13, "mappings[1]")]
    assert says in found(made, "EMR002")[0].message


def test_an_expected_role_keeps_what_is_known() -> None:
    made = own("- role: arn:aws-us-gov:iam::123456789012:role/path/eng\n  users: [ana]\n")
    [finding] = found(made, "EMR002")
    assert finding.expected == "arn:aws:iam::123456789012:role/path/eng"
    assert not finding.fixable


def test_the_partition_of_the_cluster_is_the_files() -> None:
    text = """
        base-role: arn:aws-cn:iam::123456789012:role/base
        partition: aws-cn
        mappings:
          - role: arn:aws-cn:iam::123456789012:role/eng
            users: [ana]
    """
    assert placed(design(text), "EMR002") == []
    [finding] = found(design(text.replace("partition: aws-cn", "partition: aws")), "EMR002")[:1]
    assert "the base role is of the partition aws-cn" in finding.message


def test_names_do_in_a_document_with_an_account() -> None:
    mappings = "- role: eng\n  users: [ana]\n"
    assert placed(own(mappings), "EMR002") == []
    unknown = design(f"base-role: base\nmappings:\n{mappings}")
    assert placed(unknown, "EMR002") == [(1, "base"), (3, "mappings[0]")]
    made = config(mapping("eng", "User", "ana"))
    made.mappings[0].role = "eng"
    assert placed(made, "EMR002") == [(6, "mappings[0]")]


def test_a_template_names_the_base_role_by_its_profile() -> None:
    made = config(mapping("eng", "User", "ana"))
    made.base_role = Role(RoleArn.parse("EMR_EC2_DefaultRole"))
    assert found(made, "EMR002") == []
    made.base_role = Role(RoleArn.parse("two words"), location=made.mappings[0].location)
    assert [each.object for each in found(made, "EMR002")] == ["two words"]


@pytest.mark.parametrize("role", ["${var.role}", "${aws_iam_role.eng.arn}", "{{resolve:ssm:r}}"])
def test_placeholders_are_not_judged(role: str) -> None:
    assert placed(config(mapping(f"{role}", "User", "ana")), "EMR002") == []
    made = config(mapping("eng", "User", "ana"))
    made.mappings[0].role = role
    assert placed(made, "EMR002") == []
