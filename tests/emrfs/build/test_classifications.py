"""Hue's classification, the mappings as EMRFS keeps them, and groups from LDAP."""

import json

import pytest

from opskit.documents import parse_document
from opskit.emrfs.build import classifications
from opskit.emrfs.formats import configurations, hadoop
from opskit.emrfs.load import load
from opskit.errors import InputError
from tests.emrfs.build.documents import lake
from tests.emrfs.designs import EXAMPLES, design

LDAP = "hadoop.security.group.mapping"
HUE = """
cluster:
  kerberos-attributes: {Realm: X%s}
  configurations:
    - Classification: hue-ini
      Configurations:
        - Classification: desktop
          Configurations:
            - Classification: ldap
              Properties: {ldap_url: "ldap://x", base_dn: dc=x, bind_dn: cn=y, bind_password: z}
"""
GROUPS = 'account: "111122223333"\nbase-role: b\nmappings: [{role: r, groups: [g]}]\n'


def core_site(text: str) -> tuple[dict[str, dict[str, str]], list[str]]:
    notes: list[str] = []
    made = json.loads(classifications.core_site(design(text), notes))
    return {each["Classification"]: each["Properties"] for each in made}, notes


def test_hue_has_no_password() -> None:
    text = classifications.hue(load(EXAMPLES / "emrfs.yaml"), [])
    assert "Abc123456" not in text
    assert "bind_password_script" in text


def test_no_hue() -> None:
    with pytest.raises(InputError, match="holds no hue-ini"):
        classifications.hue(lake("s3://b/"), [])


def test_mappings_as_emrfs_keeps_them_are_read_again() -> None:
    text = classifications.core_site(load(EXAMPLES / "emrfs.yaml"), [])
    value = json.loads(text)[0]["Properties"][hadoop.MAPPINGS[0]]
    assert value.startswith(
        "arn:aws:iam::511586466501:role/emrfs_auth_user_role_admin_user=u:admin1,"
    )
    again = configurations.read(parse_document(text.encode(), "x.json", is_json=True))
    assert classifications.core_site(again, []) == text


def test_several_identifiers() -> None:
    made = lake("s3://b/x/", "s3://b/y/")
    assert classifications.role_mapping(made, []).endswith("=p:s3://b/x/;s3://b/y/")


def test_a_comma_is_said() -> None:
    notes: list[str] = []
    classifications.role_mapping(lake("s3://b/a,b/"), notes)
    assert "comma" in notes[0]


@pytest.mark.parametrize("name", ["a=b", "a,b"])
def test_a_role_that_parts_the_list_is_refused(name: str) -> None:
    text = GROUPS.replace("role: r", f"role: 'arn:aws:iam::111122223333:role/{name}'")
    with pytest.raises(InputError, match="part the list"):
        classifications.core_site(design(text), [])


def test_a_semicolon_is_refused() -> None:
    with pytest.raises(InputError, match="has a ';'"):
        classifications.core_site(lake("s3://b/a;b/"), [])


def test_groups_from_the_directory_that_hue_asks() -> None:
    found, notes = core_site(GROUPS + HUE % "")
    assert found["core-site"] == {
        LDAP: "org.apache.hadoop.security.LdapGroupsMapping",
        f"{LDAP}.ldap.url": "ldap://x",
        f"{LDAP}.ldap.base": "dc=x",
        f"{LDAP}.ldap.bind.user": "cn=y",
        f"{LDAP}.ldap.bind.password.file": "/etc/hadoop/conf/ldap-bind-password",
    }
    assert len(notes) == 2


@pytest.mark.parametrize(
    "text",
    [
        GROUPS,
        # nodes that join a domain know its groups themselves
        GROUPS + HUE % ", ADDomainJoinUser: j",
        GROUPS.replace("groups", "users") + HUE % "",
    ],
)
def test_no_groups_from_ldap_without_need(text: str) -> None:
    assert list(core_site(text)[0]) == ["emrfs-site"]


def test_what_the_document_says_of_groups_is_kept() -> None:
    more = f"""
cluster:
  configurations:
    - Classification: core-site
      Properties: {{"{LDAP}": mine, "{LDAP}.ldap.bind.password": hunter22, "fs.s3.x": y}}
"""
    found, notes = core_site(GROUPS + more)
    assert found["core-site"] == {
        LDAP: "mine",
        f"{LDAP}.ldap.bind.password.file": "/etc/hadoop/conf/ldap-bind-password",
    }
    assert "hunter22" not in str(notes)
