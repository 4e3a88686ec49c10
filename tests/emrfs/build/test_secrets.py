"""Passwords never come out again; where there is no reference for one, nothing is written."""

from typing import Any

import pytest

from opskit.emrfs.build import secrets
from opskit.errors import InputError

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hue-AbCdEf"
PASSWORD = "Tr0ub4dor&3"


def safe(properties: dict[str, Any], secret: str = "") -> tuple[dict[str, Any], list[str]]:
    """The properties of a classification inside of another, and the notes."""
    inner = {"Classification": "inner", "Properties": properties}
    notes: list[str] = []
    outer = {"Classification": "outer", "Properties": {}, "Configurations": [inner]}
    made = secrets.without([outer], notes, secret=secret, where="x.json:1")
    assert PASSWORD not in str(notes)
    return made[0]["Configurations"][0]["Properties"], notes


@pytest.mark.parametrize(
    ("attribute", "value", "name", "named"),
    [
        ("KdcAdminPassword", PASSWORD, "KDC_ADMIN_PASSWORD", False),
        ("ADDomainJoinPassword", "", "AD_DOMAIN_JOIN_PASSWORD", False),
        ("CrossRealmTrustPrincipalPassword", "x", "CROSS_REALM_TRUST_PRINCIPAL_PASSWORD", False),
        ("KdcAdminPassword", "${MY_PASSWORD}", "MY_PASSWORD", True),
        ("KdcAdminPassword", "$MY_PASSWORD", "MY_PASSWORD", True),
        ("KdcAdminPassword", "${MY_PASSWORD:-x}", "KDC_ADMIN_PASSWORD", False),
        ("KdcAdminPassword", "{{resolve:secretsmanager:x}}", "KDC_ADMIN_PASSWORD", False),
    ],
)
def test_variables(attribute: str, value: str, name: str, named: bool) -> None:
    assert secrets.variable(attribute, value) == (name, named)


@pytest.mark.parametrize("value", [PASSWORD, "${HUE_PASSWORD}"])
def test_hue_asks_a_script(value: str) -> None:
    made, notes = safe({"bind_dn": "cn=x", "bind_password": value})
    assert made == {"bind_dn": "cn=x", "bind_password_script": secrets.HUE_PATH}
    assert len(notes) == 1


def test_hue_gets_a_secret_that_is_named() -> None:
    assert safe({"bind_password": PASSWORD}, ARN) == ({"EMR.secret@bind_password": ARN}, [])


def test_hadoop_reads_a_file() -> None:
    made, _ = safe({secrets.LDAP_PASSWORD: PASSWORD})
    assert made == {secrets.LDAP_FILE: secrets.LDAP_PATH}


def test_the_arn_of_a_secret_is_marked_as_one() -> None:
    assert safe({"secret-key": ARN})[0] == {"EMR.secret@secret-key": ARN}
    assert safe({"EMR.secret@x.password": ARN})[0] == {"EMR.secret@x.password": ARN}


@pytest.mark.parametrize(
    "key",
    [
        *("javax.jdo.option.ConnectionPassword", "presto.s3.secret-key", "x.passphrase"),
        *("db_passwd", "TOKEN", "oidc.client.secret", "admin.pwd"),
    ],
)
def test_any_other_password_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=key) as caught:
        safe({key: PASSWORD})
    assert caught.value.where == "x.json:1"
    assert "Secrets Manager" in caught.value.hint
    assert PASSWORD not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    "properties",
    [
        {"bind_password_script": "/x.sh"},
        {"hadoop.security.group.mapping.ldap.bind.password.file": "/x"},
        {"hadoop.security.credential.provider.path": "jceks://x"},
        {"password": ""},
        {"tokens.max": "7", "passive": "yes"},
    ],
)
def test_what_is_no_password_stays(properties: dict[str, Any]) -> None:
    assert safe(properties) == (properties, [])
