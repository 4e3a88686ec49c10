"""Bridges against the connection's direction, kept to that one direction.

A duplex connector makes a bridge at both ends, and the far end gets the lists of the near one:
with plain static includes, what the near broker itself has in those queues leaves for the other
broker too, and stays there (measured on 5.17.2, 5.18.3, 5.19.1 and 6.1.7).

The lists travel as text, with commas between destinations. One static include that holds a comma
therefore is different things to the two ends: to the near one a composite destination under a
name of its own, which the lists do not permit, so that it subscribes to nothing; to the far one
the destinations that it is made of. What arrives at the near end is matched part by part, and is
let in. The dynamic includes hold the same destinations, for an empty list would permit anything.

Source: `DemandForwardingBridgeSupport.setupStaticDestinations` and `startRemoteBridge`,
`StringToListOfActiveMQDestinationConverter`, `CompositeDestinationFilter` of apache/activemq; the
same up to 6.3.1.
"""

from collections.abc import Sequence

from opskit.broker import bridge, destinations
from opskit.broker.destinations import Destination
from opskit.broker.model import Connector


def composite(kind: str, names: Sequence[str]) -> Destination:
    """The one static include for these queues or topics (`kind`).

    Each part names its type, which the text would lose; the comma behind a single one makes it a
    composite, and is gone when the text is split.
    """
    parts = [f"{kind}://{name}" for name in names]
    return Destination(kind, ",".join(parts) + ("," if len(parts) == 1 else ""))


def leaking(kind: str, names: Sequence[str]) -> set[int]:
    """Which of the names would permit the composite's own name, and so both directions.

    Patterns that begin with a wildcard can do that.
    """
    patterns = destinations.Patterns(Destination(kind, name) for name in names)
    return patterns.covering_any([composite(kind, names)])


def has_form(connector: Connector) -> bool:
    """Whether a connector has this form, one composite with the same destinations as its list."""
    if len(connector.static) != 1 or not connector.static[0].destination.composite:
        return False
    if not connector.static_only or not connector.flag("duplex"):
        return False
    listed = {part for entry in connector.dynamic for part in destinations.split(entry.destination)}
    return listed == set(destinations.split(connector.static[0].destination))


def ways(connector: Connector) -> tuple[bool, bool]:
    """Whether messages can go from the broker that has the connector, and whether to it.

    The two ends of a duplex connector differ where a composite static include is one name to the
    near one and several to the far one. One that forwards nothing
    either way counts as what it was written for: the rules say what is wrong with it.
    """
    if "duplex" not in connector.attributes or not connector.flag("duplex"):
        return True, False
    if connector.static_only and any("," in entry.name for entry in connector.static):
        if _is_as_written(connector):
            return False, True
        there, back = map(_subscribes, (bridge.near(connector), bridge.far(connector)))
        if there or back:
            return there, back
    return True, True


def _subscribes(end: bridge.End) -> bool:
    """Whether an end makes a subscription for any of its static includes."""
    return any(end.permit(listed.destination).allowed is not False for listed in end.static)


def _is_as_written(connector: Connector) -> bool:
    """Whether its lists are what the generator writes for plain names, which go one way.

    Told at a glance, for networks of many: of any other list it says nothing.
    """
    if len(connector.static) != 1 or connector.excluded:
        return False
    kind, text = connector.static[0].kind, connector.static[0].name
    if kind not in ("queue", "topic") or "?" in text or "{" in text:
        return False
    names = [entry.name for entry in connector.dynamic if entry.kind == kind]
    if not names or len(names) < len(connector.dynamic) or not all(map(str.strip, names)):
        return False
    leading = any(name.startswith(("*", ">")) for name in names)  # may permit the composite
    return not leading and text == composite(kind, names).name
