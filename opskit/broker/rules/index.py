"""What the connectors of a network have in common, gathered once for all rules.

Most of 5,000 connectors share their attribute names, values, schemes and options. A rule that
looks at each distinct one, and at its connectors only where it is wrong, costs next to nothing.
"""

from collections import defaultdict
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from opskit.broker.model import Connector, Network
from opskit.broker.uris import Uri

_NONE: tuple[tuple[str, str], ...] = ()


class Index:
    """Connectors by what they have.

    `attributes` maps a name to its values and each value to its connectors, but for `uri` and
    `name`, which hardly two share: `uris` and `names` are theirs. `parts` are the URIs directly
    inside each connector's own; `wrapped` are those of them that hold further URIs, and
    `with_options` those with options. The rest are the distinct values found there: `agents` the
    outer schemes, `options` the outer options with the outer scheme, and of the parts `schemes`
    and `addresses` (host and port).
    """

    def __init__(self, network: Network) -> None:
        self.uris: list[str] = []
        self.names: list[str] = []
        self.attributes: dict[str, dict[str, list[Connector]]] = {}
        self.agents: set[str] = set()
        self.options: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
        self.parts: list[tuple[Connector, Uri]] = []
        self._read_attributes(network)
        self._take_apart(network)
        self.schemes = {part.scheme for _, part in self.parts}
        self.addresses = {(part.host, part.port) for _, part in self.parts}
        self.wrapped = [pair for pair in self.parts if pair[1].parts]
        self.with_options = [pair for pair in self.parts if pair[1].options]

    def _read_attributes(self, network: Network) -> None:
        alone = {"uri": self.uris, "name": self.names}
        found: dict[str, dict[str, list[Connector]]] = defaultdict(lambda: defaultdict(list))
        for connector in network.connectors:
            for name, value in connector.attributes.items():
                if name in alone:
                    alone[name].append(value)
                else:
                    found[name][value].append(connector)
        self.attributes.update(found)

    def _take_apart(self, network: Network) -> None:
        add_agent, add_part = self.agents.add, self.parts.append
        scheme, options = "", _NONE  # those of the connector before: most often the same again
        for connector in network.connectors:
            uri = connector.uri
            if uri is None:
                continue
            if uri.options != options or uri.scheme != scheme:
                scheme, options = uri.scheme, uri.options
                add_agent(scheme)
                self.options.add((scheme, options))
            for part in uri.parts:
                add_part((connector, part))

    def values(self, attribute: str) -> dict[str, list[Connector]]:
        """The distinct values of an attribute, each with its connectors."""
        return self.attributes.get(attribute, {})

    def having(self, attribute: str) -> Iterator[Connector]:
        """The connectors that give an attribute."""
        for connectors in self.values(attribute).values():
            yield from connectors


_INDEXES: WeakKeyDictionary[Network, Index] = WeakKeyDictionary()


def of(network: Network) -> Index:
    """The index of a network, built the first time."""
    found = _INDEXES.get(network)
    if found is None:
        found = _INDEXES[network] = Index(network)
    return found
