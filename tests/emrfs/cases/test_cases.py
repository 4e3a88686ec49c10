"""Policy tests: run, generated, and tested themselves."""

from pathlib import Path

import pytest

from opskit.documents import parse_document
from opskit.emrfs.cases import document, generate, report
from opskit.emrfs.cases.document import CasesDocument
from opskit.emrfs.load import load
from opskit.emrfs.model import Design
from opskit.errors import InputError
from opskit.findings import Report, Severity
from tests.emrfs.designs import EXAMPLES, design

SCIENCE = "s3://emrfs-auth-data-science-bucket-demo/x"


@pytest.fixture(scope="module")
def published() -> Design:
    return load(EXAMPLES / "emrfs.yaml")


def run(made: Design, tmp_path: Path, text: str, *, mutate: bool = False) -> Report:
    file = tmp_path / "cases.yaml"
    file.write_text(text)
    return report.run(made, *document.load(file), mutate=mutate)


def test_the_bundled_cases_pass_and_watch_the_order(published: Design) -> None:
    found = report.run(published, *document.load(EXAMPLES / "cases.yaml"), mutate=False)
    assert found.findings == []
    assert len(found.passed) == 6
    assert all(case["passed"] for case in found.extra["cases"])


def test_the_proposed_change_fails_a_case() -> None:
    made = load(EXAMPLES / "proposed.yaml")
    found = report.run(made, *document.load(EXAMPLES / "cases.yaml"), mutate=False)
    assert {(each.rule, each.object) for each in found.findings} == {
        ("EMR101", "data scientists keep their role in the default bucket"),
        ("EMR102", "data scientists keep their role in the default bucket"),
    }


@pytest.mark.parametrize(
    ("expect", "code"),
    [
        ("{role: emrfs_auth_group_role_data_eng}", None),
        ("{role: 'arn:aws:iam::511586466501:role/emrfs_auth_group_role_data_eng'}", None),
        ("{role: emrfs_auth_group_role_data_sci}", "EMR101"),
        ("{role: base}", "EMR101"),
        ("{decision: implicit-deny}", None),
        ("{decision: denied}", None),
        ("{decision: deny}", "EMR102"),
        ("{decision: allow}", "EMR102"),
        ("{reason: grp_data_engineering}", None),
        ("{reason: 'Mappings[1]'}", None),
        ("{decision: denied, reason: admin1}", "EMR103"),
        ("{decision: allow, reason: admin1}", "EMR102"),
    ],
)
def test_what_a_case_expects(
    published: Design, tmp_path: Path, expect: str, code: str | None
) -> None:
    text = f"cases:\n  - user: dataeng1\n    path: {SCIENCE}\n    expect: {expect}\n"
    found = run(published, tmp_path, text)
    assert [finding.rule for finding in found.findings] == ([code] if code else [])
    for finding in found.findings:
        assert finding.location is not None
        assert finding.location.line == 2
        assert finding.expected
        assert finding.observed


def test_groups_that_a_case_gives_count(published: Design, tmp_path: Path) -> None:
    text = f"""
cases:
  - {{user: ana, groups: [grp_data_science], path: {SCIENCE}, expect: {{decision: allow}}}}
"""
    assert run(published, tmp_path, text).findings == []


def test_unknown_is_not_what_was_expected(tmp_path: Path) -> None:
    made = design("base-role: Base\nmappings: [{role: R, users: [ana]}]")
    text = f"cases: [{{user: ana, path: {SCIENCE}, expect: {{decision: allow}}}}]"
    found = run(made, tmp_path, text)
    assert [finding.rule for finding in found.findings] == ["EMR104"]
    assert found.findings[0].severity is Severity.UNKNOWN
    text = text.replace("allow", "unknown")
    assert run(made, tmp_path, text).findings == []


OPEN = """
    account: "111122223333"
    base-role: base
    mappings: [{role: %s, groups: ["${Group}"]}, {role: eng, users: [ana]}]
    """


def test_a_role_below_what_another_tool_fills_in_is_not_sure(tmp_path: Path) -> None:
    """Ana may be in the group: she gets the role of it then."""
    cases = "cases: [{user: %s, path: 's3://b/x', expect: {role: %s}}]"
    for user, role in (("ana", "eng"), ("ana", "sci"), ("zoe", "base")):
        found = run(design(OPEN % "sci"), tmp_path, cases % (user, role))
        assert [(each.rule, each.severity) for each in found.findings] == [
            ("EMR104", Severity.UNKNOWN)
        ]
        assert "mappings[0] may decide" in found.findings[0].message
        assert not found.passed
    assert not run(design(OPEN % "eng"), tmp_path, cases % ("ana", "eng")).findings
    written = generate.to_yaml(generate.generate(design(OPEN % "sci")))
    assert not run(design(OPEN % "sci"), tmp_path, written).findings


def test_a_swap_that_no_case_notices(published: Design, tmp_path: Path) -> None:
    text = f"cases: [{{user: admin1, path: {SCIENCE}, expect: {{decision: allow}}}}]"
    found = run(published, tmp_path, text, mutate=True)
    # admin1 is in no mapped group, so that the first two may change places
    assert [finding.object for finding in found.findings] == ["mappings[1]", "mappings[2]"]
    assert "grp_data_engineering and grp_data_science" in found.findings[0].observed


def test_a_case_that_notices_a_swap(published: Design, tmp_path: Path) -> None:
    text = """
cases:
  - user: ana
    groups: [grp_data_science, grp_data_engineering]
    path: s3://elsewhere/x
    expect: {role: emrfs_auth_group_role_data_eng}
"""
    found = run(published, tmp_path, text, mutate=True)
    assert [finding.object for finding in found.findings] == ["mappings[2]"]


def test_what_is_generated_passes(published: Design, tmp_path: Path) -> None:
    text = generate.to_yaml(generate.generate(published))
    found = run(published, tmp_path, text)
    assert found.findings == []
    # one of each kind of user, at four places and one more, three actions
    assert found.checked == 4 * 5 * 3


def test_what_is_generated_notices_a_mapping_that_goes(tmp_path: Path) -> None:
    text = """
        base-role: Base
        mappings:
          - {role: R, groups: [eng]}
          - {role: S, prefixes: ["s3://bucket/x/"]}
        """
    cases = generate.to_yaml(generate.generate(design(text)))
    less = design(text.replace("- {role: R, groups: [eng]}", "- {role: R, groups: [other]}"))
    assert "EMR101" in {finding.rule for finding in run(less, tmp_path, cases).findings}


def test_generated_cases_name_strangers_and_members() -> None:
    made = design(
        """
        base-role: Base
        mappings:
          - {role: R, groups: ["odd: group"]}
          - {role: S, prefixes: ["s3://bucket/x/"]}
        """
    )
    text = generate.to_yaml(generate.generate(made, ["s3:GetObject"]))
    cases = _parsed(text)
    assert [(case.user, case.groups) for case in cases.cases] == [
        ("member-of-odd: group", ("odd: group",)),
        ("member-of-odd: group", ("odd: group",)),
        ("nobody-in-particular", ()),
        ("nobody-in-particular", ()),
    ]
    assert {case.expect.decision for case in cases.cases} == {None}  # no policy is known


def _parsed(text: str) -> CasesDocument:
    from opskit.decode import decode

    return decode(parse_document(text.encode(), "cases.yaml"), CasesDocument)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cases: []", "cases"),
        ("cases: [{user: a, path: s3://b/x, expect: {}}]", "give role, decision or reason"),
        ("cases: [{user: a, path: b/x, expect: {role: r}}]", "no place in S3"),
        (
            "cases: [{user: a, path: s3://b/x, action: s3:GetObjekt, expect: {role: r}}]",
            "no action on a bucket",
        ),
        ("cases: [{user: a, path: s3://b/x, expect: {decision: alow}}]", "decision"),
    ],
)
def test_cases_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        document.load(file)
    assert error.value.where.startswith(f"{file}:1:")
