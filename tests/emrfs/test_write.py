"""Designs written as documents: what is written reads as the same design, byte for byte again."""

from dataclasses import replace
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.documents import parse_document
from opskit.emrfs.formats import emrfs
from opskit.emrfs.iam import policy
from opskit.emrfs.load import load
from opskit.emrfs.model import (
    Bucket,
    Cluster,
    Design,
    Directory,
    Identifier,
    Key,
    Kind,
    Role,
    RoleMapping,
)
from opskit.emrfs.write import NO_BASE_ROLE, to_yaml
from tests.emrfs.designs import EXAMPLES

ACCOUNT = "123456789012"


def read_again(text: str) -> Design:
    return emrfs.read(parse_document(text.encode(), "emrfs.yaml"))


def plain(design: Design) -> dict[str, Any]:
    """Everything that a design means: no places, no source, no notes."""

    def said(found: policy.Policy | None) -> Any:
        return None if found is None else found.source

    def role(found: Role | None) -> Any:
        if found is None:
            return None
        permissions = None if found.permissions is None else list(map(said, found.permissions))
        return (
            str(found.arn),
            said(found.trust),
            permissions,
            said(found.boundary),
            (found.max_session),
        )

    cluster = design.cluster and replace(design.cluster, locations={}, files={})
    return {
        "mappings": [
            (m.index, str(design.arn(m.role)), m.kind, [i.text for i in m.identifiers])
            for m in design.mappings
        ],
        "base": role(design.base_role),
        "roles": {arn: role(each) for arn, each in design.roles.items()},
        "facts": (design.partition, design.account, design.release, design.name),
        "match": (design.prefix_match, design.groups),
        "directory": (design.directory.users, design.directory.complete),
        "buckets": {n: (b.account, said(b.policy), b.key) for n, b in design.buckets.items()},
        "keys": {arn: said(key.policy) for arn, key in design.keys.items()},
        "cluster": cluster,
        "blocks": design.blocks,
    }


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
)
ROLE_NAMES = st.text(ascii_letters + digits + "_+=,.@-", min_size=1, max_size=12)
ROLES = st.builds(
    lambda name, path, whole: f"arn:aws:iam::{ACCOUNT}:role{path}{name}" if whole else name,
    ROLE_NAMES,
    st.sampled_from(["/", "/data/"]),
    st.booleans(),
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | NAMES | st.just("2012-10-17"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
POLICIES = st.builds(
    lambda statement: policy.parse({"Version": "2012-10-17", "Statement": [statement]}, "p"),
    st.fixed_dictionaries(
        {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": NAMES, "Resource": NAMES}
    ),
)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    made = Design("emrfs.yaml", "emrfs", [], account=ACCOUNT)
    made.partition = draw(st.sampled_from(["aws", "aws-cn"]))
    made.name = draw(st.just("") | NAMES)
    made.prefix_match = draw(st.sampled_from(["string", "path"]))
    made.groups = draw(st.sampled_from(["all", "primary"]))
    for index in range(draw(st.integers(1, 4))):
        identifiers = tuple(map(Identifier, draw(st.lists(NAMES, min_size=1, max_size=3))))
        kind = draw(st.sampled_from(Kind))
        made.mappings.append(RoleMapping(index, draw(ROLES), kind, identifiers))
    for written in draw(st.lists(ROLES, max_size=3, unique=True)):
        role = Role(
            made.arn(written),
            draw(st.none() | POLICIES),
            draw(st.none() | st.lists(POLICIES, max_size=2).map(tuple)),
            draw(st.none() | POLICIES),
            draw(st.none() | st.integers(3600, 43200)),
        )
        made.roles[str(role.arn)] = role
    made.base_role = made.role(draw(ROLES))
    users = draw(st.dictionaries(NAMES, st.lists(NAMES, max_size=3).map(tuple), max_size=4))
    made.directory = Directory(users, complete=draw(st.booleans()))
    made.buckets = {
        name: Bucket(name, "", draw(st.none() | POLICIES), draw(st.just("") | NAMES))
        for name in draw(st.lists(NAMES, max_size=2, unique=True))
    }
    made.keys = {
        arn: Key(arn, draw(st.none() | POLICIES))
        for arn in draw(st.lists(NAMES, max_size=2, unique=True))
    }
    names = st.sampled_from(["AuthenticationConfiguration", "EncryptionConfiguration", "Other"])
    for name in draw(st.lists(names, max_size=2, unique=True)):
        inner = draw(st.dictionaries(NAMES, PLAIN, min_size=1, max_size=2))
        made.blocks[name] = {"KerberosConfiguration": inner} if name.startswith("Authen") else inner
    if draw(st.booleans()):
        made.cluster = Cluster(
            name=draw(NAMES),
            instance_profile=draw(NAMES),
            applications=draw(st.lists(NAMES, max_size=3).map(tuple)),
            kerberos=draw(st.none() | st.dictionaries(NAMES, NAMES, max_size=2)),
            configurations=draw(
                st.lists(st.dictionaries(NAMES, PLAIN, max_size=2), max_size=2).map(tuple)
            ),
            options=draw(st.dictionaries(NAMES, PLAIN, max_size=2)),
        )
    return made


@settings(max_examples=80, deadline=None)
@given(designs())
def test_what_is_written_reads_as_the_same_design(design: Design) -> None:
    text = to_yaml(design)
    again = read_again(text)
    assert plain(again) == plain(design)
    assert to_yaml(again) == text


def test_the_example_stays_and_its_files_are_named() -> None:
    design = load(EXAMPLES / "emrfs.yaml")
    text = to_yaml(design, folder=EXAMPLES)
    assert "trust: policies/trust-ec2.json" in text
    assert "configurations: hue-config.json" in text
    assert plain(load(EXAMPLES / "emrfs.yaml")) == plain(design)
    inline = to_yaml(design)
    assert "policies/" not in inline
    assert plain(read_again(inline)) == plain(design)


def test_files_are_named_from_the_folder_of_the_new_document(tmp_path: Path) -> None:
    design = load(EXAMPLES / "emrfs.yaml")
    target = tmp_path / "emrfs.yaml"
    target.write_text(to_yaml(design, folder=tmp_path))
    assert plain(load(target)) == plain(design)


def test_a_policy_whose_file_has_changed_is_written_out(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"Statement": {"Effect": "Allow", "Action": "s3:GetObject"}}')
    document = tmp_path / "emrfs.yaml"
    document.write_text(
        "base-role: b\nmappings: [{role: r, users: [u]}]\nroles: {r: {permissions: [p.json]}}\n"
    )
    design = load(document)
    assert "p.json" in to_yaml(design, folder=tmp_path)
    (tmp_path / "p.json").write_text('{"Statement": []}')
    text = to_yaml(design, folder=tmp_path)
    assert "p.json" not in text
    assert "s3:GetObject" in text


def test_what_the_format_did_not_say_stands_at_the_top() -> None:
    design = Design("x.json", "trino", [RoleMapping(0, "r", Kind.USER, (Identifier("u"),))])
    design.notes = ["mappings[1] is left out:\nit is for everyone"]
    text = to_yaml(design)
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head[1:3] == ["# - mappings[1] is left out:", "# it is for everyone"]
    assert NO_BASE_ROLE in text
    again = read_again(text)
    assert again.base_role is not None
    assert again.base_role.arn.is_placeholder


@pytest.mark.parametrize(
    "name", ["on", "1_000", "0x10", "1e5", "null", "a: b", "- x", "e\u0301", "\u202eabc", "#", "~"]
)
def test_names_that_yaml_would_take_for_something_else(name: str) -> None:
    design = Design("x", "emrfs", [RoleMapping(0, "r", Kind.USER, (Identifier(name),))])
    design.base_role = Role(design.arn("b"))
    assert read_again(to_yaml(design)).mappings[0].identifiers[0].text == name


def test_five_thousand_users_and_a_thousand_mappings() -> None:
    design = Design("x", "emrfs", [], account=ACCOUNT)
    design.base_role = Role(design.arn("base"))
    for index in range(1000):
        names = tuple(Identifier(f"g{index}-{n}") for n in range(3))
        design.mappings.append(RoleMapping(index, f"role{index}", Kind.GROUP, names))
    design.directory = Directory({f"u{n}": (f"g{n}-0", "all") for n in range(5000)})
    text = to_yaml(design)
    assert plain(read_again(text)) == plain(design)
