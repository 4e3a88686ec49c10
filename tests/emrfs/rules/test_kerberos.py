"""EMR040 and EMR041: authentication, and Kerberos blocks that are not whole."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.emrfs.rules.rule_designs import found, roles

CROSS = {
    "Provider": "ClusterDedicatedKdc",
    "ClusterDedicatedKdcConfiguration": {
        "TicketLifetimeInHours": 24,
        "CrossRealmTrustConfiguration": {
            "Realm": "AD.EXAMPLE.COM",
            "Domain": "ad.example.com",
            "AdminServer": "ad.example.com",
            "KdcServer": "ad.example.com",
        },
    },
}
EXTERNAL = {
    "Provider": "ExternalKdc",
    "ExternalKdcConfiguration": {
        "KdcServerType": "Single",
        "AdminServer": "kdc.example.com:749",
        "KdcServer": "kdc.example.com:88",
        "AdIntegrationConfiguration": {"AdRealm": "AD.EXAMPLE.COM", "AdDomain": "ad.example.com"},
    },
}
GIVEN = {
    "Realm": "EC2.INTERNAL",
    "KdcAdminPassword": "${KDC}",
    "CrossRealmTrustPrincipalPassword": "${TRUST}",
}


def cluster(**attributes: str) -> dict[str, Any]:
    return {"name": "c", "kerberos-attributes": {**GIVEN, **attributes}}


@pytest.mark.parametrize("kind", ["users", "groups"])
def test_mappings_by_name_need_authentication(kind: str) -> None:
    model = roles(kerberos=None, mappings=[{"role": "Eng", kind: ["a"]}])
    [finding] = found(model, "EMR040")
    assert finding.level is Severity.ERROR
    assert finding.object == "mappings[0]"


def test_quiet_with_authentication_and_with_prefixes_alone() -> None:
    prefixes = [{"role": "Eng", "prefixes": ["s3://lake/"]}]
    ldap = {
        "AuthenticationConfiguration": {"LDAPConfiguration": {"EnableLDAPAuthentication": True}}
    }
    assert found(roles(), "EMR040") == []
    assert found(roles(kerberos=None, mappings=prefixes), "EMR040") == []
    assert found(roles(kerberos=None, blocks=ldap), "EMR040") == []


@pytest.mark.parametrize("block", [{"Foo": {}}, {"KerberosConfiguration": {}}, {}])
def test_a_block_that_says_nothing_of_who_users_are(block: dict[str, Any]) -> None:
    model = roles(kerberos=None, blocks={"AuthenticationConfiguration": block})
    assert len(found(model, "EMR040")) == 1


def test_formats_without_the_other_blocks_cannot_tell() -> None:
    model = roles(kerberos=None)
    model.format = "sitexml"
    assert found(model, "EMR040") == []


@pytest.mark.parametrize("block", [CROSS, EXTERNAL])
def test_quiet_on_whole_blocks(block: dict[str, Any]) -> None:
    assert found(roles(kerberos=block, cluster=cluster()), "EMR041") == []
    assert found(roles(kerberos=block), "EMR041") == []


def without(block: dict[str, Any], *path: str) -> dict[str, Any]:
    """A block without one of its parts."""
    first, *rest = path
    left = {key: value for key, value in block.items() if key != first}
    return {**left, first: without(block[first], *rest)} if rest else left


ED = "ExternalKdcConfiguration"
CD = "ClusterDedicatedKdcConfiguration"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({}, "has no Provider"),
        (without(CROSS, "Provider"), "has no Provider"),
        (without(CROSS, CD), "has no ClusterDedicatedKdcConfiguration"),
        ({**CROSS, "Provider": "ExternalKdc"}, "has no ExternalKdcConfiguration"),
        ({**CROSS, "Provider": "Kdc"}, "unknown Provider 'Kdc'"),
        (without(EXTERNAL, ED, "KdcServer"), "has no KdcServer"),
        (without(EXTERNAL, ED, "KdcServerType"), "has no KdcServerType"),
        (
            without(CROSS, CD, "CrossRealmTrustConfiguration", "Realm"),
            "CrossRealmTrustConfiguration has no Realm",
        ),
        ({**EXTERNAL, ED: {**EXTERNAL[ED], "KdcServerType": "Many"}}, "KdcServerType 'Many'"),  # type: ignore[dict-item]
        ({**CROSS, CD: {"TicketLifetimeInHours": 0}}, "TicketLifetimeInHours is 0"),
        ({**CROSS, CD: {"TicketLifetimeInHours": "a day"}}, "TicketLifetimeInHours is 'a day'"),
        ({**CROSS, CD: {"Realm": "X"}}, "unknown key 'Realm'"),
    ],
)
def test_a_block_that_is_not_whole(block: dict[str, Any], words: str) -> None:
    messages = [finding.message for finding in found(roles(kerberos=block), "EMR041")]
    assert any(words in message for message in messages)


def test_attributes_and_block_go_together() -> None:
    [finding] = found(roles(kerberos=CROSS, cluster={"name": "c"}), "EMR041")
    assert "no KerberosAttributes" in finding.message
    [finding] = found(roles(kerberos=None, cluster=cluster()), "EMR041")
    assert "no Kerberos" in finding.message


@pytest.mark.parametrize(
    ("missing", "extra"),
    [
        ("KdcAdminPassword", {}),
        ("CrossRealmTrustPrincipalPassword", {}),
        ("Realm", {}),
        ("ADDomainJoinPassword", {"ADDomainJoinUser": "joiner"}),
    ],
)
def test_attributes_that_are_missing(missing: str, extra: dict[str, str]) -> None:
    attributes = {key: value for key, value in GIVEN.items() if key != missing} | extra
    model = roles(kerberos=CROSS, cluster={"name": "c", "kerberos-attributes": attributes})
    [finding] = found(model, "EMR041")
    assert finding.message == f"KerberosAttributes has no {missing}"
    assert finding.location is not None
    assert finding.location.line


@pytest.mark.parametrize("realm", ["AD.EXAMPLE.COM", "Ad.Example.com"])
def test_realms_of_one_name(realm: str) -> None:
    findings = found(roles(kerberos=CROSS, cluster=cluster(Realm=realm)), "EMR041")
    assert any("both" in finding.message for finding in findings)


def test_a_realm_in_lower_case_is_a_warning() -> None:
    [finding] = found(roles(kerberos=CROSS, cluster=cluster(Realm="ec2.internal")), "EMR041")
    assert finding.level is Severity.WARNING
    assert finding.expected == "EC2.INTERNAL"
