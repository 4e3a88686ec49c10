"""Rules on a connector's attributes: names, values, and what they say against each other."""

import re
from collections.abc import Iterator
from functools import lru_cache

from opskit.broker import attributes, uris
from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.broker.versions import Version
from opskit.findings import Finding, Rule, Severity
from opskit.redact import masked_value
from opskit.suggestions import Suggestions

_NETWORKS = "https://activemq.apache.org/components/classic/documentation/networks-of-brokers"
# These take an object: a string stops the start, a reference to a bean does not.
_OBJECTS = frozenset({"brokerService", "discoveryAgent", "connectionFilter", "bridgeFactory"})
_SPELT_OTHERWISE = dict.fromkeys(
    ("usebrokernamesasidseed", "usebrokernameasidseed"), "useBrokerNameAsIdSees"
)
_BY_LOWER_CASE = {name.lower(): name for name in attributes.ATTRIBUTES} | _SPELT_OTHERWISE


def _finding(connector: Connector, attribute: str, message: str, expected: str = "") -> Finding:
    return Finding(
        message=f"{connector.label}: {message}",
        object=connector.label,
        location=connector.location(attribute),
        observed=masked_value(attribute, connector.attributes.get(attribute, "")),
        expected=expected,
    )


@lru_cache(maxsize=64)
def _plain(version: Version) -> frozenset[str]:
    """The attributes that a file may set without a second look."""
    return frozenset(
        name
        for name, attribute in attributes.ATTRIBUTES.items()
        if attribute.known_to(version) and (not attribute.internal or name == "id")
    )


@RULES.rule(
    Rule(
        "BRK002",
        Severity.ERROR,
        title="an attribute that the broker does not know",
        why="The file is checked against the schema of the broker's version: an unknown "
        "attribute, also one in the wrong case, stops the start.",
        fix="mend the name, or take the attribute out",
        reference=f"activemq.xsd, networkConnector; {ALL_FOUR}",
        fixable=True,
    )
)
def unknown_attribute(network: Network) -> Iterator[Finding]:
    """Attributes of another namespace (`x:foo`, `xml:base`) are no business of the schema's."""
    names = index.of(network).given
    for broker in network.brokers:
        plain = _plain(broker.version)
        if plain.issuperset(names):
            continue
        suggest = Suggestions(plain)
        for connector in broker.connectors:
            if plain.issuperset(connector.attributes):
                continue
            for name in connector.attributes:
                if name not in plain and " " not in name:
                    yield from _unknown(connector, name, suggest)


def _unknown(connector: Connector, name: str, suggest: Suggestions) -> Iterator[Finding]:
    version = connector.broker.version
    attribute = attributes.ATTRIBUTES.get(name)
    if attribute is None:
        close = _BY_LOWER_CASE.get(name.lower()) or suggest(name)
        meant = f"; did you mean {close}?" if close else ""
        yield _finding(connector, name, f"no attribute is called {name!r}{meant}", close)
    elif not attribute.internal:
        yield _finding(connector, name, f"ActiveMQ {version} does not know {name!r} yet")
    elif name in _OBJECTS:
        if not connector.attributes[name].startswith("#"):
            yield _finding(connector, name, f"{name!r} takes an object, not text", f"no {name}")
    else:
        yield Finding(
            message=f"{connector.label}: {name!r} is the broker's own, and is overwritten",
            object=connector.label,
            location=connector.location(name),
            observed=masked_value(name, connector.attributes[name]),
            expected="uri" if name == "discoveryURI" else f"no {name}",
            severity=Severity.WARNING,  # the broker starts (measured)
        )


_SEPARATORS = re.compile(r"[,;\s]")


@RULES.rule(
    Rule(
        "BRK006",
        Severity.ERROR,
        title="a connector name used twice",
        why="A name is also the bean's name: the broker does not start (\"Bean name is already "
        'used"). Connectors without a name are all called NC, which JMX refuses at the start.',
        fix="give each connector a name of its own, which no transportConnector has either",
        reference=f"{_NETWORKS}; {ALL_FOUR}",
    )
)
def name_twice(network: Network) -> Iterator[Finding]:
    """Measured besides: Spring splits a name at commas and spaces; case matters.

    With useJmx="false" two unnamed connectors start, and only one towards the same broker works.
    """
    every = index.of(network).names
    split = bool(_SEPARATORS.search("".join(every)))
    # Where no two connectors of the whole network share a name, a file is left alone sooner.
    unique = not split and len(set(every)) == len(every) and "" not in every
    for broker in network.brokers:
        names = [connector.attributes.get("name", "NC") for connector in broker.connectors]
        if not names:
            continue
        others = _other_names(broker)
        if unique and others.keys().isdisjoint(names):
            continue
        if split or len({*names, *others}) != len(names) + len(others):
            yield from _twice(broker, others)


def _other_names(broker: Broker) -> dict[str, str]:
    """The bean names that others have: transportConnectors, and connectors of a replaced block."""
    blocks = broker.element.children if broker.element else []
    last = broker.connectors[0].element.parent
    return {
        child.attributes["name"]: f"a {child.name}"
        for block in blocks
        if block.name == "transportConnectors"
        or (block.name == "networkConnectors" and block is not last)
        for child in block.children
        if "name" in child.attributes
    }


def _twice(broker: Broker, others: dict[str, str]) -> Iterator[Finding]:
    used = dict(others)
    for connector in broker.connectors:
        named = "name" in connector.attributes
        if uris.has_placeholder(connector.name):
            continue
        for name in [part for part in _SEPARATORS.split(connector.name) if part] or ["NC"]:
            user = used.get(name)
            if user is not None and (named or user != "a transportConnector"):
                yield _used(connector, name, user, named)
                break
            used[name] = f"the connector at {connector.location()}"


def _used(connector: Connector, name: str, user: str, named: bool) -> Finding:
    finding = _finding(
        connector,
        "name" if named else "",
        f"the name {name!r} is used already, by {user}",
        "a name of its own",
    )
    return Finding(
        message=finding.message if named else f"a second connector without a name: both are {name}",
        object=finding.object,
        location=finding.location,
        observed=name,
        expected=finding.expected,
        # Without JMX nothing but the bean's name collides, and these have none.
        severity=None if named or connector.broker.flag("useJmx", True) else Severity.WARNING,
    )


# What the broker's own editor of sizes reads (MemoryIntPropertyEditor).
_SIZE = re.compile(r"\s*(\d+)\s*(b|k|kb|m|mb|g|gb)?\s*", re.ASCII | re.IGNORECASE)
_UNITS = {"": 0, "b": 0, "k": 10, "m": 20, "g": 30}


@RULES.rule(
    Rule(
        "BRK007",
        Severity.ERROR,
        title="prefetchSize below 1",
        why="A bridge does not poll, so that the broker refuses to start without a prefetch.",
        fix="set 1 or more, or leave it at the default of 1000",
        reference=f"NetworkBridgeConfiguration.setPrefetchSize; {ALL_FOUR}",
    )
)
def prefetch_below_one(network: Network) -> Iterator[Finding]:
    for given in sorted(index.of(network).values("prefetchSize")):
        if not _below_one(given):
            continue
        for connector in index.of(network).having("prefetchSize", given):
            message = f"prefetchSize is {given.strip()}"
            yield _finding(connector, "prefetchSize", message, "1 or more")


def _below_one(text: str) -> bool:
    return size(text) == 0 or bool(re.fullmatch(r"\s*-\s*\d+\s*\w{0,2}\s*", text))


def size(text: str) -> int | None:
    """The number that a size stands for; None for what is no size."""
    found = _SIZE.fullmatch(text[:100])
    return int(found[1]) << _UNITS[(found[2] or "")[:1].lower()] if found else None


@RULES.rule(
    Rule(
        "BRK008",
        Severity.ERROR,
        title="networkTTL beside another consumerTTL or messageTTL",
        why="networkTTL sets both, wherever it stands, so that the other attribute has no effect "
        "and messages stop after another number of hops than the file says.",
        fix="keep either networkTTL or the other two",
        reference=f"NetworkBridgeConfiguration.setNetworkTTL; {ALL_FOUR}",
        fixable=True,
    )
)
def ttl_twice(network: Network) -> Iterator[Finding]:
    for name in ("consumerTTL", "messageTTL"):
        for connector in index.of(network).having(name):
            if "networkTTL" not in connector.attributes:
                continue
            own, both = connector.number(name), connector.number("networkTTL")
            if own is not None and both is not None and own != both:
                message = f"networkTTL={both} overrides {name}={own}"
                yield _finding(connector, name, message, str(both))
