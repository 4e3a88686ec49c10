"""EMR013 and EMR014: users that several mappings match."""

from tests.emrfs.rules.checks import config, found, mapping, own, placed

TWO = "- role: eng\n  groups: [eng]\n- role: sci\n  groups: [sci, lab]\n"


def people(**groups: str) -> str:
    return "directory:\n  users:\n" + "".join(f"    {u}: [{g}]\n" for u, g in groups.items())


def test_users_in_two_mapped_groups() -> None:
    made = own(TWO, people(ana="eng, sci", bob="sci, eng", cyd="sci", dan="lab, sci"))
    assert placed(made, "EMR013") == [(6, "mappings[1]")]
    assert found(made, "EMR013")[0].message == (
        "mappings[1]: ana, bob get eng from mappings[0] (group eng), not sci"
    )


def test_one_role_or_one_group_is_quiet() -> None:
    assert placed(own(TWO, people(ana="eng", bob="sci, staff")), "EMR013") == []
    same = TWO.replace("role: sci", "role: eng")
    assert placed(own(same, people(ana="eng, sci")), "EMR013") == []
    assert placed(own(TWO), "EMR013") == []
    assert placed(config(mapping("a", "Group", "a"), mapping("b", "Group", "b")), "EMR013") == []


def test_where_primary_groups_count_alone() -> None:
    assert placed(own(TWO, people(ana="eng, sci") + "match: {groups: primary}\n"), "EMR013") == []


def test_a_users_own_mapping_decides_in_front_and_is_lost_behind() -> None:
    own_role = "- role: ana\n  users: [ana]\n"
    groups = people(ana="eng, sci")
    assert placed(own(own_role + TWO, groups), "EMR013") == []
    made = own(TWO + own_role, people(ana="eng"))
    assert placed(made, "EMR013") == [(8, "mappings[2]")]
    assert "ana gets eng from mappings[0] (group eng), not ana" in found(made, "EMR013")[0].message


def test_a_secondary_group() -> None:
    made = own(TWO, people(ana="staff, eng", bob="eng, staff", cyd="staff, lab", dan="staff"))
    assert placed(made, "EMR014") == [(4, "mappings[0]"), (6, "mappings[1]")]
    assert found(made, "EMR014")[0].message == (
        "mappings[0]: ana gets eng by a secondary group; if the primary group alone counts, "
        "the base role"
    )


def test_a_secondary_group_that_decides_over_the_primary_one() -> None:
    made = own(TWO, people(ana="sci, eng"))
    assert "alone counts, sci" in found(made, "EMR014")[0].message
    made = own(TWO, people(ana="sci, eng") + "match: {groups: primary}\n")
    assert placed(made, "EMR014") == [(4, "mappings[0]")]


def test_where_the_groups_make_no_difference_it_is_quiet() -> None:
    assert placed(own(TWO, people(ana="eng, sci", bob="staff")), "EMR014") == []
    same = TWO.replace("role: sci", "role: eng")
    assert placed(own(same, people(ana="sci, eng")), "EMR014") == []
    named = "- role: ana\n  users: [ana]\n" + TWO
    assert placed(own(named, people(ana="staff, eng")), "EMR014") == []


def test_many_users_are_told_in_one_line() -> None:
    made = own(TWO, people(**{f"u{n}": "staff, eng" for n in range(5000)}))
    [finding] = found(made, "EMR014")
    assert "u0, u1, u2 and 4997 more get eng" in finding.message
