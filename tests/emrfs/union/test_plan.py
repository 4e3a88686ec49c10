"""For whom a union is made, under which name, where it goes, and what keeps one from being made."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.access import access
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.load import load
from opskit.emrfs.model import Design
from opskit.emrfs.prefixes import path
from opskit.emrfs.union.fragment import files, fragment
from opskit.emrfs.union.people import people_for
from opskit.emrfs.union.plan import Union, plan
from opskit.errors import UsageError
from tests.emrfs.designs import EXAMPLES, design

HEAD = """
account: "111122223333"
base-role: base
mappings:
  - {role: lake, prefixes: ["s3://b/x/"]}
  - {role: eng, groups: [eng, ops]}
  - {role: sci, groups: [sci]}
  - {role: raw, prefixes: ["s3://b/raw/"]}
  - {role: ana, users: [ana]}
directory:
  users: {ana: [eng], bob: [sci, eng], bea: [eng, sci], cy: [eng, ops], di: [x], ed: [x, sci, eng]}
roles:
  base: {permissions: []}
"""


def allowing(*names: str, more: str = "") -> str:
    """Roles that may do everything in the bucket of their own name."""
    return HEAD + "".join(
        f"""\
  {name}:
    trust: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: "sts:AssumeRole",
      Principal: {{AWS: "arn:aws:iam::111122223333:role/base"}}}}]}}
    permissions:
      - Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Action: "s3:*", Resource: ["arn:aws:s3:::{name}/*"]}}
{more}"""
        for name in names
    )


ALL = allowing("eng", "sci", "ana", "lake", "raw")


def unions(text: str = ALL, **options: int) -> list[Union]:
    made = design(text)
    return plan(made, people_for(made, (), ()), **options)


def test_one_for_each_set_of_roles() -> None:
    found = unions()
    assert [(each.role, each.users, each.before) for each in found] == [
        ("emrfs-union-eng-ana", ("ana",), 1),
        ("emrfs-union-eng-sci", ("bob", "bea", "ed"), 1),
    ]
    assert [role.name for role in found[1].roles] == ["eng", "sci"]


def test_nobody_in_the_published_scenario() -> None:
    made = load(EXAMPLES / "emrfs.yaml")
    assert plan(made, people_for(made, (), ())) == []


def test_people_that_are_named() -> None:
    made = design(ALL)
    assert people_for(made, ["bob"], []) == {"bob": ("sci", "eng")}
    assert people_for(made, ["new"], ["eng", "sci"]) == {"new": ("eng", "sci")}
    assert list(people_for(made, [], ["eng", "sci"])) == ["bob", "bea", "ed"]
    with pytest.raises(UsageError, match="groups of new"):
        people_for(made, ["new"], [])


def test_groups_that_nobody_is_known_in() -> None:
    made = design(ALL)
    found = plan(made, people_for(made, [], ["ops", "sci"]))
    assert [(each.role, each.users) for each in found] == [("emrfs-union-ops-sci", ())]
    assert fragment(made, found)["mappings"] == []  # a mapping needs somebody
    assert list(fragment(made, found)["roles"]) == ["emrfs-union-ops-sci"]


PLACES = ["s3://eng/1", "s3://sci/1", "s3://ana/1", "s3://b/x/1", "s3://b/raw/1", "s3://z/1"]


def inserted(made: Design, found: list[Union]) -> Design:
    """The design with the mappings and roles of the unions put in."""
    source = yaml.safe_load(ALL)
    part = fragment(made, found)
    source["roles"] |= part["roles"]
    for each, mapping in sorted(
        zip(found, part["mappings"], strict=True), key=lambda pair: -pair[0].before
    ):
        source["mappings"].insert(each.before, mapping)
    return design(yaml.safe_dump(source))


def test_afterwards_people_may_what_one_of_their_roles_might() -> None:
    """And prefixes that came first still do: nothing else changes for anybody."""
    made = design(ALL)
    found = plan(made, people_for(made, (), ()))
    after = inserted(made, found)
    for user, groups in made.directory.users.items():
        own = next((each for each in found if user in each.users), None)
        for place in PLACES:
            before = access(made, user, groups, path(place))
            now = access(after, user, groups, path(place))
            first = before.resolution.hit
            if own is None or (first is not None and first.mapping.role == "lake"):
                assert now.iam.effect is before.iam.effect, (user, place)
                continue
            names = {role.name for role in own.roles}
            allowed = path(place).bucket in names
            assert (now.iam.effect is Effect.ALLOW) is allowed, (user, place)


def test_names_are_taken_by_iam_and_each_another() -> None:
    lines = "".join(f"  - {{role: r{n}, groups: ['G {n} {'x' * 30}']}}\n" for n in range(4))
    users = ", ".join(f"u{n}: ['G 0 {'x' * 30}', 'G {n} {'x' * 30}']" for n in range(1, 4))
    made = design(
        f"account: '111122223333'\nbase-role: b\nmappings:\n{lines}"
        f"directory:\n  users: {{{users}}}\n"
    )
    names = [each.role for each in plan(made, people_for(made, (), ()))]
    assert len(set(names)) == 3
    assert all(len(name) <= 64 and " " not in name for name in names)


@pytest.mark.parametrize(
    ("text", "problem", "known"),
    [
        (allowing("eng", "ana"), "what sci may do is not known", False),
        (
            allowing("eng", "ana")
            + "  sci: {permissions: [], boundary: {Version: '2012-10-17', Statement: []}}\n",
            "permissions boundary",
            True,
        ),
        (
            allowing("eng", "ana") + "  sci: {permissions: [{Statement: [{Effect: Allow}]}]}\n",
            "neither Action",
            True,
        ),
    ],
)
def test_what_keeps_roles_from_being_merged(text: str, problem: str, known: bool) -> None:
    one, two = unions(text)
    assert one.fits
    assert problem in two.problem
    assert two.known is known
    assert two.documents == []


def wide(count: int) -> str:
    places = "\n".join(f"          - arn:aws:s3:::{n:050}/*" for n in range(count))
    statement = "  sci:\n    permissions:\n      - Version: '2012-10-17'\n        Statement:\n"
    return (
        allowing("eng", "ana")
        + statement
        + f"        - Effect: Allow\n          Action: s3:*\n          Resource:\n{places}\n"
    )


@pytest.mark.parametrize(
    ("count", "policies", "needs"), [(80, 10, 1), (800, 10, 9), (1200, 10, 14), (1200, 20, 14)]
)
def test_limits(count: int, policies: int, needs: int) -> None:
    found = unions(wide(count), policies=policies)[1]
    assert found.needs == needs
    assert found.fits is (needs <= policies)
    assert len(found.documents) == (needs if found.fits else 0)
    if not found.fits:  # half of the denials would be a leak: nothing is given out
        assert found.problem == f"it needs {needs} managed policies; a role takes {policies}"


def test_what_is_said_beside_it() -> None:
    more = (
        "          - {Effect: Deny, Action: 's3:*', Resource: '*', Condition: "
        "{StringEquals: {'aws:PrincipalArn': x}}}\n"
    )
    text = allowing("eng", "sci", "ana", more=more) + (
        "buckets:\n  b:\n    policy: {Statement: [{Effect: Allow, Action: '*', Resource: '*', "
        "Principal: {AWS: 'arn:aws:iam::111122223333:role/sci'}}]}\n"
    )
    notes = unions(text)[1].notes
    assert "eng, sci denies is denied to the union too" in notes[0]
    assert "aws:PrincipalArn" in notes[1]
    assert notes[2] == "the policy of the bucket b names sci, and not the new role"


def test_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = design(ALL)
    found = files(made, plan(made, people_for(made, (), ())))
    assert sorted(found) == [
        "emrfs-union-eng-ana-1.json",
        "emrfs-union-eng-ana.trust.json",
        "emrfs-union-eng-sci-1.json",
        "emrfs-union-eng-sci.trust.json",
        "emrfs.fragment.yaml",
    ]
    part = yaml.safe_load(found["emrfs.fragment.yaml"])
    assert part == fragment(made, plan(made, people_for(made, (), ())))
    assert "&id" not in found["emrfs.fragment.yaml"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sets(st.integers(0, 5), max_size=4), max_size=8))
def test_everybody_with_several_roles_is_in_one_union(people: list[set[int]]) -> None:
    mappings = "".join(f"  - {{role: r{n // 2}, groups: [g{n}]}}\n" for n in range(6))
    made = design(f"account: '111122223333'\nbase-role: b\nmappings:\n{mappings}")
    known = {f"u{n}": tuple(f"g{x}" for x in groups) for n, groups in enumerate(people)}
    found = plan(made, known)
    held = [user for each in found for user in each.users]
    assert sorted(held) == sorted(
        f"u{n}" for n, groups in enumerate(people) if len({g // 2 for g in groups}) > 1
    )


def test_five_thousand_users() -> None:
    mappings = "".join(f"  - {{role: r{n}, groups: [g{n}]}}\n" for n in range(1000))
    made = design(f"account: '111122223333'\nbase-role: b\nmappings:\n{mappings}")
    people = {f"u{n}": (f"g{n % 1000}", f"g{n % 7}") for n in range(5_000)}
    assert sum(len(each.users) for each in plan(made, people)) == sum(
        len(set(groups)) > 1 for groups in people.values()
    )
