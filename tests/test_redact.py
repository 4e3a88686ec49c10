"""What is a secret is not shown, and what is none is."""

import pytest

from opskit.errors import InputError
from opskit.redact import masked, unquoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<a password="s3cret"/>', '<a password="***"/>'),
        ("<a remotePassword = 's3cret' b='1'/>", "<a remotePassword = '***' b='1'/>"),
        ('<a keyStorePassword="s3&quot;cret"/>', '<a keyStorePassword="***"/>'),
        ('<a password="${BRIDGE_PASSWORD}"/>', '<a password="${BRIDGE_PASSWORD}"/>'),
        ('<a password="#{env.PW}"/>', '<a password="#{env.PW}"/>'),
        ('<a password=""/>', '<a password=""/>'),
        ('<a password="${A}s3cret"/>', '<a password="***"/>'),
        (
            '<property name="password" value="s3cret"/>',
            '<property name="password" value="***"/>',
        ),
        (
            '<a uri="tcp://h:1?jms.password=s3cret&amp;x=1"/>',
            '<a uri="tcp://h:1?jms.password=***&amp;x=1"/>',
        ),
        ('<a pasword="s3cret" Password="x"/>', '<a pasword="***" Password="***"/>'),
        ('secretKey="s3cret" token="x"', 'secretKey="***" token="***"'),
        ('uri="tcp://bridge:s3cret@h:1"', 'uri="tcp://bridge:***@h:1"'),
        (
            "static:(tcp://h:1?nested.pass=s3,tcp://u:x@g:2)",
            "static:(tcp://h:1?nested.pass=***,tcp://u:***@g:2)",
        ),
        ('password="${PW:s3cret}"', 'password="${PW:***}"'),
        ('brokerName="${bridge.password:s3cret}"', 'brokerName="${bridge.password:***}"'),
        ('<!ATTLIST a password CDATA "s3cret">', '<!ATTLIST a password CDATA "***">'),
        ('dataDirectory="${activemq.data:data}"', 'dataDirectory="${activemq.data:data}"'),
        ('clientIdToken="_" name="a@b"', 'clientIdToken="_" name="a@b"'),
        ('the password="x" of tcp://h:61616', 'the password="***" of tcp://h:61616'),
        ('<a password="s3\ncret"/>\n<b/>', '<a password="***\n"/>\n<b/>'),
    ],
)
def test_passwords_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("message", "line", "shown"),
    [
        ("`s3cret` is no !!int", "    password: !!int s3cret", "`***` is no !!int"),
        ("the alias *s3cret has no anchor", "password: *s3cret", "the alias **** has no anchor"),
        ("'s3 x!' is no name", 'remote: {password: {env: "s3 x!"}}', "'***' is no name"),
        ("unknown key `pasword`", "pasword: {env: X}", "unknown key `pasword`"),
        ("no broker is called 'x'", "- {from: x}", "no broker is called 'x'"),
    ],
)
def test_a_line_with_a_secret_is_not_quoted(message: str, line: str, shown: str) -> None:
    assert unquoted(message, line) == shown


def test_no_error_shows_one() -> None:
    assert "s3cret" not in str(InputError("not a URI: 'tcp://u:s3cret@h:1'", where="a.yaml:1"))
