"""The comparison: nothing is missed, nothing is made up, and it is said in few words."""

import time
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.access import access
from opskit.emrfs.diff.compare import ACTIONS, Row, compare
from opskit.emrfs.diff.outcomes import Change
from opskit.emrfs.diff.sides import shared
from opskit.emrfs.iam import policy
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.load import load
from opskit.emrfs.model import Design, Directory, Identifier, Kind, Role, RoleMapping
from opskit.emrfs.prefixes import BUCKET, Path
from opskit.emrfs.resolve import resolve
from tests.emrfs.designs import EXAMPLES, design

ACCOUNT = "111122223333"
NAMES = st.sampled_from("abc")
PREFIXES = st.sampled_from(("s3://lake/", "s3://lake/r", "s3://lake/raw/", "s3://lak", "s3://x/"))
MAPPING = st.one_of(
    st.tuples(st.just(Kind.USER), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.GROUP), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.PREFIX), st.lists(PREFIXES, min_size=1, max_size=2)),
)
MAPPINGS = st.lists(st.tuples(MAPPING, st.sampled_from(("R", "S", "T", "Base"))), max_size=4)
DIRECTORIES = st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=3)
RESOURCES = st.sampled_from(
    (
        "*",
        "arn:aws:s3:::lake/*",
        "arn:aws:s3:::lake/raw/*",
        "arn:aws:s3:::*/raw/x",
        "arn:aws:s3:::lake",
    )
)
STATEMENT = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(("Allow", "Allow", "Deny")),
        "Action": st.sampled_from(("s3:*", "s3:GetObject", "s3:ListBucket")),
        "Resource": RESOURCES,
    },
    optional={
        "Condition": st.sampled_from(
            (
                {"StringLike": {"s3:prefix": "raw/*"}},
                {"StringLike": {"s3:prefix": "*x"}},
                {"StringEquals": {"s3:prefix": ""}},
                {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
            )
        )
    },
)
POLICIES = st.fixed_dictionaries({name: st.lists(STATEMENT, max_size=2) for name in "RST"})
COUNTED = st.sampled_from(("all", "all", "primary"))
GROUPS = [
    *[("y", each) for each in "abc"],
    *[groups for size in range(4) for groups in permutations("abc", size)],
]
PLACES = [
    Path(bucket, key)
    for bucket in ("lake", "lak", "lakes", "x", "other")
    for key in ("", "r", "raw", "raw/", "raw/x", "rawx", "z")
]


def make(
    mappings: list[tuple[tuple[Kind, list[str]], str]],
    users: dict[str, list[str]],
    complete: bool,
    policies: dict[str, list[dict[str, Any]]],
) -> Design:
    made = Design("x", "x", [], account=ACCOUNT)
    for index, ((kind, names), role) in enumerate(mappings):
        made.mappings.append(RoleMapping(index, role, kind, tuple(map(Identifier, names))))
    trust = policy.parse(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Base"},
            }
        },
        "trust",
    )
    for name, statements in policies.items():
        arn = made.arn(name)
        permissions = (policy.parse({"Version": "2012-10-17", "Statement": statements}, name),)
        made.roles[str(arn)] = Role(arn, trust, permissions if statements else ())
    made.base_role = Role(made.arn("Base"), permissions=())
    made.directory = Directory({user: tuple(each) for user, each in users.items()}, {}, complete)
    return made


def told(before: Design, after: Design, action: str) -> list[Row]:
    found = compare(before, after, [action])
    assert found.complete
    return list(found.rows)


class Everything:
    """The answers of a design, one request at a time."""

    def __init__(self, told: Design, action: str) -> None:
        self._design, self._action = told, action
        self._known: dict[Any, tuple[str | None, Effect]] = {}

    def answer(self, user: str, groups: tuple[str, ...], path: Path) -> tuple[str | None, Effect]:
        found = resolve(self._design, user, groups, path)
        key = (found.hit and found.hit.mapping.index, path)
        if key not in self._known:
            told = access(self._design, user, groups, path, self._action)
            self._known[key] = (told.role and str(told.role.arn), told.iam.effect)
        return self._known[key]


@settings(max_examples=60, deadline=None)
@given(
    MAPPINGS,
    MAPPINGS,
    DIRECTORIES,
    st.booleans(),
    POLICIES,
    POLICIES,
    st.tuples(COUNTED, COUNTED),
    st.sampled_from(ACTIONS),
)
def test_every_change_is_told_and_no_other(
    old: Any,
    new: Any,
    users: Any,
    complete: bool,
    had: Any,
    has: Any,
    counted: Any,
    action: str,
) -> None:
    before, after = make(old, users, complete, had), make(new, users, complete, has)
    before.groups, after.groups = counted
    rows = told(before, after, action)
    people = [(user, tuple(groups)) for user, groups in users.items()]
    if not complete:
        strangers = [user for user in (*"abc", "zoe") if user not in users]
        people += [(user, groups) for user in strangers for groups in GROUPS]
    one, two = Everything(before, action), Everything(after, action)

    def outcome(user: str, groups: tuple[str, ...], path: Path) -> tuple[Any, ...]:
        (had, did), (has, does) = one.answer(user, groups, path), two.answer(user, groups, path)
        return had, has, did, does

    seen = {outcome(*person, path) for person in people for path in PLACES}
    seen = {each for each in seen if each[0] != each[1] or _differ(*each[2:])}
    assert seen <= {row.outcome[1:] for row in rows}
    for row in rows:
        assert row.people
        assert BUCKET.fullmatch(row.region.witness.bucket)
        assert any(outcome(*person, row.region.witness) == row.outcome[1:] for person in people)


def _differ(one: Effect, two: Effect) -> bool:
    if Effect.UNKNOWN in (one, two):
        return one is not two
    return (one is Effect.ALLOW) is not (two is Effect.ALLOW)


@settings(max_examples=30, deadline=None)
@given(MAPPINGS, DIRECTORIES, st.booleans(), POLICIES, st.sampled_from(ACTIONS))
def test_nothing_differs_from_itself(
    mappings: Any, users: Any, complete: bool, policies: Any, action: str
) -> None:
    made = make(mappings, users, complete, policies)
    assert told(made, made, action) == []


def test_the_proposed_change() -> None:
    found = compare(load(EXAMPLES / "emrfs.yaml"), load(EXAMPLES / "proposed.yaml"))
    assert [(row.outcome.change, row.people, row.region.text) for row in found.rows] == [
        (change, people, "s3://emrfs-auth-default-bucket-demo/")
        for change, people in (
            (Change.GAIN, ("dataeng1", "members of grp_data_engineering")),
            (Change.GAIN, ("datascientist1", "members of grp_data_science")),
            (Change.ROLE, ("admin1",)),
        )
    ]
    assert all(row.actions == ACTIONS for row in found.rows)


def _regions(before: str, after: str) -> list[tuple[str, str]]:
    """Changes of what may be read, with one mapped role, from policies on its resources."""

    def made(resources: str) -> Design:
        return design(
            f"""
            base-role: Base
            account: "{ACCOUNT}"
            directory: {{complete: true, users: {{ana: []}}}}
            mappings: [{{role: R, users: [ana]}}]
            roles:
              Base: {{permissions: []}}
              R:
                trust:
                  Statement:
                    Effect: Allow
                    Action: sts:AssumeRole
                    Principal: {{AWS: "arn:aws:iam::{ACCOUNT}:role/Base"}}
                permissions: {resources}
            """
        )

    found = compare(made(before), made(after), ["s3:GetObject"])
    return [(row.outcome.change.value, row.region.text) for row in found.rows]


ALL = '{Effect: Allow, Action: "s3:*", Resource: "*"}'
LAKE = '{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::lake/*"}'
RAW = '{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::lake/raw/*"}'
NO_RAW = '{Effect: Deny, Action: "s3:*", Resource: "arn:aws:s3:::lake/raw/*"}'
PARQUET = '{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::lake/*.parquet"}'
FOLDER = '{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::lake/raw/"}'
ONE = '{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::lake/one"}'


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[]", f"[{{Statement: [{ALL}]}}]", [("gain", "everywhere")]),
        ("[]", f"[{{Statement: [{LAKE}]}}]", [("gain", "s3://lake/")]),
        (
            f"[{{Statement: [{LAKE}]}}]",
            f"[{{Statement: [{RAW}]}}]",
            [("loss", "s3://lake/ except s3://lake/raw/")],
        ),
        (
            f"[{{Statement: [{RAW}]}}]",
            f"[{{Statement: [{LAKE}]}}]",
            [("gain", "s3://lake/ except s3://lake/raw/")],
        ),
        (
            f"[{{Statement: [{ALL}]}}]",
            f"[{{Statement: [{ALL}, {NO_RAW}]}}]",
            [("loss", "s3://lake/raw/")],
        ),
        # it may be an object, or what is listed
        ("[]", f"[{{Statement: [{ONE}]}}]", [("gain", "s3://lake/one itself")]),
        (
            "[]",
            f"[{{Statement: [{PARQUET}]}}]",
            [("gain", "where it matches lake/*.parquet")],
        ),
        # a folder's own object is not all that is below the folder
        (
            f"[{{Statement: [{FOLDER}]}}]",
            f"[{{Statement: [{RAW}]}}]",
            [("gain", "s3://lake/raw/ except s3://lake/raw/ itself")],
        ),
    ],
)
def test_regions_as_people_read_them(before: str, after: str, told: list[tuple[str, str]]) -> None:
    assert _regions(before, after) == told


def test_a_security_configuration_takes_policies_from_the_other_file() -> None:
    full = load(EXAMPLES / "emrfs.yaml")
    bare = replace(full, base_role=None, roles={}, directory=Directory(), buckets={})
    assert not compare(bare, full).rows
    assert not compare(full, bare).rows
    one, _ = shared(bare, full)
    assert one.base_role is not None
    assert one.base_role.permissions


def test_a_policy_that_is_there_for_sure_after_the_change() -> None:
    text = "base-role: Base\nmappings: [{role: R, users: [ana]}]\nroles: {R: {permissions: POLICY}}"
    sure = design(text.replace("POLICY", f"[{{Statement: [{ALL}]}}]"))
    before = replace(sure, roles=dict(sure.roles))
    for arn, role in before.roles.items():
        maybe = tuple(policy.unsure(each, "p") for each in role.permissions or ())
        before.roles[arn] = replace(role, permissions=maybe)
    found = compare(before, sure, ["s3:GetObject"])
    assert {row.outcome.change for row in found.rows} == {Change.UNKNOWN}


def test_what_nobody_knows_is_unknown() -> None:
    bare = design("base-role: Base\nmappings: [{role: R, users: [ana]}]")
    other = design("base-role: Base\nmappings: [{role: S, users: [ana]}]")
    assert not compare(bare, bare).rows
    found = compare(bare, other)
    assert {row.outcome.change for row in found.rows} == {Change.UNKNOWN}
    assert [row.people for row in found.rows] == [("ana",)]


def _under(condition: str, resource: str = "lake/*") -> Design:
    return design(
        f"""
        base-role: Base
        account: "{ACCOUNT}"
        directory: {{complete: true, users: {{ana: []}}}}
        mappings: [{{role: R, users: [ana]}}]
        roles:
          R:
            trust:
              Statement:
                Effect: Allow
                Action: sts:AssumeRole
                Principal: {{AWS: "arn:aws:iam::{ACCOUNT}:role/Base"}}
            permissions:
              - Statement:
                  - {{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::{resource}",
                     Condition: {{StringEquals: {{aws:SourceVpce: {condition}}}}}}}
                  - {{Effect: Allow, Action: "s3:PutBucketTagging", Resource: "*"}}
          Base: {{permissions: []}}
        """
    )


def test_two_answers_that_are_not_known_are_the_same_where_they_hang_on_the_same() -> None:
    """Another endpoint may let others in: that no file tells is no reason to say nothing."""
    before = _under("vpce-1")
    found = compare(before, _under("vpce-2"))
    assert {row.outcome.change for row in found.rows} == {Change.UNKNOWN}
    assert {row.region.text for row in found.rows} == {"s3://lake/"}
    assert found.notes
    assert not compare(before, _under("vpce-1")).rows
    tagged = _under("vpce-1")
    for role in tagged.roles.values():
        role.permissions = tuple(
            replace(each, statements=each.statements[:1]) for each in role.permissions or ()
        )
    assert not compare(before, tagged).rows


def test_a_base_role_that_is_mapped_has_to_assume_itself() -> None:
    text = f"""
        base-role: Base
        account: "{ACCOUNT}"
        mappings: [{{role: Base, users: [ana]}}, {{role: S, users: [bob]}}]
        roles:
          Base:
            trust: {{Statement: {{Effect: Allow, Action: "sts:AssumeRole",
                                Principal: {{Service: ec2.amazonaws.com}}}}}}
            permissions: [{{Statement: [{ALL}]}}]
        """
    before, after = design(text), design(text.replace("{role: Base, users: [ana]}, ", ""))
    found = compare(before, after, ["s3:GetObject"])
    assert [(row.outcome.change, row.people, row.region.text) for row in found.rows] == [
        (Change.GAIN, ("ana",), "everywhere")
    ]
    assert not compare(before, before).rows


def test_primary_groups_against_all_of_them() -> None:
    text = "base-role: Base\nmappings: [{role: R, groups: [g]}]\nmatch: {groups: %s}"
    found = compare(design(text % "primary"), design(text % "all"), ["s3:GetObject"])
    assert [row.people for row in found.rows] == [("members of g, another group first",)]


def test_groups_together_where_their_order_changes() -> None:
    text = "base-role: Base\nmappings: [{{role: {0}, groups: [{0}]}}, {{role: {1}, groups: [{1}]}}]"
    found = compare(design(text.format("eng", "sci")), design(text.format("sci", "eng")))
    assert [row.people for row in found.rows] == [("members of eng and sci",)]


def test_large_files_in_bounded_time() -> None:
    """Twice the mappings take about twice the time, where each has a role and a prefix."""

    def made(count: int, swapped: bool) -> Design:
        mappings = [((Kind.PREFIX, [f"s3://lake/{n}/"]), f"R{n}") for n in range(count)]
        if swapped:
            mappings[3] = ((Kind.PREFIX, ["s3://lake/3/"]), "R4")
        policies = {
            f"R{n}": [{"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::lake/{n}/*"}]
            for n in range(count)
        }
        return make(mappings, {"a": []}, True, policies)

    times = []
    for count in (100, 400):
        pair = made(count, False), made(count, True)
        start = time.perf_counter()
        found = compare(*pair, ["s3:GetObject"])
        times.append(time.perf_counter() - start)
        assert [row.region.text for row in found.rows] == ["s3://lake/3/"]
    assert times[1] < 25 * times[0]
