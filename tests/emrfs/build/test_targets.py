"""Every target of the published scenario; what a target cannot express is said."""

import pytest

from opskit.emrfs.build import targets
from opskit.emrfs.load import load
from tests.emrfs.build.documents import lake
from tests.emrfs.designs import EXAMPLES


@pytest.mark.parametrize("target", targets.TARGETS)
def test_every_target_is_built_the_same_twice_and_holds_no_password(
    target: targets.Target,
) -> None:
    one, two = (targets.build(load(EXAMPLES / "emrfs.yaml"), target) for _ in range(2))
    assert one == two
    assert one.text.endswith("\n")
    assert "Abc123456" not in one.text + str(one.notes)


@pytest.mark.parametrize("target", targets.TARGETS)
def test_every_target_has_a_file(target: targets.Target) -> None:
    files, _ = targets.files(load(EXAMPLES / "emrfs.yaml"), target)
    text = targets.build(load(EXAMPLES / "emrfs.yaml"), target).text
    if target != "iam":
        assert text in next(iter(files.values()))
    assert all(files.values())


MORE = """
match: {prefixes: path}
buckets:
  b:
    policy: {Version: "2012-10-17", Statement: []}
directory:
  users: {ana: [eng]}
kerberos: {Provider: ClusterDedicatedKdc}
cluster: {log-uri: "s3://logs/"}
roles:
  lake: {permissions: []}
"""


@pytest.mark.parametrize(
    ("target", "missing"),
    [
        ("securityconfig", ["the base role", "match", "users", "buckets", "launched", "of roles"]),
        ("cloudformation", ["match", "users", "buckets", "launched"]),
        ("terraform", ["match", "users", "buckets", "launched"]),
        ("iam", ["other blocks", "order of the", "match", "users", "buckets", "launched"]),
        ("core-site", ["the base role", "other blocks", "match", "users", "buckets", "of roles"]),
    ],
)
def test_what_is_left_out_is_said(target: targets.Target, missing: list[str]) -> None:
    notes = targets.build(lake("s3://b/", more=MORE), target).notes
    assert [word for word in missing if word not in notes[0]] == []
    assert notes[0].count(",") == len(missing)


def test_nothing_is_said_where_nothing_is_left_out() -> None:
    assert targets.build(lake("s3://b/"), "cloudformation").notes == [
        "base: the log folder is not known: the base role may write no logs"
    ]
