"""Names in templates: of the characters that there may be, and each another."""

from opskit.emrfs.build.names import Names


def test_logical_ids() -> None:
    names = Names()
    given = ["emr_role-a", "emr.role.a", "übung", "@@", "x" * 300]
    made = [names.logical(each) for each in given]
    assert made == ["EmrRoleA", "EmrRoleA2", "Bung", "Role", "X" + "x" * 199]


def test_identifiers() -> None:
    names = Names()
    made = [names.identifier(each) for each in ["A b", "a.b", "1x", "-", "a_b"]]
    assert made == ["a_b", "a_b_2", "_1x", "role", "a_b_3"]
