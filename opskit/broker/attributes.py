"""What a `networkConnector` may hold: attributes by type, default and version, and children.

Source: NetworkBridgeConfiguration, NetworkConnector and DiscoveryNetworkConnector of
apache/activemq, the same from 5.16.8 to 6.3.1 but where an entry says otherwise; the XSD of each
tested version agrees (a test compares them).
"""

from dataclasses import dataclass

from opskit.broker.versions import Version


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. `kind` is bool, int, ms, string, uri or reference; `meaning` is a phrase.

