"""What came and went in broker files from release to release, network connectors apart.

Source: the classes with an XBean element, and their setters, compared over the release tags of
apache/activemq from 5.16.0 to 6.3.1 (BrokerService, TransportConnector, PolicyEntry). What a
release does not know stops its start. For network connectors see `opskit.broker.attributes`.
"""

from collections.abc import Sequence

from opskit.broker.versions import Version

First = tuple[int, int, int]

#: Elements, and the line from which they are gone.
GONE = {
    "levelDB": (5, 17),
    "replicatedLevelDB": (5, 17),
    "camelEndpointLoader": (5, 17),
    "camelRoutesBrokerPlugin": (5, 17),
    "journalPersistenceAdapter": (6, 0),
    "journalPersistenceAdapterFactory": (6, 0),
    "journaledJDBC": (6, 0),
    "partitionBrokerPlugin": (6, 0),
    "axionJDBCAdapter": (6, 2),
    "streamJDBCAdapter": (6, 2),
}

#: What to use in place of an element that is gone.
INSTEAD = {
    "levelDB": "kahaDB",
    "replicatedLevelDB": "kahaDB on storage that the brokers share",
    "camelEndpointLoader": "Camel outside the broker",
    "camelRoutesBrokerPlugin": "Camel outside the broker",
    "journalPersistenceAdapter": "kahaDB or jdbcPersistenceAdapter",
    "journalPersistenceAdapterFactory": "kahaDB or jdbcPersistenceAdapter",
    "journaledJDBC": "jdbcPersistenceAdapter",
}

#: Packages of classes for Spring's beans that came with the distribution, and the line from which
#: they are gone (the assembly of the tags; the first was in conf/activemq.xml to 5.16).
GONE_CLASSES = {"io.fabric8.insight.": (5, 17), "org.fusesource.insight.": (5, 11)}

#: Elements that came, and the first release of each line, or of its major version, with them.
NEW_ELEMENTS: dict[str, Sequence[First]] = {
    "chainMessageInterceptorStrategy": ((5, 18, 5), (5, 19, 0), (6, 2, 0)),
    "headerMessageInterceptorStrategy": ((5, 18, 5), (5, 19, 0), (6, 2, 0)),
    "h2JDBCAdapter": ((6, 3, 0),),
}

#: The same for attributes, by element.
NEW_ATTRIBUTES: dict[str, dict[str, Sequence[First]]] = {
    "broker": {
        "maxUncommittedCount": ((5, 17, 7), (5, 18, 4), (5, 19, 0), (6, 1, 0)),
        "maxInflatedDataSize": ((5, 19, 8), (6, 2, 7)),
        "virtualThreadTaskRunner": ((6, 2, 0),),
    },
    "transportConnector": {"autoStart": ((5, 19, 0), (6, 2, 0))},
    "policyEntry": {
        "advisoryForDispatched": ((5, 18, 0), (6, 0, 0)),
        "messageInterceptorStrategy": ((5, 18, 5), (5, 19, 0), (6, 2, 0)),
        "advancedNetworkStatisticsEnabled": ((5, 18, 6), (5, 19, 0), (6, 2, 0)),
        "advancedMessageStatisticsEnabled": ((5, 19, 0), (6, 2, 0)),
        "allowTempDestinationStealing": ((5, 19, 8), (6, 2, 7)),
    },
}

#: The Java that a line needs, from that line on.
JAVA = (((5, 15), 8), ((5, 17), 11), ((6, 0), 17))

#: The same for the Jetty that comes with the web console.
JETTY = (((6, 0), 11), ((6, 3), 12))


def knows_element(name: str, version: Version) -> bool:
    """Whether a broker of that version has the element; what is not listed it has."""
    gone = GONE.get(name)
    if gone is not None:
        return version.line < gone
    return name not in NEW_ELEMENTS or _has(NEW_ELEMENTS[name], version)


def knows_attribute(element: str, name: str, version: Version) -> bool:
    """The same for an attribute of an element."""
    firsts = NEW_ATTRIBUTES.get(element, {}).get(name)
    return firsts is None or _has(firsts, version)


def java(version: Version) -> int:
    """The least Java that a broker of that version runs on."""
    return _from_line(JAVA, version, 8)


def jetty(version: Version) -> int:
    """The major version of the web console's Jetty."""
    return _from_line(JETTY, version, 9)


def _from_line(table: Sequence[tuple[tuple[int, int], int]], version: Version, first: int) -> int:
    return next((value for line, value in reversed(table) if version.line >= line), first)


def _has(firsts: Sequence[First], version: Version) -> bool:
    """The version's own line decides, where it is listed, else an earlier one of its major; of a
    major that is not listed, an earlier major.
    """
    own = [first for first in firsts if first[0] == version.major]
    for major, minor, patch in own:
        if (major, minor) == version.line:
            return version.at_least(major, minor, patch)
    return any(first[:2] < version.line for first in own or firsts)
