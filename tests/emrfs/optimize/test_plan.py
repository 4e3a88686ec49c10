"""The plan: nobody's role changes, whatever the readings, and nothing is left to be had."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.diff.compare import compare
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.emrfs.optimize.plan import plan
from tests.emrfs.designs import design
from tests.emrfs.optimize.everything import MAPPINGS, READINGS, UNCLEAR, Written, differ, made

ROLE = "arn:aws:iam::111122223333:role/"


@settings(max_examples=200, deadline=None)
@given(MAPPINGS)
def test_nobody_gets_another_role(mappings: Written) -> None:
    before = made(mappings)
    assert not differ(before, plan(before).after)


@settings(max_examples=100, deadline=None)
@given(
    UNCLEAR, st.sampled_from(("a", "b", "lake", "z")), st.lists(st.sampled_from("RST"), min_size=7)
)
def test_nobody_does_whatever_is_filled_in(mappings: Written, text: str, roles: list[str]) -> None:
    """`;` ends an identifier, and two roles that are written `${If P}` may be different ones."""
    before = made(mappings)
    found = plan(before)
    origins = [part.members[0].index for part in found.parts]
    after = _filled(found.after, text, [roles[index] for index in origins])
    assert not differ(_filled(before, text, roles), after)


def _filled(told: Design, text: str, roles: list[str]) -> Design:
    def mapping(each: RoleMapping) -> RoleMapping:
        names = (i.text.replace("${X}", text).split(";") for i in each.identifiers)
        role = roles[each.index] if each.role == "${If P}" else each.role
        listed = tuple(Identifier(name) for several in names for name in several)
        return replace(each, role=role, identifiers=listed)

    return replace(told, mappings=[mapping(each) for each in told.mappings])


@settings(max_examples=40, deadline=None)
@given(MAPPINGS)
def test_the_difference_is_empty(mappings: Written) -> None:
    before = made(mappings)
    after = plan(before).after
    for match, groups in READINGS:
        one, two = (replace(each, prefix_match=match, groups=groups) for each in (before, after))
        assert not compare(one, two, ["s3:GetObject"]).rows


@settings(max_examples=100, deadline=None)
@given(MAPPINGS)
def test_a_second_plan_is_empty(mappings: Written) -> None:
    found = plan(made(mappings))
    assert len(found.after.mappings) <= len(mappings)
    assert not plan(found.after).steps


@settings(max_examples=100, deadline=None)
@given(MAPPINGS)
def test_every_identifier_is_kept_or_told(mappings: Written) -> None:
    before = made(mappings)
    found = plan(before)
    dropped = [text for step in found.steps if step.action == "drop" for text in step.identifiers]
    assert sorted([*_texts(found.after), *dropped]) == sorted(_texts(before))
    moved = {step.mapping.index for step in found.steps if step.action != "drop"}
    still = [part.index for part in found.parts if part.index not in moved]
    assert still == sorted(still)


def _texts(told: Design) -> list[str]:
    return [identifier.text for _, identifier in told.identifiers()]


def _steps(*mappings: str) -> list[str]:
    found = plan(
        design(f'base-role: Base\naccount: "111122223333"\nmappings: [{",".join(mappings)}]')
    )
    return [
        f"{step.action} {step.mapping.index} {' '.join(step.identifiers)}"
        + (f" {step.other.index}" if step.other else "")
        for step in found.steps
    ]


A, B = "{role: A, users: [a]}", "{role: B, users: [b]}"
A2, G, H = "{role: A, users: [c]}", "{role: G, groups: [g]}", "{role: H, groups: [h]}"
G2, P = "{role: G, groups: [i]}", '{role: P, prefixes: ["s3://x/"]}'
P2, Q = '{role: P, prefixes: ["s3://y/"]}', '{role: Q, prefixes: ["s3://y/z"]}'


@pytest.mark.parametrize(
    ("mappings", "steps"),
    [
        ((A, A2), ["merge 1 c 0"]),
        ((A, B, A2), ["merge 2 c 0"]),
        ((A, G, A2), []),  # who is in g as well: order decides between c and g
        ((A, P, A2), []),
        ((G, A, G2), []),
        ((G, H, G2), []),  # h and i: somebody may be in both
        (('{role: P, prefixes: ["s3://y/zz"]}', Q, P2), []),  # y/zz before y/z before y/
        ((Q, P, Q), ["drop 2 s3://y/z"]),
        ((P, '{role: Q, prefixes: ["s3://z/"]}', P2), ["merge 2 s3://y/ 0"]),
        ((G, "{role: G, users: [a]}", G2), ["merge 2 i 0"]),  # one role on the way
        ((A, f"{{role: '{ROLE}A', users: [c]}}"), ["merge 1 c 0"]),  # a name and its ARN
        (('{role: P, prefixes: ["s3://y/z/"]}', P2), ["drop 0 s3://y/z/"]),
        (('{role: P, prefixes: ["s3://y/z/"]}', A, P2), []),  # a at y/z gets P only above A
        (('{role: P, prefixes: ["s3://y/z/"]}', "{role: P, users: [a]}", P2), ["drop 0 s3://y/z/"]),
        ((P2, '{role: Q, prefixes: ["s3://y"]}'), []),  # string: y2 is not below y/
        (
            ('{role: P, prefixes: ["s3://y"]}', '{role: Q, prefixes: ["s3://y/"]}'),
            ["drop 1 s3://y/"],
        ),
        (('{role: P, prefixes: ["s3://y/a"]}', '{role: Q, prefixes: ["s3://y/ab"]}'), []),  # paths
        (("{role: A, users: [a, a]}", "{role: B, users: [a]}"), ["drop 0 a", "drop 1 a"]),
        (("{role: A, groups: [a]}", "{role: B, users: [a]}"), []),
        (('{role: A, users: ["${U}", a]}', A, A2), ["drop 1 a"]),  # nothing joins what is open
        ((A, '{role: B, users: ["${U}"]}', A2), []),
        ((A, '{role: A, users: ["${U}"]}', A2), []),  # below it nothing is certain
        (('{role: P, prefixes: ["s3://y/z/"]}', '{role: P, groups: ["${G}"]}', P2), []),
        (('{role: P, prefixes: ["s3://y/", "s3://y/z/", "s3://${B}/"]}',), []),
        ((A, '{role: A, users: ["x;y"]}', A2), []),  # a list of two, or of whatever
        ((A, '{role: A, users: [" c"]}', A2), []),
        ((A, '{role: B, users: ["x;y", a]}', A), ["drop 2 a"]),
        (("{role: '${Fn::FindInMap}', users: [a]}", "{role: '${Fn::FindInMap}', users: [b]}"), []),
        (("{role: '${If P}', users: [a]}", "{role: '${If P}', users: [b]}"), []),
        (("{role: '${R.Arn}', users: [a]}", "{role: '${R.Arn}', users: [b]}"), ["merge 1 b 0"]),
        (
            (
                "{role: '${ImportValue ${Stack}-r}', users: [a]}",
                "{role: '${ImportValue ${Stack}-r}', users: [b]}",
            ),
            ["merge 1 b 0"],
        ),
    ],
)
def test_steps(mappings: tuple[str, ...], steps: list[str]) -> None:
    assert _steps(*mappings) == steps


def test_what_has_to_follow_is_moved() -> None:
    """Where the lower one cannot go up, the upper one goes down."""
    assert _steps(P, Q, P2) == ["merge 2 s3://y/ 0", "move 1 s3://y/z"]


def test_reasons() -> None:
    found = plan(design(f"base-role: Base\nmappings: [{A}, {B}, {A2}, {{role: C, users: [c]}}]"))
    assert [step.why for step in found.steps] == [
        "never decides: mappings[2] has it",
        "the same role; mappings[1] on the way: for other users",
    ]


def test_a_thousand_mappings() -> None:
    """Each of its own role, then each again: half of them merge, past all the others. And one that
    names somebody 20,000 times.
    """
    twice = [n % 500 for n in range(1000)]
    users = made([((Kind.USER, [f"u{i}", f"v{i}"]), f"R{n}") for i, n in enumerate(twice)])
    places = made([((Kind.PREFIX, [f"s3://lake/{i}/"]), f"R{n}") for i, n in enumerate(twice)])
    nested = made([((Kind.PREFIX, ["s3://lake/" + "a/" * (1000 - i)]), "R") for i in range(1000)])
    repeated = made([((Kind.USER, ["u"] * 20_000), "R")])
    start = time.perf_counter()
    assert [_texts(plan(repeated).after)] == [["u"]]
    assert len(plan(users).after.mappings) == 500
    assert len(plan(places).after.mappings) == 500
    assert [_texts(plan(nested).after)] == [["s3://lake/a/"]]
    assert time.perf_counter() - start < 20
