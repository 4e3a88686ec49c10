"""Trust and permissions of every role: what is known is kept, the rest is made."""

import json

import pytest

from opskit.emrfs.build import iam, roles
from opskit.emrfs.build.size import INLINE, compact, size
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.load import load
from opskit.emrfs.model import Design, Role
from opskit.errors import InputError
from tests.emrfs.build.documents import ACCOUNT, BASE, lake
from tests.emrfs.designs import EXAMPLES, design

PEOPLE = f"""
account: "{ACCOUNT}"
base-role: base
mappings:
  - {{role: eng, groups: [eng]}}
  - {{role: eng, prefixes: ["s3://b/x/"]}}
  - {{role: ana, users: [ana]}}
  - {{role: "arn:aws:iam::444455556666:role/away", prefixes: ["s3://c/"]}}
"""


def plans(text: str) -> dict[str, roles.RolePlan]:
    return {plan.arn.name: plan for plan in roles.plans(design(text))}


def role_of(plan: roles.RolePlan) -> Role:
    policies = tuple(parse(each.document, each.name) for each in plan.permissions)
    return Role(plan.arn, trust=parse(plan.trust, "trust"), permissions=policies)


def test_known_policies_are_kept() -> None:
    found = load(EXAMPLES / "emrfs.yaml")
    base, admin, *_ = roles.plans(found)
    assert base.is_base
    assert base.made == admin.made == ()
    known = json.loads((EXAMPLES / "policies" / "admin.json").read_text())
    assert admin.permissions == (roles.NamedPolicy("admin", known),)


def test_made_trust_lets_the_base_role_assume_every_role() -> None:
    """Also across accounts, where the base role needs the permission of its own."""
    found = plans(PEOPLE)
    base = role_of(found.pop("base"))
    assert sorted(found) == ["ana", "away", "eng"]
    for plan in found.values():
        assert assumable(base, role_of(plan)).allowed, plan.arn
    stranger = Role(design(PEOPLE).arn("stranger"), permissions=base.permissions)
    assert not assumable(stranger, role_of(found["ana"])).allowed
    # without the permission the role of another account is out of reach
    powerless = Role(base.arn, permissions=())
    assert not assumable(powerless, role_of(found["away"])).allowed
    assert assumable(powerless, role_of(found["ana"])).allowed


def test_the_base_role_may_assume_where_it_has_to_and_nowhere_else() -> None:
    statements = plans(PEOPLE)["base"].permissions[0].document["Statement"]
    assume = [each["Resource"] for each in statements if each["Action"] == "sts:AssumeRole"]
    assert assume == ["arn:aws:iam::444455556666:role/away"]


def test_people_of_whom_nothing_is_known_need_a_decision() -> None:
    found = plans(PEOPLE)
    assert found["ana"].permissions == ()
    assert found["ana"].open
    assert not found["eng"].open  # its prefixes are known
    lines = roles.notes(list(found.values()))
    assert any(line.startswith("ana needs a decision") for line in lines)
    assert any(line.startswith("eng: ") and "mappings[0]" in line for line in lines)


def test_only_the_base_role_trusts_ec2() -> None:
    found = plans(PEOPLE)
    trusts = {name: compact(plan.trust) for name, plan in found.items()}
    assert [name for name, text in trusts.items() if "ec2.amazonaws.com" in text] == ["base"]
    assert trusts["ana"].count(BASE) == 1


@pytest.mark.parametrize(
    ("partition", "service"),
    [("aws", "ec2.amazonaws.com"), ("aws-cn", "ec2.amazonaws.com.cn")],
)
def test_partitions(partition: str, service: str) -> None:
    text = f"partition: {partition}\n{PEOPLE.replace('arn:aws:', f'arn:{partition}:')}"
    found = plans(text)
    assert service in compact(found["base"].trust).split('"')
    assert f"arn:{partition}:s3:::c/*" in compact(found["away"].permissions[0].document)


def test_no_base_role() -> None:
    made = lake("s3://b/")
    made.base_role = None
    with pytest.raises(InputError, match="base role is not known"):
        roles.plans(made)


def test_names_of_policies_are_each_another_and_iam_takes_them() -> None:
    policies = [parse({}, name) for name in ("a b", "a/b", "x", "x", "ü", "")]
    names = [each.name for each in roles.known(tuple(policies))]
    assert names == ["a-b", "a-b-2", "x", "x-2", "policy", "policy-2"]


def test_policies_that_are_too_long_are_said() -> None:
    prefixes = [f"s3://bucket/{'x' * 40}-{number}/" for number in range(200)]
    found = roles.plans(lake(*prefixes))
    assert size(found[1].permissions[0].document) > INLINE
    assert any("10,240" in line for line in roles.notes(found))


def test_one_document_and_many_files_hold_the_same() -> None:
    made = design(PEOPLE)
    document = json.loads(iam.render(made))
    assert [each["name"] for each in document["roles"]] == ["base", "eng", "ana", "away"]
    assert document["roles"][2]["needs_a_decision"]
    assert document["instance_profile"] == {"name": "base", "role": "base"}
    files = iam.files(made)
    assert json.loads(files["eng.emrfs.json"]) == document["roles"][1]["permissions"][0]["document"]
    assert set(files) == {
        *(f"{name}.trust.json" for name in ("base", "eng", "ana", "away")),
        *(f"{name}.emrfs.json" for name in ("base", "eng", "away")),
    }


def test_roles_of_one_name_in_two_accounts_have_files_of_their_own() -> None:
    text = PEOPLE.replace("role/away", "role/ana")
    assert "444455556666.ana.trust.json" in iam.files(design(text))


def test_a_boundary_is_kept() -> None:
    more = "roles:\n  lake:\n    boundary: {Version: '2012-10-17', Statement: []}\n"
    made: Design = lake("s3://b/", more=more)
    assert roles.plans(made)[1].boundary == {"Version": "2012-10-17", "Statement": []}
    assert "lake.boundary.json" in iam.files(made)


def test_many_decisions_are_one_line() -> None:
    mappings = "".join(f"  - {{role: r{number}, users: [u{number}]}}\n" for number in range(9))
    text = f"account: '{ACCOUNT}'\nbase-role: base\nmappings:\n{mappings}"
    lines = roles.notes(list(plans(text).values()))
    assert [line for line in lines if "decision" in line] == [
        "9 roles need a decision, for they have no permissions: r0, r1, r2, r3, r4, ..."
    ]


def test_a_thousand_roles_take_no_time() -> None:
    mappings = "".join(f"  - {{role: r{n}, prefixes: ['s3://b{n}/']}}\n" for n in range(1000))
    text = f"account: '{ACCOUNT}'\nbase-role: base\nmappings:\n{mappings}"
    assert len(plans(text)) == 1001
