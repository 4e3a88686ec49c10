"""Files of amazon-emr-user-role-mapper: the shapes of its README and of its model classes."""

import json
from pathlib import Path
from typing import Any

import pytest

from opskit.documents import parse_document
from opskit.emrfs.formats import rolemapper
from opskit.emrfs.load import load
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.prefixes import Path as Place
from opskit.emrfs.resolve import resolve
from opskit.errors import InputError

ARN = "arn:aws:iam::123456789012:role/"


def mapper(*entries: Any, key: str = "PrincipalRoleMappings") -> Design:
    text = json.dumps({key: list(entries)}, indent=1)
    document = parse_document(text.encode(), "mappings.json", is_json=True)
    assert rolemapper.recognises(document)
    return rolemapper.read(document)


def user(name: str, role: str, **more: object) -> dict[str, object]:
    return {"username": name, "rolearn": ARN + role, **more}


def group(name: str, role: str, **more: object) -> dict[str, object]:
    return {"groupname": name, "rolearn": ARN + role, **more}


def said(design: Design) -> list[tuple[int, Kind, str, str]]:
    return [
        (m.index, m.kind, m.identifiers[0].text, m.role.removeprefix(ARN)) for m in design.mappings
    ]


def test_the_sample_of_the_readme(tmp_path: Path) -> None:
    file = tmp_path / "mappings.json"
    entries = [user("user1", "test-role1"), group("group1", "test-role2", duration=1800)]
    file.write_text(json.dumps({"PrincipalRoleMappings": entries}))
    design = load(file)
    assert design.format == "rolemapper"
    assert said(design) == [
        (0, Kind.USER, "user1", "test-role1"),
        (1, Kind.GROUP, "group1", "test-role2"),
    ]
    assert design.account == "123456789012"
    assert design.base_role is None
    assert len(design.notes) == 1  # nobody is denied by EMRFS for want of a mapping


def test_users_come_first_wherever_they_stand() -> None:
    design = mapper(group("g", "group"), user("u", "user"))
    assert [kind for _, kind, *_ in said(design)] == [Kind.USER, Kind.GROUP]
    hit = resolve(design, "u", ["g"], Place("b", "k")).hit
    assert hit is not None
    assert hit.mapping.role == f"{ARN}user"
    assert str(hit.mapping.location) == "mappings.json:7:3"
    assert str(hit.identifier.location).startswith("mappings.json:8:")


def test_of_two_for_one_name_the_last_counts() -> None:
    design = mapper(user("u", "first"), group("u", "group"), user("u", "second"))
    assert [role for *_, role in said(design)] == ["second", "group"]
    assert any("[0] is left out: [2] is for u again" in note for note in design.notes)


def test_a_record_with_both_names_is_one_of_a_user() -> None:
    assert said(mapper({**user("u", "r"), "groupname": "g"}))[0][1:3] == (Kind.USER, "u")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (None, "it is no object"),
        ({"rolearn": ARN + "r"}, "no username or groupname"),
        ({"username": "u"}, "no rolearn"),
        ({"username": 5, "rolearn": ARN + "r"}, "no username or groupname"),
        (user("u", "r", textpolicy="{}"), "textpolicy narrows the session"),
    ],
)
def test_what_does_nothing_or_cannot_be_had_is_left_out(entry: Any, why: str) -> None:
    design = mapper(entry, user("v", "r"))
    assert [name for _, _, name, _ in said(design)] == ["v"]
    assert any("[0] is left out" in note and why in note for note in design.notes)


def test_what_sts_is_given_is_said() -> None:
    notes = mapper(user("u", "r", externalid="x")).notes
    assert any("ExternalId" in note for note in notes)
    assert not any("ExternalId" in note for note in mapper(user("u", "r")).notes)


def test_several_groups_go_by_the_order_of_the_users_groups() -> None:
    said_of = "first of a user's groups"
    assert not any(said_of in note for note in mapper(group("a", "r")).notes)
    assert any(said_of in note for note in mapper(group("a", "r"), group("b", "s")).notes)


def test_a_file_that_maps_policies_is_refused() -> None:
    with pytest.raises(InputError, match="EMRFS gives roles") as error:
        mapper({"username": "u", "policies": ["p"]}, key="PrincipalPolicyMappings")
    assert "opskit emrfs union" in error.value.hint
    assert error.value.where == "mappings.json:2:2"


def test_mappings_that_are_no_list() -> None:
    document = parse_document(b'{"PrincipalRoleMappings": {}}', "m.json", is_json=True)
    with pytest.raises(InputError, match="is not a list"):
        rolemapper.read(document)


@pytest.mark.parametrize("text", ["[]", "{}", '"x"', '{"mappings": []}', '{"RoleMappings": []}'])
def test_what_is_none(text: str) -> None:
    assert not rolemapper.recognises(parse_document(text.encode(), "x.json", is_json=True))


def test_five_thousand_users() -> None:
    design = mapper(*(user(f"u{n}", f"r{n}") for n in range(5000)))
    assert len(design.mappings) == 5000
