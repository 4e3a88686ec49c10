"""BRK060 to BRK063: what `<broker>` may hold, and how its file begins."""

from xml.etree import ElementTree

import pytest

from opskit.broker import versions
from opskit.broker.rules import structure
from tests.broker.rules.cases import Case, broker, connector
from tests.rig import distributions

CORE = "http://activemq.apache.org/schema/core"
BEANS = "http://www.springframework.org/schema/beans"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
HELD = connector()


def held(id: str, extra: str, *quiet: str, says: str = "") -> Case:  # noqa: A002
    """A broker that holds something besides its connectors."""
    return Case(id, broker(HELD, extra=extra), quiet, says=says)


def given(id: str, attributes: str, *quiet: str, version: str = "5.17.2", says: str = "") -> Case:  # noqa: A002
    return Case(id, broker(HELD, attributes=attributes), quiet, version, says=says)


def file(id: str, root: str, attributes: str, *quiet: str) -> Case:  # noqa: A002
    """A whole file with these attributes on its root and on `<broker>`."""
    return Case(id, f"{root}{broker(HELD, attributes=attributes)}</beans>", quiet)


CASES = [
    held("a connector outside", f"{{BRK060}}{HELD}", says="belongs inside <networkConnectors>"),
    held("a misspelt block", "{BRK060}<networkConectors/>", says="mean networkConnectors"),
    held("the wrong case", "{BRK060}<networkconnector/>"),
    held("spring's property in the broker's namespace", '{BRK060}<property name="x"/>'),
    held("the stock file's", "<destinationPolicy/><systemUsage/><shutdownHooks/>", "BRK060"),
    held("a bean of spring's", f'<b:bean xmlns:b="{BEANS}"/><bean xmlns="{BEANS}"/>', "BRK060"),
    Case(
        "a prefix for the broker's namespace",
        f'<a:broker xmlns:a="{CORE}"><a:plugins/>{{BRK060}}<a:plugin/></a:broker>',
    ),
    Case("elements on Amazon MQ", broker(HELD, extra="<plugin/>"), ("BRK060",), target="amazon-mq"),
    Case(
        "a transport among connectors",
        broker(HELD, '{BRK061}<transportConnector name="o"/>'),
        says="belongs inside <transportConnectors>",
    ),
    Case("a misspelt connector", broker(HELD, "{BRK061}<networkConector/>"), says="did you mean"),
    Case("in a fragment", f"<networkConnectors>{HELD}{{BRK061}}<queue/></networkConnectors>"),
    Case(
        "other kinds of connectors, and beans",
        broker(HELD, "<multicastNetworkConnector/>", f'<bean xmlns="{BEANS}"/>'),
        ("BRK061",),
    ),
    Case("a lone connector", HELD, ("BRK061",)),
    given("the wrong case of an attribute", '{BRK062}useJMX="true"', says="mean useJmx"),
    given("a misspelt attribute", '{BRK062}persistant="true"', says="mean persistent"),
    given("an attribute of spring's", '{BRK062}depends-on="x"'),
    given("too new an attribute", '{BRK062}maxUncommittedCount="1"', says="does not know"),
    given("an attribute for 6.1 in 6.0", '{BRK062}maxUncommittedCount="1"', version="6.0.1"),
    given("a patch of the line has it", 'maxUncommittedCount="1"', "BRK062", version="5.18.4"),
    given("a later line has it", 'maxUncommittedCount="1"', "BRK062", version="6.3"),
    given("a later release has it", 'maxInflatedDataSize="1"', "BRK062", version="7.0"),
    given("sound attributes", 'id="x" xmlns:x="urn:x" x:y="z" useJmx="true"', "BRK062"),
    file("no schema", f'{{BRK063}}<beans xmlns="{BEANS}">', f'xmlns="{CORE}"'),
    file(
        "spring's schema alone",
        f'{{BRK063}}<beans xmlns="{BEANS}" {XSI} xsi:schemaLocation="{BEANS} beans.xsd">',
        f'xmlns="{CORE}"',
    ),
    file(
        "both schemas",
        f'<beans xmlns="{BEANS}" {XSI} xsi:schemaLocation="{BEANS} b.xsd\n {CORE} a.xsd">',
        f'xmlns="{CORE}"',
        "BRK063",
    ),
    file(
        "a schema at the broker",
        "<beans>",
        f'xmlns="{CORE}" {XSI} xsi:schemaLocation="{CORE} a.xsd"',
        "BRK063",
    ),
    Case("an excerpt", broker(HELD), ("BRK063",)),
    Case(
        "a fragment", f'<networkConnectors xmlns="{CORE}">{HELD}</networkConnectors>', ("BRK063",)
    ),
    Case(
        "Amazon MQ's",
        broker(HELD, attributes=f'xmlns="{CORE}"'),
        ("BRK063",),
        target="amazon-mq",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()


@pytest.mark.brokers
@pytest.mark.parametrize("version", distributions.VERSIONS)
def test_the_catalogs_are_those_of_the_schema(version: str) -> None:
    distributions.require(version)
    schema = ElementTree.fromstring(distributions.xsd(version))
    (declared,) = (n for n in schema.findall(f"{SCHEMA}element") if n.get("name") == "broker")
    attributes = {node.get("name") for node in declared.findall(f".//{SCHEMA}attribute")}
    children = declared.findall(
        f"{SCHEMA}complexType/{SCHEMA}choice/{SCHEMA}choice/{SCHEMA}element"
    )
    (holder,) = (node for node in children if node.get("name") == "networkConnectors")
    inside = {str(n.get("ref")).removeprefix("tns:") for n in holder.iter(f"{SCHEMA}element")}
    assert structure._known(versions.parse(version)) == attributes
    assert {node.get("name") for node in children} == structure.CHILDREN
    assert inside - {"None"} == structure.CONNECTORS
