"""What a `networkConnector` may hold: attributes by type, default and version, and children.

Source: NetworkBridgeConfiguration, NetworkConnector and DiscoveryNetworkConnector of
apache/activemq, the same from 5.16.8 to 6.3.1 but where an entry says otherwise; the XSD of each
tested version agrees (a test compares them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opskit.broker.versions import Version


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. `kind` is bool, int, ms, string, uri or reference; `meaning` is a phrase.

    `default` is None where the broker has none. `since` maps a major version to the minor and
    patch level from which it exists (empty: in every version known here). `later` is another
    default and the version from which it holds. `internal` ones are in the XSD because they have
    a setter, but the broker fills them itself.
    """

    name: str
    kind: str
    default: str | None
    meaning: str
    since: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    later: tuple[int, int, str] | None = None
    internal: bool = False

    def known_to(self, version: Version) -> bool:
        if not self.since:
            return True
        if version.major not in self.since:
            return version.major > max(self.since)
        return version.at_least(version.major, *self.since[version.major])


def _internal(name: str, meaning: str) -> Attribute:
    return Attribute(name, "string", None, meaning, internal=True)


_ALL = (
    Attribute("uri", "uri", None, "where the other broker is: a discovery URI"),
    Attribute("name", "string", "NC", "unique in a broker; part of a durable subscription"),
    Attribute("duplex", "bool", "false", "a reverse bridge on the same socket"),
    Attribute("userName", "string", None, "local user, and remote unless remoteUserName is given"),
    Attribute("password", "string", None, "password that goes with userName"),
    Attribute("remoteUserName", "string", None, "remote user only", since={5: (16, 4), 6: (0, 0)}),
    Attribute(
        "remotePassword",
        "string",
        None,
        "password that goes with remoteUserName",
        since={5: (16, 4), 6: (0, 0)},
    ),
    Attribute("networkTTL", "int", "1", "hops; sets consumerTTL and messageTTL, whatever they say"),
    Attribute("consumerTTL", "int", "1", "hops that a subscription travels"),
    Attribute("messageTTL", "int", "1", "hops that a message travels; -1 is no limit"),
    Attribute("dynamicOnly", "bool", "false", "durable subscriptions only when reactivated"),
    Attribute("staticBridge", "bool", "false", "no advisory subscription: static includes only"),
    Attribute("conduitSubscriptions", "bool", "true", "merge the consumers of the other broker"),
    Attribute(
        "conduitNetworkQueueSubscriptions", "bool", "false", "the same for other bridges' queues"
    ),
    Attribute(
        "decreaseNetworkConsumerPriority",
        "bool",
        "false",
        "a lower priority for each hop",
        later=(5, 18, "true"),
    ),
    Attribute("consumerPriorityBase", "int", "-5", "the priority to start from"),
    Attribute("prefetchSize", "int", "1000", "messages in flight to the other broker"),
    Attribute("advisoryPrefetchSize", "int", "0", "the same for advisories; 0 is prefetchSize"),
    Attribute("advisoryAckPercentage", "int", "75", "share of the prefetch that is acked at once"),
    Attribute("suppressDuplicateQueueSubscriptions", "bool", "false", "for networks with a cycle"),
    Attribute("suppressDuplicateTopicSubscriptions", "bool", "true", "for networks with a cycle"),
    Attribute("bridgeTempDestinations", "bool", "true", "temporary queues for request and reply"),
    Attribute("alwaysSyncSend", "bool", "true", "acknowledge non-persistent messages too"),
    Attribute("dispatchAsync", "bool", "true", "dispatch to the bridge in a thread of its own"),
    Attribute("syncDurableSubs", "bool", "false", "exchange durable subscriptions at the start"),
    Attribute("useVirtualDestSubs", "bool", "false", "demand from virtual destinations"),
    Attribute("checkDuplicateMessagesOnDuplex", "bool", "false", "on the reverse bridge"),
    Attribute("advisoryForFailedForward", "bool", "false", "an advisory for what cannot cross"),
    Attribute("useCompression", "bool", "false", "compress the bodies of messages"),
    Attribute("destinationFilter", "string", None, "which consumer advisories to listen to"),
    Attribute("clientIdToken", "string", "_", "what joins the parts of a bridge's client id"),
    Attribute("gcDestinationViews", "bool", "true", "drop the JMX beans of unused destinations"),
    Attribute("gcSweepTime", "ms", "60000", "how often that is looked at"),
    # The broker's own spelling; `useBrokerNamesAsIdSeed` stops its start.
    Attribute("useBrokerNameAsIdSees", "bool", "true", "ids of bridges hold the broker's name"),
    Attribute("autoStart", "bool", "true", "start with the broker", since={5: (19, 0), 6: (2, 0)}),
    Attribute("sslContext", "reference", None, "a trust store of its own"),
    _internal("brokerName", "the broker's name, which the broker fills in"),
    _internal("brokerURL", "the broker's address"),
    _internal("localUri", "how the bridge reaches its own broker"),
    _internal("objectName", "the JMX name"),
    _internal("brokerService", "the broker itself"),
    _internal("discoveryAgent", "made from uri"),
    _internal("discoveryURI", "another way to say uri"),
    _internal("connectionFilter", "a Java object"),
    _internal("bridgeFactory", "a Java object"),
    # Spring's name of the bean, on any element.
    _internal("id", "the bean's name in the file"),
)

#: Every attribute of any version, by name.
ATTRIBUTES = {attribute.name: attribute for attribute in _ALL}

EXCLUDED = "excludedDestinations"
DYNAMIC = "dynamicallyIncludedDestinations"
STATIC = "staticallyIncludedDestinations"
DURABLE = "durableDestinations"

#: The children that hold destinations, in alphabetical order.
LISTS = (DURABLE, DYNAMIC, EXCLUDED, STATIC)


def known(name: str, version: Version) -> bool:
    """Whether a broker of that version starts with this attribute on a connector."""
    attribute = ATTRIBUTES.get(name)
    return attribute is not None and attribute.known_to(version)


def default(name: str, version: Version) -> str | None:
    """What the broker takes where the attribute is not given; None where it has no default."""
    attribute = ATTRIBUTES.get(name)
    if attribute is None:
        return None
    if attribute.later and version.at_least(*attribute.later[:2]):
        return attribute.later[2]
    return attribute.default
