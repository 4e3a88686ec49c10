"""What the connectors of a network have in common, gathered once for all rules.

Most of 5,000 connectors share their attribute names, values, schemes and options. A rule that
looks at each distinct one, and at its connectors only where it is wrong, costs next to nothing.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from weakref import WeakKeyDictionary

from opskit.broker.model import Connector, Network
from opskit.broker.uris import Uri


class Index:
    """What the connectors have, each distinct thing once; built as it is asked for.

    `names` and `uris` are the texts of those attributes, `given` the names of all attributes, and
    `shapes` those that some connector has together.
    `agents` are the outer schemes of the URIs and `options` their options, each with its scheme.
    `parts` are the URIs directly inside each connector's own; `wrapped` are those of them that
    hold further URIs, and `with_options` those with options; `schemes` and `addresses` (host and
    port) are what stands in any of them.
    """

    def __init__(self, network: Network) -> None:
        self._connectors = network.connectors
        self._values: dict[str, set[str]] = {}
        self.shapes = {tuple(connector.attributes) for connector in self._connectors}
        self.given = {name for shape in self.shapes for name in shape}
        # Equal texts share one Uri.
        distinct = {id(connector.uri): connector.uri for connector in self._connectors}
        self._uris = [uri for uri in distinct.values() if uri is not None]
        self._parts = [part for uri in self._uris for part in uri.parts]
        self.agents = {uri.scheme for uri in self._uris}
        self.options = {(uri.scheme, uri.options) for uri in self._uris}
        self.schemes = {part.scheme for part in self._parts}
        self.addresses = {(part.host, part.port) for part in self._parts}

    @cached_property
    def text(self) -> str:
        """The distinct URIs that can be read, one a line."""
        return "\n".join(uri.text for uri in self._uris)

    @cached_property
    def uris(self) -> list[str]:
        return [connector.attributes.get("uri", "") for connector in self._connectors]

    @cached_property
    def names(self) -> list[str]:
        return [connector.attributes.get("name", "") for connector in self._connectors]

    @cached_property
    def parts(self) -> list[tuple[Connector, Uri]]:
        return self._where(lambda part: True)

    @cached_property
    def wrapped(self) -> list[tuple[Connector, Uri]]:
        return self._where(lambda part: bool(part.parts))

    @cached_property
    def with_options(self) -> list[tuple[Connector, Uri]]:
        return self._where(lambda part: bool(part.query))

    def _where(self, wanted: Callable[[Uri], bool]) -> list[tuple[Connector, Uri]]:
        """The parts that are wanted, with their connectors; in a clean network there are few."""
        if not any(wanted(part) for part in self._parts):
            return []
        return [
            (connector, part)
            for connector in self._connectors
            if connector.uri is not None
            for part in connector.uri.parts
            if wanted(part)
        ]

    def values(self, attribute: str) -> set[str]:
        """The distinct values of an attribute."""
        found = self._values.get(attribute)
        if found is None:
            found = set()
            if attribute in self.given:
                every = {c.attributes.get(attribute) for c in self._connectors}
                found = {value for value in every if value is not None}
            self._values[attribute] = found
        return found

    def having(self, attribute: str, value: str | None = None) -> Iterator[Connector]:
        """The connectors that give an attribute, or give it that value."""
        for connector in self._connectors if attribute in self.given else ():
            given = connector.attributes.get(attribute)
            if given is not None and (value is None or given == value):
                yield connector


_INDEXES: WeakKeyDictionary[Network, Index] = WeakKeyDictionary()


def of(network: Network) -> Index:
    """The index of a network, built the first time."""
    found = _INDEXES.get(network)
    if found is None:
        found = _INDEXES[network] = Index(network)
    return found
