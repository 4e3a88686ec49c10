import pytest

from opskit.broker.model import Target
from tests.broker.rules.cases import Case, broker, connector

JAAS = '<jaasAuthenticationPlugin configuration="activemq"/>'
SECRET = "hunter2"  # what no finding may repeat


def simple(*accounts: str, attributes: str = "") -> str:
    """A plugin with accounts as `user:password`."""
    users = "".join(
        '<authenticationUser username="{}" password="{}" groups="g"/>'.format(*account.split(":"))
        for account in accounts
    )
    inside = f"<users>{users}</users>"
    return f"<simpleAuthenticationPlugin {attributes}>{inside}</simpleAuthenticationPlugin>"


def one(
    id: str,  # noqa: A002
    attributes: str,
    *quiet: str,
    plugins: str = "",
    mark: str = "",
    target: Target = "self-managed",
    says: str = "",
) -> Case:
    """A case of one connector in a broker with these plugins."""
    xml = broker(connector(attributes, before=mark), plugins=plugins)
    return Case(id, xml, quiet, target=target, says=says)


def reaching(id: str, attributes: str, here: str, there: str, *quiet: str) -> Case:  # noqa: A002
    """A case of two brokers with these plugins, the first with a connector to the second."""
    inner = connector(attributes, uri="static:(tcp://other:61616)")
    first = broker(inner, attributes='brokerName="this"', plugins=here)
    second = f'<broker brokerName="other"><plugins>{there}</plugins></broker>'
    return Case(id, f"<beans>{first}\n{second}</beans>", quiet)


AMAZON = ".mq.eu-west-1.amazonaws.com"


def to_amazon(
    id: str,  # noqa: A002
    attributes: str,
    *quiet: str,
    mark: str = "",
    target: Target = "self-managed",
    host: str = f"b-1{AMAZON}",
) -> Case:
    """A case of one connector to a host of AWS."""
    xml = broker(connector(attributes, before=mark, uri=f"static:(ssl://{host}:61617)"))
    return Case(id, xml, quiet, target=target)


ONE, TWO, X = simple("b:one"), simple("b:two"), simple("b:x")
FOUR = 'userName="b" password="one" remoteUserName="b" remotePassword="two"'
CASES = [
    one("a wrong password here", f'{{BRK009}}userName="b" password="{SECRET}"', plugins=X),
    one("no such user here", '{BRK009}userName="c" password="x"', plugins=X),
    reaching("two passwords", '{BRK009}userName="b" password="one"', ONE, TWO),
    reaching(
        "a wrong remote password",
        FOUR.replace("remoteU", "{BRK009}remoteU").replace("two", "x"),
        ONE,
        TWO,
    ),
    reaching(
        "remotePassword alone", '{BRK009}userName="b" password="one" remotePassword="two"', ONE, TWO
    ),
    reaching("four attributes", FOUR, ONE, TWO, "BRK009"),
    reaching("the same account", 'userName="b" password="one"', ONE, ONE, "BRK009"),
    reaching("only the other asks", 'remoteUserName="b" remotePassword="two"', "", TWO, "BRK009"),
    reaching("accounts not in the file", 'userName="b" password="one"', JAAS, JAAS, "BRK009"),
    one("a placeholder's password", 'userName="b" password="${PW}"', "BRK009", plugins=X),
    one(
        "a placeholder's account", 'userName="b" password="y"', "BRK009", plugins=simple("b:${PW}")
    ),
    one("a placeholder's user", 'userName="${U}" password="y"', "BRK009", plugins=X),
    one("Amazon MQ knows the password", 'userName="b"', "BRK009", plugins=X, target="amazon-mq"),
    one("a password", f'userName="b" {{BRK010:warning}}password="{SECRET}"'),
    Case(
        "passwords of key stores",
        broker(
            connector(),
            extra='<sslContext><sslContext keyStore="k" {BRK010}keyStorePassword="x" '
            'trustStorePassword="${T}"/></sslContext>',
        ),
        says="keyStorePassword of its sslContext",
    ),
    Case(
        "a connector's own trust store",
        broker(
            connector(body='<sslContext><sslContext {BRK010}trustStorePassword="x"/></sslContext>')
        ),
        says="trustStorePassword of its sslContext",
    ),
    Case(
        "key stores on Amazon MQ, which refuses them as a whole",
        broker(connector(), extra='<sslContext><sslContext keyStorePassword="x"/></sslContext>'),
        ("BRK010",),
        target="amazon-mq",
    ),
    one("both passwords", '{BRK010}password="x" {BRK010}remotePassword="y"'),
    one("a password on Amazon MQ", f'{{BRK010:error}}password="{SECRET}"', target="amazon-mq"),
    one("placeholders", 'password="${PW}" remotePassword="#{pw}"', "BRK010"),
    one("encrypted", 'password="ENC(c2VjcmV0)"', "BRK010"),
    one("no password", 'userName="b"', "BRK010", target="amazon-mq"),
    one("no user", "", mark="{BRK048}", plugins=X),
    one("a remote user alone", 'remoteUserName="b"', mark="{BRK048}", plugins=X),
    one("no user with JAAS", "", mark="{BRK048:warning}", plugins=JAAS),
    one("a user", 'userName="b" password="x"', "BRK048", plugins=X),
    one(
        "anonymous access",
        "",
        "BRK048",
        plugins=simple("b:x", attributes='anonymousAccessAllowed="true"'),
    ),
    one("no authentication", "", "BRK048", plugins="<statisticsBrokerPlugin/>"),
    one("user without password", '{BRK049}userName="b"', says="without a password"),
    one("password without user", '{BRK049}password="x"', says="ignored"),
    one("remote user without password", '{BRK049}remoteUserName="b"'),
    one("remote password without user", '{BRK049}remotePassword="x"'),
    one("both pairs", FOUR, "BRK049"),
    one("no credentials", "", "BRK049"),
    to_amazon("no user for Amazon MQ", "", mark="{BRK058}"),
    to_amazon("no user in a placeholder's domain", "", mark="{BRK058}", host=f"${{X}}{AMAZON}"),
    to_amazon("no user on either side", "", mark="{BRK058}", target="amazon-mq"),
    to_amazon("password without a user", 'password="x"', mark="{BRK058}"),
    to_amazon("one user", 'userName="b"', "BRK058"),
    to_amazon("a remote user", 'remoteUserName="b"', "BRK058"),
    to_amazon("a load balancer", "", "BRK058", host="x.elb.eu-west-1.amazonaws.com"),
    one("no user elsewhere", "", "BRK058", target="amazon-mq"),
    one("user on Amazon MQ", 'userName="b"', "BRK049", target="amazon-mq"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_no_finding_repeats_a_password(case: Case) -> None:
    assert SECRET not in repr(case.findings())


def test_what_to_do_with_a_password_fits_the_target() -> None:
    advice = {
        target: [
            finding.fix
            for finding in one("x", '{BRK010}password="x"', target=target).findings()
            if "password" in finding.message
        ]
        for target in ("self-managed", "amazon-mq")
    }
    assert "placeholder" in advice["self-managed"][0]
    assert "leave it out" in advice["amazon-mq"][0]
