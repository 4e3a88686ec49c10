"""The properties of EMR's classifications, however deep they stand, with their places."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from opskit.emrfs.model import Design
from opskit.findings import Location


class Property(NamedTuple):
    """A property, and the classification it stands in: `hue-ini.desktop.ldap`."""

    classification: str
    name: str
    value: str
    location: Location | None


def properties(design: Design) -> Iterator[Property]:
    """All of a design's cluster, in order."""
    if design.cluster is not None:
        yield from _within(design, design.cluster.configurations, (), "")


def _within(
    design: Design, listed: object, path: tuple[str | int, ...], above: str
) -> Iterator[Property]:
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return
    for index, each in enumerate(listed):
        if not isinstance(each, Mapping):
            continue
        name = f"{above}.{each.get('Classification', '')}".strip(".")
        found = each.get("Properties")
        for key, value in found.items() if isinstance(found, Mapping) else ():
            at = _place(design, (*path, index, "Properties", key))
            yield Property(name, str(key), _text(value), at)
        yield from _within(
            design, each.get("Configurations"), (*path, index, "Configurations"), name
        )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _place(design: Design, path: tuple[str | int, ...]) -> Location:
    """The property's own place, or else that of the configurations as a whole."""
    cluster = design.cluster
    assert cluster is not None
    found = cluster.locate(("configurations", *path)) if cluster.locate is not None else None
    places = cluster.locations
    other = places.get(str(path[-1])) or places.get("configurations") or places.get("")
    return found or other or Location(design.source)
