"""The catalog of attributes against the schema inside each version's own jar."""

from xml.etree import ElementTree

import pytest

from opskit.broker import attributes, versions
from opskit.broker.destinations import KINDS
from tests.rig import distributions

pytestmark = pytest.mark.brokers

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
TYPES = {"xs:boolean": "bool", "xs:integer": "int", "xs:long": "ms", "xs:string": "string"}
# Text in the schema, so that a size with a unit passes; URIs and references are text as well.
MORE_EXACT = {"prefetchSize": "int", "uri": "uri", "sslContext": "reference"}


@pytest.fixture(scope="module", params=distributions.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    distributions.require(request.param)
    chosen: str = request.param
    return chosen


def element(version: str, name: str) -> ElementTree.Element:
    """The declaration of one top-level element."""
    schema = ElementTree.fromstring(distributions.xsd(version))
    (found,) = (node for node in schema.findall(f"{SCHEMA}element") if node.get("name") == name)
    return found


def declared(version: str) -> dict[str, str]:
    """The attributes of networkConnector and their types."""
    nodes = element(version, "networkConnector").iter(f"{SCHEMA}attribute")
    return {str(node.get("name")): str(node.get("type")) for node in nodes}


def test_the_same_attributes_are_known(version: str) -> None:
    parsed = versions.parse(version)
    known = {name for name in attributes.ATTRIBUTES if attributes.known(name, parsed)}
    assert known == set(declared(version))


def test_the_types_agree(version: str) -> None:
    for name, type_name in declared(version).items():
        if name == "id":
            continue
        expected = MORE_EXACT.get(name, TYPES[type_name])
        assert attributes.ATTRIBUTES[name].kind == expected, name


def test_the_lists_are_children(version: str) -> None:
    nodes = element(version, "networkConnector").iter(f"{SCHEMA}element")
    children = {node.get("name") for node in nodes}
    assert set(attributes.LISTS) == {
        str(name) for name in children if name and name.endswith("Destinations")
    }
    assert "sslContext" in children


@pytest.mark.parametrize("kind", KINDS)
def test_a_destination_has_a_physical_name(version: str, kind: str) -> None:
    names = {node.get("name") for node in element(version, kind).iter(f"{SCHEMA}attribute")}
    assert "physicalName" in names
