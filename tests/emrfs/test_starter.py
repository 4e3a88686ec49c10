"""First documents: what flags come to, secrets left out, files that are not written over."""

from pathlib import Path

import pytest

from opskit.emrfs import starter
from opskit.emrfs.load import load
from opskit.emrfs.model import Cluster, Design, Identifier, Kind, Role, RoleMapping
from opskit.errors import InputError, UsageError


def test_flags_become_users_then_groups_then_prefixes() -> None:
    design = starter.from_flags(
        "base",
        ["ana=r1", "bob=r1", "cy=arn:aws:iam::123456789012:role/r2"],
        ["g=r1"],
        ["s3://b/x=1/=r1"],
    )
    assert [
        (m.index, m.kind, m.role, [i.text for i in m.identifiers]) for m in design.mappings
    ] == [
        (0, Kind.USER, "r1", ["ana", "bob"]),
        (1, Kind.USER, "arn:aws:iam::123456789012:role/r2", ["cy"]),
        (2, Kind.GROUP, "r1", ["g"]),
        (3, Kind.PREFIX, "r1", ["s3://b/x=1/"]),
    ]
    assert design.base_role is not None
    assert design.base_role.name == "base"


@pytest.mark.parametrize(
    ("base", "users", "prefixes", "message"),
    [
        ("b", [], [], "nothing to map"),
        ("b", ["ana"], [], "--user takes NAME=ROLE"),
        ("b", ["=r"], [], "--user takes NAME=ROLE"),
        ("b", ["ana="], [], "--user takes NAME=ROLE"),
        ("b", ["ana=not a role"], [], "is no role"),
        ("not a role", ["ana=r"], [], "--base-role is no role"),
        ("b", [], ["bucket/x=r"], "is no place in S3"),
        ("b", [], ["=r"], "--prefix takes s3://"),
    ],
)
def test_flags_that_are_no_mapping(
    base: str, users: list[str], prefixes: list[str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        starter.from_flags(base, users, [], prefixes)


def test_an_account_that_is_given_makes_whole_arns() -> None:
    design = Design("x", "trino", [RoleMapping(0, "r", Kind.USER, (Identifier("u"),))])
    design.roles = {"r": Role(design.arn("r"), max_session=3600)}
    design.base_role = Role(design.arn("b"))
    made = starter.with_account(design, "123456789012")
    assert str(made.role_of(made.mappings[0]).arn) == "arn:aws:iam::123456789012:role/r"
    assert made.role_of(made.mappings[0]).max_session == 3600
    assert made.base_role is not None
    assert str(made.base_role.arn) == "arn:aws:iam::123456789012:role/b"
    assert design.account == ""


SECRETS = Cluster(
    kerberos={"Realm": "R", "KdcAdminPassword": "hunter2", "ADDomainJoinPassword": "${KEPT}"},
    configurations=(
        {
            "Classification": "hue-ini",
            "Properties": {"bind_dn": "x"},
            "Configurations": [{"Properties": {"bind_password": "hunter3", "n": 1}}],
        },
    ),
)


def test_secrets_become_references() -> None:
    design = Design("x", "aws", [], cluster=SECRETS)
    made = starter.without_secrets(design)
    assert made.cluster is not None
    assert made.cluster.kerberos == {
        "Realm": "R",
        "KdcAdminPassword": "${KDC_ADMIN_PASSWORD}",
        "ADDomainJoinPassword": "${KEPT}",
    }
    assert "hunter" not in repr(made)
    assert "BIND_PASSWORD, KDC_ADMIN_PASSWORD" in made.notes[-1]
    assert starter.without_secrets(Design("x", "aws", [])).notes == []


def test_the_example_is_written_with_its_files_and_reads_the_same(tmp_path: Path) -> None:
    written = starter.write_example(tmp_path / "mine.yaml", force=False)
    assert tmp_path / "hue-config.json" in written
    design = load(tmp_path / "mine.yaml")
    assert [mapping.kind for mapping in design.mappings] == [
        Kind.USER,
        Kind.GROUP,
        Kind.GROUP,
        Kind.PREFIX,
    ]
    starter.write_example(tmp_path / "mine.yaml", force=False)  # nothing is different


def test_files_that_are_there_are_kept(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/admin.json").write_text("mine")
    with pytest.raises(InputError, match="nothing was written") as error:
        starter.write_example(tmp_path / "emrfs.yaml", force=False)
    assert "--force" in error.value.hint
    assert not (tmp_path / "emrfs.yaml").exists()
    starter.write_example(tmp_path / "emrfs.yaml", force=True)
    assert (tmp_path / "policies/admin.json.bak").read_text() == "mine"
