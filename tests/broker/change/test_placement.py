"""Where the connectors of a broker belong in its file."""

import pytest

from opskit.broker.change import placement
from opskit.errors import InputError
from opskit.xmltree import XmlDocument


def find(text: str, name: str = "a") -> placement.Place:
    return placement.find(XmlDocument("f.xml", text.encode()), name)


def test_the_only_broker_is_taken_whatever_its_name() -> None:
    place = find('<beans><bean/><broker brokerName="${name}"><networkConnectors/></broker></beans>')
    assert place.broker is not None
    assert place.holder is place.broker.children[0]


def test_of_several_brokers_the_one_of_that_name() -> None:
    text = '<beans><broker brokerName="b"/><broker brokerName="a"><plugins/></broker></beans>'
    place = find(text)
    assert place.broker is not None
    assert [child.name for child in place.broker.children] == ["plugins"]
    assert place.holder is None


def test_a_fragment_has_no_broker() -> None:
    place = find("<networkConnectors><networkConnector name='n'/><bean/></networkConnectors>")
    assert place.broker is None
    assert [element.attributes["name"] for element in place.connectors] == ["n"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<beans/>", "configures no broker"),
        ("<networkConnector/>", "configures no broker"),
        ("<beans><broker/><broker/></beans>", "not one of them alone is called 'a'"),
        (
            '<beans><broker brokerName="a"/><broker brokerName="a"/></beans>',
            "not one of them alone is called 'a'",
        ),
        (
            "<broker>\n<networkConnectors/>\n <networkConnectors/></broker>",
            "f.xml:3:2: a second <networkConnectors>",
        ),
    ],
)
def test_what_is_not_clear_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        find(text)
    assert message in str(refused.value)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        (["destinationPolicy", "managementContext", "persistenceAdapter"], "managementContext"),
        (["persistenceAdapter", "transportConnectors"], None),
        ([], None),
        (["destinationPolicy"], "destinationPolicy"),
        (["systemUsage", "destinationPolicy"], None),
    ],
)
def test_before(children: list[str], expected: str | None) -> None:
    inside = "".join(f"<{name}/>" for name in children)
    broker = XmlDocument("f.xml", f"<broker>{inside}</broker>".encode()).root
    found = placement.before(broker)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize(
    ("bean", "fills"),
    [
        ('<bean class="org.example.PropertyPlaceholderConfigurer"/>', True),
        ('<c:property-placeholder xmlns:c="urn:c"/>', True),
        ('<bean class="org.example.Other"/>', False),
    ],
)
def test_what_fills_placeholders(bean: str, fills: bool) -> None:
    document = XmlDocument("f.xml", f"<beans>{bean}<broker/></beans>".encode())
    assert placement.fills_placeholders(document) == fills
