"""What becomes of accesses: each verdict, what cannot be told, and a property over random designs:
a group's verdict is that of each of its accesses, asked one by one of `access()`.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.access import Access, access
from opskit.emrfs.diff.sides import Sides
from opskit.emrfs.iam import policy
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.model import Design, Directory, Identifier, Kind, Role, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.emrfs.replay import local, sources
from opskit.emrfs.replay.candidates import CLUSTER
from opskit.emrfs.replay.groups import Tally
from opskit.emrfs.replay.judge import Judge, Verdict
from opskit.emrfs.replay.operations import ACTIONS, Outcome, outcome
from opskit.emrfs.replay.ranges import Ranges
from opskit.emrfs.replay.replay import Replay, Row, replay
from opskit.emrfs.replay.sessions import session
from tests.emrfs.replay.logs import ACCOUNT, arn, encoded, event, record, trail

NODE = "i-0123456789abcdef0"
GET, PUT, LIST = "REST.GET.OBJECT", "REST.PUT.OBJECT", "REST.GET.BUCKET"


def allow(*resources: str, action: str = "s3:*", effect: str = "Allow") -> dict[str, Any]:
    return {
        "Effect": effect,
        "Action": action,
        "Resource": [f"arn:aws:s3:::{each}" for each in resources],
    }


def make(
    mappings: Sequence[tuple[Kind, Sequence[str], str]],
    users: dict[str, tuple[str, ...]] | None = None,
    *,
    complete: bool = True,
    base: str = "Base",
    **policies: list[dict[str, Any]],
) -> Design:
    """A design whose roles can be assumed, and do what `policies` say of them."""
    made = Design("emrfs.yaml", "emrfs", [], account=ACCOUNT)
    for index, (kind, names, role) in enumerate(mappings):
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
        parsed = policy.parse({"Version": "2012-10-17", "Statement": statements}, name)
        made.roles[str(made.arn(name))] = Role(
            made.arn(name), trust, (parsed,) if statements else ()
        )
    if base:
        made.base_role = made.roles.get(str(made.arn(base))) or Role(made.arn(base), None, ())
    made.directory = Directory(users or {}, {}, complete)
    return made


@pytest.fixture
def play(tmp_path: FilePath) -> Any:
    """Replay of lines, or of events of CloudTrail."""

    def run(old: Design, new: Design, *logs: str | dict[str, Any]) -> Replay:
        path = tmp_path / "a.log"
        if isinstance(logs[0], dict):
            path.write_bytes(trail(*logs))
        else:
            path.write_text("".join(f"{line}\n" for line in logs))
        found = sources.find([str(path)])
        return replay(
            old, new, lambda ranges, slots: local.read(found, ranges, slots, sources.stream).tally
        )

    return run


def only(found: Replay) -> Row:
    [row] = found.rows
    return row


USERS = {"ann": ("g1",), "bob": ("g1", "g2"), "eve": ("g2",)}
G1 = (Kind.GROUP, ("g1",), "R1")
G2 = (Kind.GROUP, ("g2",), "R2")
LAKE = (Kind.PREFIX, ("s3://lake/",), "R3")
RULES = {
    "R1": [allow("lake/*", "lake")],
    "R2": [allow("lake/shared/*")],
    "R3": [allow("lake/raw/*")],
}


def read_by(role: str, key: str, code: str = "-", name: str = "EmrFS-Session") -> str:
    return record(arn(role, name), GET, "lake", encoded(key), "200" if code == "-" else "403", code)


@pytest.mark.parametrize(
    ("new", "line", "verdict", "people"),
    [
        ([G1, G2], read_by("R1", "x"), Verdict.KEPT, ["ann", "bob"]),
        ([G2], read_by("R1", "x"), Verdict.BROKEN, ["ann", "bob"]),
        ([G2, G1], read_by("R1", "x"), Verdict.PARTLY, ["ann", "bob"]),
        ([G2, G1], read_by("R1", "shared/x"), Verdict.KEPT, ["ann", "bob"]),
        ([LAKE, G1, G2], read_by("R1", "raw/x"), Verdict.KEPT, ["ann", "bob"]),
        ([LAKE, G1, G2], read_by("R1", "x"), Verdict.BROKEN, ["ann", "bob"]),
        ([G1, G2], read_by("R2", "x", "AccessDenied"), Verdict.DENIED, ["eve"]),
        ([LAKE, G1, G2], read_by("R2", "raw/x", "AccessDenied"), Verdict.WIDENED, ["eve"]),
        ([LAKE, G1, G2], read_by("R2", "x", "AccessDenied"), Verdict.DENIED, ["eve"]),
    ],
)
def test_verdicts(play: Any, new: Any, line: str, verdict: Verdict, people: list[str]) -> None:
    row = only(play(make([G1, G2], USERS, **RULES), make(new, USERS, **RULES), line))
    assert row.kind.verdict is verdict
    assert row.people == people
    assert row.requests == 1
    assert row.example.startswith("lake/")


def test_accesses_alike_are_one_row(play: Any) -> None:
    made = make([G1, G2], USERS, **RULES)
    row = only(play(made, made, *(read_by("R1", f"x/{n}") for n in range(50))))
    assert row.requests == 50
    assert row.example == "lake/x/0"


def test_a_role_that_nobody_gets_there_is_not_known(play: Any) -> None:
    made = make([G1, G2, LAKE], {**USERS, "zoe": ()}, **RULES)
    found = play(made, made, read_by("R3", "raw/x"), record(arn("R3"), GET, "other", "x"))
    kept, unknown = sorted(found.rows, key=lambda row: row.kind.verdict)
    assert (kept.kind.verdict, kept.people) == (Verdict.KEPT, ["zoe"])
    assert unknown.kind.verdict is Verdict.UNKNOWN
    assert "nobody gets this role here" in unknown.kind.why


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (arn("R9"), "has no mapping to R9"),
        (arn("R1", account="999999999999"), "has no mapping to R1"),
        (arn("r1"), "has no mapping to r1"),
    ],
)
def test_roles_that_no_mapping_has_are_not_known(play: Any, who: str, why: str) -> None:
    made = make([G1, G2], USERS, **RULES)
    row = only(play(made, made, record(who, GET, "lake", "x")))
    assert row.kind.verdict is Verdict.UNKNOWN
    assert why in row.kind.why


def test_a_role_of_another_cluster_is_one_row_wherever_it_asks(play: Any) -> None:
    made = make([G1, G2, LAKE], USERS, **RULES)
    places = [("lake", "raw/x"), ("lake", "x"), ("other", "x")]
    row = only(play(made, made, *(record(arn("R9"), GET, *place) for place in places)))
    assert (row.requests, row.kind.within, row.kind.verdict) == (3, "", Verdict.UNKNOWN)


def test_a_mapping_to_another_account_is_its_role(play: Any) -> None:
    other = "arn:aws:iam::999999999999:role/path/R1"
    made = make([(Kind.GROUP, ("g1",), other)], USERS)
    row = only(play(made, made, record(arn("R1", account="999999999999"), GET, "lake", "x")))
    assert row.kind.verdict is Verdict.UNKNOWN  # its policies are not known
    assert row.people == ["ann", "bob"]
    row = only(play(made, made, record(arn("R1"), GET, "lake", "x")))
    assert "has no mapping" in row.kind.why


def test_others_are_counted_and_not_judged(play: Any) -> None:
    made = make([G1], USERS, **RULES)
    others = ["-", arn("R1", "someone"), arn("Elsewhere", NODE), f"arn:aws:iam::{ACCOUNT}:user/x"]
    others.append(arn("Base", NODE, account="999999999999"))
    found = play(made, made, *(record(who, GET, "lake", "x") for who in others))
    assert (found.judged, found.others, found.rows) == (0, len(others), [])


def test_nodes_with_the_base_role_may_be_the_cluster_itself(play: Any) -> None:
    """What they read may break for a user who gets a role now, and not for the cluster."""
    rules = {**RULES, "Base": [allow("lake/*")]}
    old = make([G1], {**USERS, "zoe": ()}, **rules)
    line = read_by("Base", "x", name=NODE)
    row = only(play(old, old, line))
    assert row.kind.verdict is Verdict.KEPT
    assert row.people == ["eve", "zoe", CLUSTER]
    row = only(play(old, make([G1, G2], {**USERS, "zoe": ()}, **rules), line))
    assert row.kind.verdict is Verdict.PARTLY
    assert row.people == ["eve", "zoe", CLUSTER]
    row = only(play(old, make([G1, G2], USERS, **rules), read_by("Base", "shared/x", name=NODE)))
    assert row.kind.verdict is Verdict.KEPT


def test_nodes_of_any_instance_are_taken_together(play: Any) -> None:
    made = make([G1], USERS, Base=[allow("lake/*")])
    nodes = [f"i-{n:017x}" for n in range(20)]
    row = only(play(made, made, *(read_by("Base", "x", name=node) for node in nodes)))
    assert row.requests == 20


def test_people_of_two_groups_are_candidates_of_both(play: Any) -> None:
    """Of nobody is known in which groups he is: those in two are thought of."""
    old, new = (make(each, complete=False, **RULES) for each in ([G1, G2], [G2, G1]))
    row = only(play(old, new, read_by("R1", "x")))
    assert row.kind.verdict is Verdict.PARTLY
    assert "members of g1" in row.people
    assert any("g1" in name and "g2" in name for name in row.people)
    assert only(play(old, new, read_by("R2", "shared/x"))).kind.verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (read_by("R2", "x"), "the log allows what the file denies"),
        (read_by("R1", "x", "AccessDenied"), "the log denies what the file allows"),
    ],
)
def test_a_log_that_contradicts_the_file_is_not_known(play: Any, line: str, words: str) -> None:
    made = make([G1, G2], USERS, **RULES)
    row = only(play(made, made, line))
    assert row.kind.verdict is Verdict.UNKNOWN
    assert words in row.kind.why


def test_an_access_that_the_new_role_may_not_is_broken_whatever_the_old_file_says(
    play: Any,
) -> None:
    old, new = make([G2], {"eve": ("g2",)}, **RULES), make([LAKE, G2], {"eve": ("g2",)}, **RULES)
    assert only(play(old, new, read_by("R2", "x"))).kind.verdict is Verdict.BROKEN


def test_policies_that_are_not_known_are_never_kept(play: Any) -> None:
    made = make([G1], USERS)
    row = only(play(made, made, read_by("R1", "x")))
    assert row.kind.verdict is Verdict.UNKNOWN
    assert row.kind.why


def test_a_copy_across_two_places_runs_with_one_role(play: Any) -> None:
    raw = (Kind.PREFIX, ("s3://lake/raw/",), "R3")
    made = make([raw, G1], {"ann": ("g1",)}, **RULES)
    found = play(
        made,
        made,
        record(arn("R3"), "REST.COPY.OBJECT_GET", "lake", "elsewhere/x"),
        record(arn("R3"), "REST.COPY.OBJECT", "lake", "raw/x"),
    )
    verdicts = {row.kind.action: (row.kind.verdict, row.kind.why) for row in found.rows}
    assert verdicts["s3:PutObject"][0] is Verdict.KEPT
    assert verdicts["s3:GetObject"][0] is Verdict.UNKNOWN
    assert "a copy runs with one role" in verdicts["s3:GetObject"][1]


def test_what_has_no_keys_or_no_action_is_not_known(play: Any) -> None:
    made = make([G1], USERS, **RULES)
    several = event(arn("R1"), "DeleteObjects", {"bucketName": "lake"})
    row = only(play(made, made, several))
    assert (row.kind.verdict, row.kind.action) == (Verdict.UNKNOWN, "DeleteObjects")
    assert "leaves out the keys" in row.kind.why
    row = only(play(made, made, record(arn("R1"), "REST.PUT.SOMETHING", "lake", "x")))
    assert "no action is known for REST.PUT.SOMETHING" in row.kind.why
    row = only(play(made, made, record(arn("R1"), GET, "lake", "%25FF")))
    assert "not encoded" in row.kind.why


def test_what_says_nothing_on_permissions_is_passed_over(play: Any) -> None:
    made = make([G1], USERS, **RULES)
    found = play(
        made,
        made,
        record(arn("R1"), GET, "lake", "x", "500", "InternalError"),
        record(arn("R1"), GET, "lake", "x", "503", "SlowDown"),
        record(arn("R1"), "REST.POST.MULTI_OBJECT_DELETE", "lake", "-"),
    )
    assert (found.judged, found.passed, found.rows) == (0, 3, [])


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        ("200", "-", Outcome.ALLOWED),
        ("206", "-", Outcome.ALLOWED),
        ("404", "NoSuchKey", Outcome.ALLOWED),
        ("304", "-", Outcome.ALLOWED),
        ("-", "-", Outcome.ALLOWED),
        ("403", "AccessDenied", Outcome.DENIED),
        ("-", "AccessDenied", Outcome.DENIED),
        ("403", "-", Outcome.DENIED),
        ("403", "InvalidAccessKeyId", Outcome.OPEN),
        ("403", "RequestTimeTooSkewed", Outcome.OPEN),
        ("500", "-", Outcome.OPEN),
        ("301", "PermanentRedirect", Outcome.OPEN),
        ("2", "-", Outcome.OPEN),
        ("2x0", "-", Outcome.OPEN),
        ("404", "NoSuchBucket", Outcome.OPEN),
        ("200", "Acc", Outcome.OPEN),
    ],
)
def test_what_an_answer_tells(status: str, code: str, told: Outcome) -> None:
    assert outcome(status, code) is told


def test_listings_are_judged_by_the_prefix_they_list(play: Any) -> None:
    limited = {
        **allow("lake", action="s3:ListBucket"),
        "Condition": {"StringLike": {"s3:prefix": "a b/*"}},
    }
    old = make([(Kind.GROUP, ("g1",), "R1")], {"ann": ("g1",)}, R1=[allow("lake")])
    new = make([(Kind.GROUP, ("g1",), "R4")], {"ann": ("g1",)}, R4=[limited])
    lines = [
        record(arn("R1"), LIST, "lake", uri=f"GET /?list-type=2&prefix={prefix} HTTP/1.1")
        for prefix in ("a%20b%2Fc", "a+b%2F", "a%2520b%2F", "", "a%20b")
    ]
    found = play(old, new, *lines)
    assert {row.kind.verdict: row.requests for row in found.rows} == {
        Verdict.KEPT: 2,
        Verdict.BROKEN: 3,
    }


# The property. Few names, so that everything meets; places on both sides of each cut.

PREFIXES = ("s3://lake/", "s3://lake/r", "s3://lake/raw/", "s3://lak", "s3://x/")
NAMES = st.sampled_from("abc")
ROLES = ("R", "S", "Base")
MAPPING = st.one_of(
    st.tuples(st.just(Kind.USER), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.GROUP), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.PREFIX), st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=2)),
)
MAPPINGS = st.lists(st.tuples(MAPPING, st.sampled_from(ROLES)), min_size=1, max_size=4)
USERS_ANY = st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=3)
RESOURCES = (
    "*",
    "*",
    "*",
    "lake/*",
    "lake/raw/*",
    "*/raw/x",
    "lake",
    "lake/r?w/*",
    "l*",
    "lake/${*}",
)
STATEMENT = st.builds(
    lambda effect, action, resource, condition: {
        **allow(action=action, effect=effect),
        "Resource": resource if resource == "*" else f"arn:aws:s3:::{resource}",
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(("Allow", "Allow", "Allow", "Deny")),
    st.sampled_from(("s3:*", "s3:*", "s3:GetObject", "s3:ListBucket", "s3:Put*")),
    st.sampled_from(RESOURCES),
    st.sampled_from(
        (
            *(None,) * 6,
            {"StringLike": {"s3:prefix": "raw/*"}},
            {"StringNotLike": {"s3:prefix": ["*x", ""]}},
            {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
        )
    ),
)
POLICIES = st.fixed_dictionaries(
    {name: st.lists(STATEMENT, min_size=1, max_size=3) for name in ROLES}
)
KEYS = ("", "r", "raw", "raw/", "raw/x", "rawx", "z", "rew/x", "$*", "${*}", "é", "raw/\0")
OPERATIONS = (GET, PUT, LIST, "REST.HEAD.BUCKET", "BATCH.DELETE.OBJECT", "REST.GET.ACL")
REQUESTS = [
    (who, operation, bucket, key, status, code)
    for who in (arn("R"), arn("S"), arn("Base"), arn("Base", NODE))
    for operation in OPERATIONS
    for bucket in ("lake", "lakes", "x", "other")
    for key in (KEYS if operation == LIST else ("",) if "BUCKET" in operation else KEYS[1:])
    for status, code in (("200", "-"), ("403", "AccessDenied"))
]
GROUPS = [groups for size in range(4) for groups in permutations("abc", size)]


def line_of(request: tuple[str, ...]) -> str:
    who, operation, bucket, key, status, code = request
    if operation == LIST:
        uri = f"GET /?prefix={encoded(key, 1)} HTTP/1.1"
        return record(who, operation, bucket, "-", status, code, uri=uri)
    written = encoded(key, 1 if operation.startswith("BATCH") else 2) or "-"
    return record(who, operation, bucket, written, status, code)


class Naive:
    """One access at a time, each person asked."""

    def __init__(self, old: Design, new: Design) -> None:
        self.old, self.new = old, new
        known = old.directory.users
        self.people: list[tuple[str, tuple[str, ...]]] = list(known.items())
        if not old.directory.complete:
            strangers = [user for user in (*"abc", "zoe") if user not in known]
            self.people += [(user, groups) for user in strangers for groups in GROUPS]

    def verdict(self, request: tuple[str, ...]) -> Verdict:
        who, operation, bucket, key, status, code = request
        action, before = ACTIONS.get(operation), outcome(status, code)
        asked = session(who)
        if action is None or asked is None:
            return Verdict.UNKNOWN
        instance = who.endswith(NODE)
        path, found = Path(bucket, key), set()
        for user, groups in self.people:
            was = access(self.old, user, groups, path, action)
            hit = was.resolution.hit
            if (hit is None) is instance and was.role is not None and was.role.name == asked.role:
                found.add(self._allowed(before, was, access(self.new, user, groups, path, action)))
        if instance:
            nobody = ("(the cluster)", ())
            sides = [_base(each, *nobody, path, action) for each in (self.old, self.new)]
            found.add(self._allowed(before, *sides))
        return self._worst(before, found)

    @staticmethod
    def _allowed(before: Outcome, was: Access, now: Access) -> bool | None:
        same = was.role is not None and now.role is not None and was.role.arn == now.role.arn
        if now.iam.effect is Effect.UNKNOWN:
            return None
        denied = was.iam.effect in (Effect.DENY, Effect.IMPLICIT_DENY)
        if before is Outcome.ALLOWED and denied and same:
            return None
        if before is Outcome.DENIED and was.iam.allowed and now.iam.allowed:
            return None
        return now.iam.allowed

    @staticmethod
    def _worst(before: Outcome, found: set[bool | None]) -> Verdict:
        if not found:
            return Verdict.UNKNOWN
        if before is Outcome.ALLOWED and False in found:
            return Verdict.BROKEN if found == {False} else Verdict.PARTLY
        if before is Outcome.DENIED and True in found:
            return Verdict.WIDENED
        if None in found:
            return Verdict.UNKNOWN
        return Verdict.KEPT if before is Outcome.ALLOWED else Verdict.DENIED


def _base(made: Design, user: str, groups: tuple[str, ...], path: Path, action: str) -> Access:
    """What the base role may, as one gets it for whom no mapping is."""
    from dataclasses import replace

    return access(replace(made, mappings=[]), user, groups, path, action)


@settings(max_examples=12, deadline=None)
@given(
    MAPPINGS,
    MAPPINGS,
    USERS_ANY,
    st.booleans(),
    POLICIES,
    POLICIES,
    st.lists(st.sampled_from(REQUESTS), min_size=60, max_size=60, unique=True),
)
def test_a_groups_verdict_is_that_of_each_of_its_accesses(
    tmp_path_factory: pytest.TempPathFactory,
    had: Any,
    has: Any,
    users: Any,
    complete: bool,
    before: Any,
    after: Any,
    requests: list[tuple[str, ...]],
) -> None:
    people = {user: tuple(groups) for user, groups in users.items()}
    old, new = (
        make([(*each, role) for each, role in told], people, complete=complete, **policies)
        for told, policies in ((had, before), (has, after))
    )
    requests = _of_mapped_roles(requests, [role for _, role in had])
    path = tmp_path_factory.mktemp("logs") / "a.log"
    path.write_text("".join(f"{line_of(each)}\n" for each in requests))
    known: list[tuple[Ranges, Tally]] = []

    def read(ranges: Ranges, slots: Sequence[datetime]) -> Tally:
        known.append(
            (ranges, local.read(sources.find([str(path)]), ranges, slots, sources.stream).tally)
        )
        return known[0][1]

    played = replay(old, new, read)
    [(ranges, tally)] = known
    sides = Sides.of(old, new)
    naive = Naive(sides.before.design, sides.after.design)
    judge = Judge(sides.before, sides.after, ranges)
    answers = _answers(judge, tally)
    assert played.judged == len(requests)
    for request in requests:
        told, why = answers[_group(ranges, request)]
        if "each place has to be asked" not in why:
            assert told is naive.verdict(request), (request, why)


def _of_mapped_roles(requests: list[tuple[str, ...]], roles: list[str]) -> list[tuple[str, ...]]:
    """The requests, most of them with the roles of mappings: of others all is unknown."""
    found = []
    for number, (who, *rest) in enumerate(requests):
        changed = not who.endswith(NODE) and number % 8
        found.append((arn(roles[number % len(roles)]) if changed else who, *rest))
    return found


def _answers(judge: Judge, tally: Tally) -> dict[Any, tuple[Verdict, str]]:
    found = {}
    for key, group in tally.groups.items():
        asked = session(group.who)
        assert asked is not None
        told = judge.judge(group, asked, outcome(group.status, group.code))
        found[key] = (told.verdict, told.why)
    return found


def _group(ranges: Ranges, request: tuple[str, ...]) -> tuple[Any, ...]:
    """The group of a request, found naively."""
    from bisect import bisect_right

    from opskit.emrfs.iam.glob import matches

    who, operation, bucket, key, status, code = request
    place = f"{bucket}/{key}"
    texts = {"place": place, "bucket": bucket, "key": key}
    return (
        *(who.replace(NODE, "i-"), operation, status, code),
        bisect_right(ranges.places, place) - 1,
        bisect_right(ranges.listed, key) - 1 if operation == LIST else 0,
        "".join("01"[matches(mark.pattern, texts[mark.over])] for mark in ranges.marks),
        0,
    )
