"""Classes of people: everybody is in one, and there are no more than are needed."""

import time

from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.emrfs.people import ANYONE, alike, one
from tests.emrfs.designs import design


def _labels(before: Design, after: Design) -> list[list[str]]:
    return [each.labels for each in alike(before, after)]


def _groups(*names: str, more: str = "") -> Design:
    mappings = ", ".join(f"{{role: {name}, groups: [{name}]}}" for name in names)
    return design(f"base-role: B\nmappings: [{mappings}]\n{more}")


def test_users_of_the_directories_and_strangers() -> None:
    before = _groups("g", "h", more="directory: {users: {ana: [g], bob: [h], cem: []}}")
    after = _groups("g", "h", more="directory: {users: {dan: [h]}}")
    assert _labels(before, after) == [
        ["ana", "members of g"],
        ["bob", "dan", "members of h"],
        ["cem", ANYONE],
    ]


def test_nobody_else_where_both_directories_are_complete() -> None:
    more = "directory: {complete: true, users: {ana: [g]}}"
    assert _labels(_groups("g", "h", more=more), _groups("g", more=more)) == [["ana"]]


def test_a_user_who_changes_groups() -> None:
    before = _groups("g", "h", more="directory: {complete: true, users: {ana: [g], bob: [h]}}")
    after = _groups("g", "h", more="directory: {complete: true, users: {ana: [h], bob: [h]}}")
    assert {tuple(each.labels): each.first for each in alike(before, after)} == {
        ("ana",): (0, 1),
        ("bob",): (1, 1),
    }


def test_pairs_where_the_order_changes_and_no_others() -> None:
    assert _labels(_groups("g", "h", "i"), _groups("h", "g", "i"))[4:] == [["members of g and h"]]
    assert _labels(_groups("g", "h"), _groups("g", "h"))[3:] == []


def test_a_mapped_user_may_be_in_a_mapped_group() -> None:
    user, group = "{role: U, users: [ana]}", "{role: G, groups: [g]}"
    before = design(f"base-role: B\nmappings: [{user}, {group}]")
    after = design(f"base-role: B\nmappings: [{group}, {user}]")
    assert _labels(before, after)[3:] == [["ana in g"]]


def test_one_person() -> None:
    before = _groups("g", "h", more="directory: {users: {ana: [g]}}")
    after = _groups("h", "g", more="directory: {users: {ana: [h]}}")
    assert one(before, after, "ana", None).first == (0, 0)
    assert one(before, after, "ana", ["g"]).first == (0, 1)
    assert one(before, after, "", ["g", "h"]).labels == ["members of g and h"]


def test_many_users_and_groups() -> None:
    """Pairs are not looked at one by one: most have the same order in both."""

    def made(count: int, swapped: bool) -> Design:
        found = Design("x", "x", [])
        names = [(Kind.USER, f"u{n}") for n in range(count)]
        names += [(Kind.GROUP, f"g{n}") for n in range(count)]
        if swapped:
            names[-1], names[-2] = names[-2], names[-1]
        for index, (kind, name) in enumerate(names):
            found.mappings.append(RoleMapping(index, f"R{name}", kind, (Identifier(name),)))
        return found

    start = time.perf_counter()
    found = alike(made(3000, swapped=False), made(3000, swapped=True))
    assert len(found) == 6002
    assert found[-1].labels == ["members of g2998 and g2999"]
    assert time.perf_counter() - start < 20
