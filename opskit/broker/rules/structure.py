"""Rules on the frame of a broker file: what `<broker>` may hold, and how the file begins.

Quiet for Amazon MQ, which takes out what it does not know (BRK028), and on what belongs to another
namespace.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from opskit.broker.change.placement import HOLDER
from opskit.broker.model import Broker, Network
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.broker.versions import Version
from opskit.findings import Finding, Rule, Severity
from opskit.xmltree import Element

_CORE = "http://activemq.apache.org/schema/core"
_SCHEMAS = "http://www.w3.org/2001/XMLSchema-instance schemaLocation"

#: What may stand in `<broker>` and in `<networkConnectors>`, and the attributes of `<broker>`.
#: Source: activemq.xsd; the same in all versions of the rig but for `SINCE`.
CHILDREN = frozenset(
    str.split("""
    adminView brokerContext brokerObjectName consumerSystemUsage dataDirectoryFile
    destinationFactory destinationInterceptors destinationPolicy destinations ioExceptionHandler
    jmsBridgeConnectors jobSchedulerStore managementContext messageAuthorizationPolicy
    networkConnectorURIs networkConnectors persistenceAdapter persistenceFactory
    persistenceTaskRunnerFactory plugins producerSystemUsage proxyConnectors regionBroker
    schedulerDirectoryFile services shutdownHooks sslContext startException systemUsage
    taskRunnerFactory tempDataStore tmpDataDirectory transportConnectorURIs transportConnectors
    vmConnectorURI
    """)
)
CONNECTORS = frozenset({"ldapNetworkConnector", "multicastNetworkConnector", "networkConnector"})
ATTRIBUTES = frozenset(
    str.split("""
    adjustUsageLimits adminView advisorySupport allowTempAutoCreationOnSend
    anonymousProducerAdvisorySupport brokerContext brokerId brokerName brokerObjectName
    cacheTempDestinations consumerSystemUsage consumerSystemUsagePortion dataDirectory
    dataDirectoryFile dedicatedTaskRunner deleteAllMessagesOnStartup destinationFactory
    destinationPolicy diskUsageCheckRegrowThreshold enableMessageExpirationOnActiveDurableSubs
    enableStatistics id ioExceptionHandler jobSchedulerStore keepDurableSubsActive
    managementContext maxInflatedDataSize maxPurgedDestinationsPerSweep maxSchedulerRepeatAllowed
    maxUncommittedCount mbeanInvocationTimeout messageAuthorizationPolicy monitorConnectionSplits
    networkConnectorStartAsync offlineDurableSubscriberTaskSchedule
    offlineDurableSubscriberTimeout passiveSlave persistenceAdapter persistenceFactory
    persistenceTaskRunnerFactory persistenceThreadPriority persistent populateJMSXUserID
    populateUserNameInMBeans producerSystemUsage producerSystemUsagePortion regionBroker
    rejectDurableConsumers restartAllowed rollbackOnlyOnAsyncException
    schedulePeriodForDestinationPurge schedulePeriodForDiskUsageCheck schedulerDirectory
    schedulerDirectoryFile schedulerSupport shutdownOnMasterFailure shutdownOnSlaveFailure
    splitSystemUsageForProducersConsumers sslContext start startAsync startException
    storeOpenWireVersion systemExitOnShutdown systemExitOnShutdownExitCode systemUsage
    taskRunnerFactory taskRunnerPriority tempDataStore timeBeforePurgeTempDestinations
    tmpDataDirectory useAuthenticatedPrincipalForJMSXUserID useJmx useLocalHostBrokerName
    useLoggingForShutdownErrors useMirroredQueues useShutdownHook useTempMirroredQueues
    useVirtualDestSubs useVirtualDestSubsOnCreation useVirtualTopics virtualThreadTaskRunner
    vmConnectorURI waitForSlave waitForSlaveTimeout
    """)
)
#: Attributes that came with a patch: lines and the patch level in each, oldest first; the lines
#: after the last have them too. Source: the setters of BrokerService in each release's tag.
SINCE = {
    "maxSchedulerRepeatAllowed": {(5, 16): 0},
    "enableMessageExpirationOnActiveDurableSubs": {(5, 16): 1},
    "maxUncommittedCount": {(5, 17): 7, (5, 18): 4, (5, 19): 0, (6, 1): 0},
    "maxInflatedDataSize": {(5, 19): 8, (6, 2): 7},
    "virtualThreadTaskRunner": {(6, 2): 0},
}
_BELONGS = {
    "networkConnector": HOLDER,
    "transportConnector": "transportConnectors",
    "kahaDB": "persistenceAdapter",
}


def _judged(network: Network) -> Iterator[tuple[Broker, Element]]:
    """The brokers whose whole element is there, and which a schema decides about."""
    for broker in network.brokers:
        if broker.element is not None and broker.target != "amazon-mq" and broker.origin is None:
            yield broker, broker.element


def _strangers(broker: Broker, holder: Element, known: frozenset[str]) -> Iterator[Finding]:
    """A finding for each child of a holder that its schema does not know."""
    for child in holder.children:
        if child.name in known or _namespace(broker, child) not in ("", _CORE):
            continue
        owner = _BELONGS.get(child.name, "")
        close = "" if owner else next(iter(get_close_matches(child.name, known, n=1)), "")
        meant = f"; it belongs inside <{owner}>" if owner else ""
        yield Finding(
            message=f"<{holder.name}> holds no <{child.name}>{meant}"
            + (f"; did you mean {close}?" if close else ""),
            object=f"broker {broker.name!r}",
            location=broker.location(child),
            observed=f"<{child.name}>",
            expected=f"<{owner}>" if owner else close,
        )


@RULES.rule(
    Rule(
        "BRK060",
        Severity.ERROR,
        title="an element that a broker does not have",
        why="The file is checked against the broker's schema, and the broker does not start.",
        fix="mend the element's name, or move it to where it belongs",
        reference=f"activemq.xsd, broker; {ALL_FOUR}",
    )
)
def unknown_element(network: Network) -> Iterator[Finding]:
    for broker, element in _judged(network):
        yield from _strangers(broker, element, CHILDREN)


@RULES.rule(
    Rule(
        "BRK061",
        Severity.ERROR,
        title="no network connector, but among them",
        why="The file is checked against the broker's schema, and the broker does not start.",
        fix="mend the element's name, or move it to where it belongs",
        reference=f"activemq.xsd, networkConnectors; {ALL_FOUR}",
    )
)
def no_connector(network: Network) -> Iterator[Finding]:
    """In a bare fragment too, where it holds a connector besides."""
    for broker in network.brokers:
        if broker.target != "amazon-mq" and broker.origin is None:
            for holder in _holders(broker):
                yield from _strangers(broker, holder, CONNECTORS)


def _holders(broker: Broker) -> Iterable[Element]:
    if broker.element is not None:
        return [child for child in broker.element.children if child.name == HOLDER]
    parent = broker.connectors[0].element.parent if broker.connectors else None
    return [parent] if parent and parent.name == HOLDER else []


@RULES.rule(
    Rule(
        "BRK062",
        Severity.ERROR,
        title="an attribute that a broker does not have",
        why="The file is checked against the schema of the broker's version: an unknown "
        "attribute, also one in the wrong case, stops the start.",
        fix="mend the name, or take the attribute out",
        reference=f"activemq.xsd, broker; {ALL_FOUR}",
    )
)
def unknown_attribute(network: Network) -> Iterator[Finding]:
    """Attributes of another namespace (their names hold a space here) are left alone."""
    for broker, element in _judged(network):
        known = _known(broker.version)
        for name in element.attributes:
            if name in known or " " in name:
                continue
            close = next(iter(get_close_matches(name, known, n=1)), "")
            message = f"<broker> has no attribute {name!r}"
            if name in ATTRIBUTES:
                message, close = f"ActiveMQ {broker.version} does not know {name!r} yet", ""
            yield Finding(
                message=f"{message}; did you mean {close}?" if close else message,
                object=f"broker {broker.name!r}",
                location=broker.location(attribute=name),
                observed=name,
                expected=close,
            )


@lru_cache(maxsize=64)
def _known(version: Version) -> frozenset[str]:
    return ATTRIBUTES - {name for name, lines in SINCE.items() if not _since(version, lines)}


def _since(version: Version, lines: dict[tuple[int, int], int]) -> bool:
    if version.line in lines:
        return version.at_least(*version.line, lines[version.line])
    major = max(line[0] for line in lines)
    older = [line for line in lines if line < version.line]
    return version.major > major or any(line[0] == version.major for line in older)


@RULES.rule(
    Rule(
        "BRK063",
        Severity.ERROR,
        title="no place of the broker's schema",
        why='Without it the broker does not start: "Cannot find the declaration of element".',
        fix=f'add xsi:schemaLocation="{_CORE} {_CORE}/activemq-core.xsd" to the root, with '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"; check a configuration of Amazon '
        "MQ, which needs none, with --target amazon-mq",
        reference=f"Spring's schema validation; {ALL_FOUR}",
    )
)
def no_schema(network: Network) -> Iterator[Finding]:
    """A `<broker>` without any namespace counts as an excerpt."""
    for broker, element in _judged(network):
        if not _names_schema(element) and _namespace(broker, element) == _CORE:
            yield Finding(
                message=f"no xsi:schemaLocation says where the schema of {_CORE} is",
                object=f"broker {broker.name!r}",
                location=broker.location(broker.document.root),
                expected=f"xsi:schemaLocation with {_CORE}",
            )


def _names_schema(element: Element) -> bool:
    """Whether the element, or one around it, says where the broker's schema is."""
    at: Element | None = element
    while at is not None:
        if _CORE in at.attributes.get(_SCHEMAS, "").split()[::2]:
            return True
        at = at.parent
    return False


def _namespace(broker: Broker, element: Element) -> str:
    """The namespace of an element, looked up where its tag's prefix is declared; "" for none."""
    document = broker.document
    tag = document.data[slice(*document.tag(element))].decode()
    prefix, colon, _ = tag[1:].split(None, 1)[0].rstrip("/>").rpartition(":")
    name = f"xmlns{colon}{prefix}"
    at: Element | None = element
    while at is not None and at.name:
        span = document.attribute_spans(at).get(name)
        if span is not None:
            return document.data[slice(*span)].decode().partition("=")[2].strip().strip("\"'")
        at = at.parent
    return ""
