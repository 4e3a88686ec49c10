"""Users by paths by actions: the same answers as one by one."""

from datetime import UTC, datetime

import pytest

from opskit.emrfs import places
from opskit.emrfs.access import access
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.load import load
from opskit.emrfs.matrix import ACTIONS, ANYONE, Person, everyone, matrix
from opskit.emrfs.matrix_page import render
from opskit.emrfs.model import NOTICE, Design
from opskit.emrfs.prefixes import Path
from opskit.errors import UsageError
from tests import browser
from tests.bench import matrix as bench
from tests.emrfs import naive
from tests.emrfs.designs import EXAMPLES, design


@pytest.fixture(scope="module")
def published() -> Design:
    return load(EXAMPLES / "emrfs.yaml")


def test_each_cell_is_what_resolve_says(published: Design) -> None:
    people, where = everyone(published), places.known(published)
    found = matrix(published, people, where, ACTIONS)
    seen = 0
    for person, path, answer in found.cells():
        for action, decision in zip(ACTIONS, answer.decisions, strict=True):
            one = access(published, person.user, person.groups, path, action)
            hit = one.resolution.hit
            assert answer.role is one.role
            assert answer.mapping == (None if hit is None else hit.mapping.index)
            assert decision.effect is one.iam.effect
            assert decision.why == one.iam.why
            seen += 1
    assert seen == 5 * 4 * 3


def test_a_large_one_is_what_a_naive_interpreter_says() -> None:
    made, people = bench.design(), bench.people()[::250]
    paths = [Path(f"bucket-{n}", f"area/{m}/x") for n in (0, 1) for m in (0, 1, 2, 51, 102)]
    paths += [Path("shared", "public/x"), Path("shared", "secret/x"), Path("other", "x")]
    effects = set()
    for person, path, answer in matrix(made, people, paths, ["s3:GetObject"]).cells():
        groups = list(person.groups)
        expected = naive.access(made, person.user, groups, "s3:GetObject", path.text)
        assert answer.decisions[0].effect.value == expected
        effects.add(expected)
    assert len(effects) == 3


def test_who_is_in_it(published: Design) -> None:
    names = [person.user for person in everyone(published)]
    assert names == ["admin1", "dataeng1", "datascientist1", "analyst1", ANYONE.user]


def test_nobody_else_where_the_directory_is_complete() -> None:
    made = design(
        """
        base-role: Base
        directory: {complete: true, users: {ana: [eng]}}
        mappings: [{role: R, users: [bob]}]
        """
    )
    assert everyone(made) == [Person("ana", ("eng",)), Person("bob", ())]


def test_members_of_groups_of_whom_nobody_is_known() -> None:
    made = design(
        """
        base-role: Base
        directory: {users: {ana: [eng]}}
        mappings: [{role: R, groups: [eng, sci]}]
        """
    )
    assert [person.user for person in everyone(made)] == ["ana", "(members of sci)", ANYONE.user]


def test_a_role_that_cannot_be_assumed_reads_nothing() -> None:
    made = design(
        """
        base-role: Base
        account: "111122223333"
        mappings: [{role: R, users: [ana]}]
        roles:
          Base: {permissions: []}
          R:
            trust:
              Statement:
                - {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: ec2.amazonaws.com}}
            permissions:
              - Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]
        """
    )
    found = matrix(made, [Person("ana", ())], [Path("b", "k")], ["s3:GetObject"])
    decision = found.answers[found.rows[0][0]].decisions[0]
    assert decision.effect is Effect.IMPLICIT_DENY
    assert decision.why.startswith("the role cannot be assumed: ")


def test_what_is_not_known_is_not_allowed() -> None:
    made = design(
        """
        base-role: Base
        mappings: [{role: R, users: [ana]}]
        """
    )
    found = matrix(made, everyone(made), [Path("b", "k")], ["s3:GetObject"])
    assert {a.decisions[0].effect for _, _, a in found.cells()} == {Effect.UNKNOWN}


def test_below_what_another_tool_fills_in_nothing_is_certain() -> None:
    made = design(
        """
        base-role: Base
        account: "111122223333"
        mappings:
          - {role: R, users: [ana]}
          - {role: R, groups: ["${Groups}"]}
          - {role: R, users: [bob]}
        roles:
          Base: {permissions: []}
          R: &r
            trust:
              Statement:
                Effect: Allow
                Action: sts:AssumeRole
                Principal: {AWS: "arn:aws:iam::111122223333:role/Base"}
            permissions: [{Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}]
        """
    )
    found = matrix(made, everyone(made), [Path("b", "k")], ["s3:GetObject"])
    effects = {person.user: answer.decisions[0].effect for person, _, answer in found.cells()}
    assert effects == {
        "ana": Effect.ALLOW,
        "bob": Effect.UNKNOWN,
        ANYONE.user: Effect.UNKNOWN,
    }
    for user, effect in effects.items():
        assert access(made, user, (), Path("b", "k")).iam.effect is effect


def test_places_that_a_design_is_about(published: Design) -> None:
    assert [path.uri for path in places.known(published)] == [
        "s3://emrfs-auth-default-bucket-demo/",
        "s3://emrfs-auth-data-engineering-bucket-demo/",
        "s3://emrfs-auth-data-science-bucket-demo/",
        "s3://emrfs-auth-logs-demo/elasticmapreduce/",
    ]


def test_the_page_groups_people_and_ends_with_the_notice(published: Design) -> None:
    found = matrix(published, everyone(published), places.known(published))
    page = render(published, found).decode()
    assert "analyst1, (anyone else)" in page
    assert page.count("<h3>") == 4
    assert NOTICE in page.partition("<footer>")[2]


def test_the_page_says_of_which_file_and_of_when_it_is(published: Design) -> None:
    found = matrix(published, everyone(published), places.known(published))
    page = render(published, found, datetime(2026, 11, 29, 3, 45, 59, tzinfo=UTC)).decode()
    assert f"<dt>File</dt><dd>{published.source}</dd>" in page
    assert "<dt>Made</dt><dd>2026-11-29 03:45 UTC</dd>" in page


def test_names_cannot_write_into_the_page() -> None:
    made = design(
        """
        base-role: Base
        directory: {users: {"<script>x</script>": []}}
        mappings: [{role: R, users: ["<img src=x>"]}]
        """
    )
    page = render(made, matrix(made, everyone(made), [Path("b", "<b>")])).decode()
    assert "<script>" not in page
    assert "<img" not in page


def test_a_page_that_nobody_could_read_is_refused() -> None:
    users = ", ".join(f"user{number}" for number in range(300))
    mappings = "\n".join(f"- {{role: R{n}, users: [user{n}]}}" for n in range(300))
    made = design(f"base-role: Base\nmappings:\n{mappings}\ndirectory: {{users: {{}}}} # {users}")
    paths = [Path("b", f"k{number}") for number in range(100)]
    with pytest.raises(UsageError, match="301 kinds of users at 100 places"):
        render(made, matrix(made, everyone(made), paths))


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_fits_its_window(published: Design, width: int) -> None:
    found = matrix(published, everyone(published), places.known(published))
    page = render(published, found).decode()
    script = "return page.documentElement.scrollWidth - page.documentElement.clientWidth"
    assert browser.ask(page, script, width) <= 0
