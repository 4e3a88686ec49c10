"""Rules on the credentials with which a bridge logs in, on its own broker and on the other.

`userName` and `password` serve both, unless `remoteUserName` is given for the other broker.
No message and no observed value of these rules holds a password.
"""

from collections.abc import Iterator

from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.broker.uris import has_placeholder
from opskit.findings import Finding, Rule, Severity

_AMQ_8413 = "AMQ-8413, https://issues.apache.org/jira/browse/AMQ-8413"
_GUIDE = "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide"
SECRETS = ("password", "remotePassword")
_AMAZON_SUFFIX = (".amazonaws.com", ".amazonaws.com.cn")

#: The accounts of a broker: each user's password, None where a placeholder hides it.
Accounts = dict[str, str | None]


def _finding(
    connector: Connector,
    attribute: str,
    message: str,
    expected: str = "",
    severity: Severity | None = None,
) -> Finding:
    shown = connector.attributes.get(attribute, "")
    return Finding(
        message=f"{connector.label}: {message}",
        object=connector.label,
        location=connector.location(attribute),
        observed="(not shown)" if attribute in SECRETS and shown else shown,
        expected=expected,
        severity=severity,
    )


def hidden(value: str) -> bool:
    """Whether a value is filled in later: a placeholder, or one that the broker decrypts."""
    text = value.strip()
    return has_placeholder(text) or (text.startswith("ENC(") and text.endswith(")"))


def _accounts(broker: Broker) -> Accounts | None:
    """The users of `simpleAuthenticationPlugin`; None where they are not known from the file."""
    plugin = broker.plugin("simpleAuthenticationPlugin")
    users = plugin.find("users") if plugin else None
    if users is None:
        return None
    found: Accounts = {}
    for user in users.children:
        name, password = user.attributes.get("username", ""), user.attributes.get("password", "")
        if hidden(name):
            return None
        found[name] = None if hidden(password) else password
    return found


def _refused(accounts: Accounts, user: str, password: str) -> bool:
    """Whether these accounts certainly refuse that login."""
    if hidden(user):
        return False
    if user not in accounts:
        return True
    known = accounts[user]
    return known is not None and not hidden(password) and known != password


@RULES.rule(
    Rule(
        "BRK009",
        Severity.ERROR,
        title="credentials that one of the two brokers refuses",
        why="userName and password log in to both brokers unless remoteUserName is given: with "
        'different passwords the bridge is "established" and shut down again, in a loop.',
        fix="give four attributes: userName and password for this broker, remoteUserName and "
        "remotePassword for the other",
        reference=f"{_AMQ_8413}; {ALL_FOUR}",
    )
)
def refused(network: Network) -> Iterator[Finding]:
    """Looks where a file among those checked holds the accounts of a broker."""
    known = {
        id(broker): accounts
        for broker in network.brokers
        if broker.element is not None and (accounts := _accounts(broker)) is not None
    }
    if not known:
        return
    for connector in network.connectors:
        given = connector.attributes
        if connector.broker.target == "amazon-mq":
            continue  # it fills in the password itself
        user, password = given.get("userName"), given.get("password", "")
        local = known.get(id(connector.broker))
        if local is not None and user is not None and _refused(local, user, password):
            message = "this broker refuses userName and password"
            yield _finding(connector, "userName", message, "an account of this broker")
        yield from _refused_remotely(network, connector, known)


def _refused_remotely(
    network: Network, connector: Connector, known: dict[int, Accounts]
) -> Iterator[Finding]:
    given = connector.attributes
    prefix = "remoteUserName" if "remoteUserName" in given else "userName"
    user = given.get(prefix)
    password = given.get("remotePassword" if prefix == "remoteUserName" else "password", "")
    if user is None:
        return
    for remote in network.remotes(connector):
        accounts = known.get(id(remote))
        if accounts is not None and _refused(accounts, user, password):
            message = f"the other broker, {remote.name!r}, refuses {prefix} and its password"
            expected = f"remoteUserName and remotePassword of an account of {remote.name!r}"
            yield _finding(connector, prefix, message, expected)


@RULES.rule(
    Rule(
        "BRK048",
        Severity.ERROR,
        title="local authentication is on and the connector has no userName",
        why="A bridge logs in to its own broker too, which refuses it without a user.",
        fix="add userName and password of an account of this broker",
        reference=ALL_FOUR,
    )
)
def no_local_user(network: Network) -> Iterator[Finding]:
    """A warning with JAAS, where a guest module may let it in."""
    for broker in network.brokers:
        plugins = broker.child("plugins")
        if plugins is None or not broker.connectors:
            continue
        simple = plugins.find("simpleAuthenticationPlugin")
        jaas = plugins.find("jaasAuthenticationPlugin")
        if simple is not None:
            if simple.attributes.get("anonymousAccessAllowed", "false").strip() != "false":
                continue
        elif jaas is None:
            continue
        for connector in broker.connectors:
            if "userName" not in connector.attributes:
                yield _finding(
                    connector,
                    "",
                    "no userName, and this broker asks for one",
                    "userName and password",
                    None if simple is not None else Severity.WARNING,
                )


@RULES.rule(
    Rule(
        "BRK049",
        Severity.WARNING,
        title="one half of a user and password",
        why="remotePassword counts only with remoteUserName, and password only with userName; a "
        "user without a password logs in with none.",
        fix="give both or neither",
        reference=f"{_AMQ_8413}; measured on ActiveMQ 5.17.2",
    )
)
def half_a_pair(network: Network) -> Iterator[Finding]:
    """Amazon MQ is left out: there the password belongs to the service."""
    found = index.of(network)
    for user, password in (("userName", "password"), ("remoteUserName", "remotePassword")):
        for has, lacks in ((user, password), (password, user)):
            consequence = "logs in without a password" if has == user else "is ignored"
            if not any(has in shape and lacks not in shape for shape in found.shapes):
                continue
            for connector in found.having(has):
                if lacks not in connector.attributes and connector.broker.target != "amazon-mq":
                    message = f"{has} without {lacks} {consequence}"
                    yield _finding(connector, has, message, f"{lacks} as well")


@RULES.rule(
    Rule(
        "BRK058",
        Severity.ERROR,
        title="no user for Amazon MQ",
        why="Amazon MQ lets nobody in without a user and password: the bridge is refused, again "
        "and again.",
        fix="add userName of a user of that broker; on premises remoteUserName will do as well",
        reference=f"{_GUIDE}/network-of-brokers.html",
    )
)
def no_amazon_user(network: Network) -> Iterator[Finding]:
    """Cannot be reproduced here; what a broker with authentication does is BRK048's."""
    if not _knows_amazon_mq(network):
        return
    for connector in network.connectors:
        given = connector.attributes
        if "userName" in given or "remoteUserName" in given or connector.uri is None:
            continue
        name = _amazon_host(connector) or next(
            (there.name for there in network.remotes(connector) if there.target == "amazon-mq"), ""
        )
        if name:
            managed = connector.broker.target == "amazon-mq"  # which permits no remoteUserName
            expected = "userName" if managed else "userName or remoteUserName"
            yield _finding(connector, "", f"no userName, and {name} asks for one", expected)


def _knows_amazon_mq(network: Network) -> bool:
    return any(host.endswith(_AMAZON_SUFFIX) for host, _ in index.of(network).addresses) or any(
        broker.target == "amazon-mq" for broker in network.brokers
    )


def _amazon_host(connector: Connector) -> str:
    """The host of Amazon MQ that the connector leads to; empty for none."""
    for part in connector.uri.wrapped() if connector.uri else ():
        if ".mq." in part.host and part.host.endswith(_AMAZON_SUFFIX):
            return part.host
    return ""
