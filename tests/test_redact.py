"""What is a secret is not shown, and what is none is."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import InputError
from opskit.redact import masked, scrubbed, unquoted


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


_PLACES = [
    "password={}",
    "DB_PASSWORD={} next=1",
    "password: {}",
    "  dbPassword: {}",
    '{{"user": "bob", "password": "{}", "n": 1}}',
    'msg="{{\\"token\\": \\"{}\\"}}"',
    "{{'api_key': '{}'}}",
    'clientSecret => "{}"',
    "run --password {} --verbose",
    "Authorization: Bearer {}",
    "authorization: Basic {}",
    "> Authorization: Token {}",
    "Set-Cookie: session={}; HttpOnly",
    "X-Api-Key: {}",
    "postgres://app:{}@db.shop:5432/orders",
    "redis://:{}@cache:6379/0",
    "GET /login?access_token={}&x=1 HTTP/1.1",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature={}&x=1",
]
_LETTERS = string.ascii_letters + string.digits + "_~!$%^*+"
_SECRETS = st.text(_LETTERS, min_size=6, max_size=40).filter(
    lambda text: text.lower() not in ("undefined",) and "$" not in text[:1]
)


@given(st.sampled_from(_PLACES), _SECRETS, st.sampled_from(["", "2026-01-01T00:00:00Z INFO "]))
def test_no_secret_of_a_log_survives(place: str, secret: str, before: str) -> None:
    line = before + place.format(secret)
    found = scrubbed(f"first\n{line}\nlast")
    assert secret not in found.replace(place.replace("{}", ""), "")
    assert found.count("\n") == 2
    assert found.startswith("first\n")
    assert found.endswith("\nlast")
    assert scrubbed(found) == found


_TOKENS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "glpat-0123456789abcdefghij",
    "xoxb-0123456789-abcdefghij",
]


@pytest.mark.parametrize("token", _TOKENS)
def test_what_looks_like_a_token_is_one_wherever_it_stands(token: str) -> None:
    assert token not in scrubbed(f"cannot use {token}, giving up")


def test_the_key_beside_an_id_of_aws() -> None:
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert key not in scrubbed(f"AKIAIOSFODNN7EXAMPLE:{key}")
    assert key not in scrubbed(f"aws_secret_access_key = {key}")


_BASE64 = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"


@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN PRIVATE KEY-----\n{_BASE64}\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\n{_BASE64}",
        f"{_BASE64}\n-----END EC PRIVATE KEY-----",
    ],
)
def test_a_private_key_also_one_that_is_cut(text: str) -> None:
    found = scrubbed(f"before it\n{text}\nbehind" if "END" in text else f"before it\n{text}")
    assert "MIIE" not in found
    assert "BKcw" not in found
    assert found.startswith("before it\n")
    assert found.count("\n") == text.count("\n") + (2 if "END" in text else 1)


@pytest.mark.parametrize(
    "line",
    [
        "KeyError: 'DB_PASSWORD'",
        'secret "db-settings" not found',
        "couldn't find key password in Secret shop/db",
        "SyntaxError: invalid token: unexpected end of input",
        "bearer authentication failed",
        "password: must not be empty",
        "used max_tokens=4096 prompt_tokens: 12",
        "12 passed, 3 failed; passes=12 bypass=on",
        "secretName=web-tls PASSWORD_FILE=/run/secrets/db token_type: bearer",
        "at com.acme.TokenFilter.doFilter(TokenFilter.java:12)",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "registry.example.com/web@sha256:" + "0a" * 32,
        "GET https://example.com:8080/a@b 200",
        "git clone ssh://git@example.com/web",
        "password=${DB_PASSWORD} token=null",
        'level=info msg="token refreshed" took=3ms',
        "if token == other:",
    ],
)
def test_what_holds_no_secret_stays(line: str) -> None:
    assert scrubbed(line) == line


@pytest.mark.parametrize(
    "part", ["a", "A/", "token", "password=", "://", "x: ", "*** ", "eyJaaaaa.", "bearer ", "\\"]
)
def test_no_log_takes_long(part: str) -> None:
    started = time.monotonic()
    scrubbed(part * (8000 // len(part)))
    assert time.monotonic() - started < 5
