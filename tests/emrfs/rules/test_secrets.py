"""EMR045: passwords that are written out are found, and shown nowhere."""

from pathlib import Path
from typing import Any

import pytest

from opskit.emrfs.load import read
from opskit.emrfs.rules import RULES
from opskit.emrfs.rules.secrets import is_secret
from opskit.findings import Report
from opskit.output import FINDINGS, Format, render_report
from tests.emrfs.designs import EXAMPLES
from tests.emrfs.rules.rule_designs import found, roles

SECRET = "Abc123456"


def configured(name: str, value: object) -> dict[str, Any]:
    inner = {"Classification": "ldap", "Properties": {name: value}}
    return {"configurations": [{"Classification": "hue-ini", "Configurations": [inner]}]}


@pytest.mark.parametrize(
    "name",
    [
        "bind_password",
        "hadoop.security.group.mapping.ldap.bind.password",
        "javax.jdo.option.ConnectionPassword",
        "fs.s3a.secret.key",
        "fs.s3.awsSecretAccessKey",
    ],
)
def test_a_property_that_holds_one(name: str) -> None:
    [finding] = found(roles(cluster=configured(name, SECRET)), "EMR045")
    assert finding.object == name
    assert finding.location is not None
    assert finding.location.line
    assert finding.message.startswith("hue-ini.ldap: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bind_password", "${LDAP_PASSWORD}"),
        ("bind_password", "{{resolve:secretsmanager:hue:SecretString:password}}"),
        ("bind_password", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hue-Ab12"),
        ("bind_password", "EMR.secret@hue"),
        ("bind_password", ""),
        ("bind_password_script", "/etc/hue/password.sh"),
        ("hadoop.security.group.mapping.ldap.bind.password.file", "/etc/ldap.password"),
        ("dfs.block.access.token.enable", "true"),
        ("yarn.resourcemanager.delegation.token.renew-interval", "86400000"),
        ("ldap_url", "ldap://ad.example.com"),
    ],
)
def test_references_and_other_values_are_none(name: str, value: str) -> None:
    assert found(roles(cluster=configured(name, value)), "EMR045") == []


def test_a_default_in_a_variable_and_a_password_in_a_uri_are_secrets() -> None:
    assert is_secret("bind_password", "${LDAP:Abc123456}")
    assert is_secret("javax.jdo.option.ConnectionURL", "jdbc:mysql://hive:Abc123456@db/hive")


def test_kerberos_attributes_and_options() -> None:
    attributes = {"Realm": "EC2.INTERNAL", "KdcAdminPassword": SECRET}
    options = {
        "kerberos-attributes": f"Realm=EC2.INTERNAL,ADDomainJoinPassword={SECRET}",
        "steps": [{"Args": ["--password", "x"], "Password": SECRET}],
    }
    model = roles(cluster={"name": "c", "kerberos-attributes": attributes, "options": options})
    objects = {finding.object for finding in found(model, "EMR045")}
    assert objects == {"KdcAdminPassword", "ADDomainJoinPassword", "Password"}


def test_the_published_password_is_found_in_its_file_at_its_line() -> None:
    [finding] = found(read(EXAMPLES / "emrfs.yaml"), "EMR045")
    assert finding.location is not None
    assert Path(finding.location.file).name == "hue-config.json"
    line = (EXAMPLES / "hue-config.json").read_text().splitlines()[finding.location.line or 0]
    assert "create_users_on_login" in line  # the line below it


@pytest.mark.parametrize("output", FINDINGS)
def test_no_output_shows_one(output: Format) -> None:
    cluster = {
        **configured("bind_password", SECRET),
        "kerberos-attributes": {"Realm": "R", "KdcAdminPassword": SECRET},
        "options": {"x": f"Password={SECRET}"},
    }
    findings = RULES.run(roles(cluster=cluster))
    assert sum(finding.rule == "EMR045" for finding in findings) == 3
    text = render_report(Report("opskit.emrfs.lint/1", findings), output, RULES.rules)
    assert SECRET not in text
