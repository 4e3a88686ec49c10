"""The security configuration: AWS's shape, whole ARNs, the other blocks, byte by byte."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.documents import parse_document
from opskit.emrfs.build import securityconfig
from opskit.emrfs.formats import securityconfig as reader
from opskit.emrfs.load import load
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.errors import InputError
from tests.emrfs.build.documents import lake, role
from tests.emrfs.designs import EXAMPLES, design


def again(text: str) -> Design:
    return reader.read(parse_document(text.encode(), "sc.json"))


def test_the_published_scenario() -> None:
    made = securityconfig.document(load(EXAMPLES / "emrfs.yaml"))
    assert list(made) == ["AuthorizationConfiguration", "AuthenticationConfiguration"]
    mappings = made["AuthorizationConfiguration"]["EmrFsConfiguration"]["RoleMappings"]
    assert mappings[1] == {
        "Role": "arn:aws:iam::511586466501:role/emrfs_auth_group_role_data_eng",
        "IdentifierType": "Group",
        "Identifiers": ["grp_data_engineering"],
    }
    kerberos = made["AuthenticationConfiguration"]["KerberosConfiguration"]
    assert kerberos["Provider"] == "ClusterDedicatedKdc"


def test_it_is_read_again_and_built_the_same() -> None:
    text = securityconfig.render(load(EXAMPLES / "emrfs.yaml"))
    assert securityconfig.render(again(text)) == text


BLOCKS = """
encryption: {EnableInTransitEncryption: false, EnableAtRestEncryption: false}
instance-metadata: {MinimumInstanceMetadataServiceVersion: 2, HttpPutResponseHopLimit: 1}
blocks:
  Later: {x: [1, 2.5, true, null]}
  AuthorizationConfiguration:
    IAMConfiguration: {EnableApplicationScopedIAMRole: true}
    EmrFsConfiguration: {Other: x}
kerberos: {Provider: ClusterDedicatedKdc}
"""


def test_other_blocks_are_kept_in_one_order() -> None:
    text = securityconfig.render(lake("s3://b/x/", more=BLOCKS))
    made = json.loads(text)
    assert list(made) == [*securityconfig.ORDER, "Later"]
    authorization = made["AuthorizationConfiguration"]
    assert list(authorization) == ["EmrFsConfiguration", "IAMConfiguration"]
    assert list(authorization["EmrFsConfiguration"]) == ["RoleMappings", "Other"]
    assert made["InstanceMetadataServiceConfiguration"]["HttpPutResponseHopLimit"] == 1
    assert securityconfig.render(again(text)) == text


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=";"), min_size=1, max_size=9
).filter(lambda text: text == text.strip())


@given(
    st.lists(
        st.tuples(st.sampled_from(Kind), st.lists(NAMES, min_size=1, max_size=4)),
        min_size=1,
        max_size=5,
    )
)
def test_any_mappings_are_read_again_the_same(listed: list[tuple[Kind, list[str]]]) -> None:
    first = Design("x", "emrfs", [], account="111122223333")
    for index, (kind, names) in enumerate(listed):
        identifiers = tuple(map(Identifier, names))
        first.mappings.append(RoleMapping(index, role(f"r{index}"), kind, identifiers))
    text = securityconfig.render(first)
    assert text.isascii()
    second = again(text)
    assert securityconfig.render(second) == text
    plain = [(m.role, m.kind, [i.text for i in m.identifiers]) for m in second.mappings]
    assert plain == [(m.role, m.kind, [i.text for i in m.identifiers]) for m in first.mappings]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("base-role: b\nmappings:\n  - role: x\n    users: [a]\n", ":3:", "account"),
        ("base-role: b\nmappings:\n  - role: ${var.x}\n    users: [a]\n", ":3:", "another tool"),
        ("base-role: b\nmappings:\n  - role: 'x y'\n    users: [a]\n", ":3:", "is no role"),
        ("account: '111122223333'\nbase-role: b\nmappings: []\n", "emrfs.yaml", "no mappings"),
    ],
)
def test_what_cannot_be_written_has_a_line(text: str, where: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        securityconfig.render(design(text))
    assert where in caught.value.where


@pytest.mark.parametrize("name", ["a;b", "", "  ", " a", "a\tb", "a\x7f"])
def test_a_broken_identifier_is_refused(name: str) -> None:
    made = lake("s3://b/x/")
    made.mappings[0] = replace(
        made.mappings[0], kind=Kind.USER, identifiers=(Identifier("ok"), Identifier(name))
    )
    with pytest.raises(InputError, match=r"mappings\[0\]"):
        securityconfig.render(made)


def test_ten_thousand_mappings() -> None:
    listed = [
        RoleMapping(i, role(f"r{i}"), Kind.USER, (Identifier(f"u{i}"),)) for i in range(10_000)
    ]
    made = Design("x", "emrfs", listed, account="111122223333")
    assert len(securityconfig.mappings(made)) == 10_000
