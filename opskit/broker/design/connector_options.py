"""The `options` of a route: further attributes of its connectors, checked by the catalog."""

from difflib import get_close_matches

from opskit.broker import attributes, versions
from opskit.broker.design.topology import BrokerSpec, Route
from opskit.errors import UsageError

#: Attributes that follow from the rest of a route, and what to write instead.
DERIVED = {
    "name": "it follows from the names of the brokers",
    "uri": "it follows from the endpoints",
    "duplex": "write initiator",
    "staticBridge": "write only",
    "userName": "write credentials",
    "password": "write credentials",
    "remoteUserName": "write credentials",
    "remotePassword": "write credentials",
    "networkTTL": "write ttl",
    # A route's lists decide what is listened to.
    "destinationFilter": "write queues and topics",
}
#: What the schema of Amazon MQ's configurations lacks, of what a connector knows.
NOT_ON_AMAZON_MQ = frozenset(
    {"password", "remoteUserName", "remotePassword", "sslContext", "autoStart"}
)
_LEAST = {"prefetchSize": 1}


def has(spec: BrokerSpec, attribute: str) -> bool:
    """Whether the broker knows the attribute; also where its version cannot be read."""
    try:
        version = versions.parse(spec.version)
    except UsageError:
        return True
    return attributes.known(attribute, version)


def trouble(
    spec: BrokerSpec, route: Route, name: str, value: bool | int | str
) -> tuple[str, str] | None:
    """What is wrong with an option, and what to do; None where nothing is."""
    attribute = attributes.ATTRIBUTES.get(name)
    if attribute is None or attribute.internal:
        close = get_close_matches(name[:64], attributes.ATTRIBUTES, n=1)
        hint = f"did you mean {close[0]}?" if close else "see the networkConnector's attributes"
        return f"a network connector has no attribute {name!r} to set", hint
    if name in DERIVED:
        return f"{name} is not set here", DERIVED[name]
    if not attributes.known(name, spec.parsed_version):
        return f"ActiveMQ {spec.version} does not know {name} and would not start", "leave it out"
    if spec.managed and name in NOT_ON_AMAZON_MQ:
        return f"Amazon MQ does not permit {name}", "leave it out"
    if name == "bridgeTempDestinations" and value is True and route.only:
        return "temporary destinations cannot cross where only is true", "write only: false"
    if name in ("consumerTTL", "messageTTL") and route.ttl is not None:
        return f"ttl overrides {name}", "write one of the two"
    return _value_trouble(attribute, name, value)


def _value_trouble(
    attribute: attributes.Attribute, name: str, value: bool | int | str
) -> tuple[str, str] | None:
    wanted = {"bool": (bool, "true or false"), "int": (int, "a whole number")}
    kind, words = wanted.get("int" if attribute.kind == "ms" else attribute.kind, (str, "text"))
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return f"{name} takes {words}", f"the default is {attribute.default}"
    if isinstance(value, str) and not value.isprintable():
        return f"{name} holds a control character", "take it out"
    if name in _LEAST and isinstance(value, int) and value < _LEAST[name]:
        return f"with {name} below {_LEAST[name]} the broker does not start", ""
    return None


def text(value: bool | int | str) -> str:
    """A value as an XML attribute has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
