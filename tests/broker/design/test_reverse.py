"""Which connectors have the form that goes one way against its connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.broker import bridge, reader
from opskit.broker.design import reverse
from opskit.broker.model import Connector
from opskit.xmltree import XmlDocument
from tests.broker.rules.cases import connector, dynamic, queue, static, topic

BOTH = 'duplex="true" staticBridge="true"'
STATIC = static(queue("queue://a,queue://b.>"))
DYNAMIC = dynamic(queue("b.>"), queue("a"))


def read(attributes: str, body: str) -> Connector:
    (broker,) = reader.from_document(XmlDocument("c.xml", connector(attributes, body).encode()))
    return broker.connectors[0]


@pytest.mark.parametrize(
    "body", [STATIC + DYNAMIC, static(topic("topic://a,")) + dynamic(topic("a"))]
)
def test_the_form(body: str) -> None:
    assert reverse.has_form(read(BOTH, body))


@pytest.mark.parametrize(
    ("attributes", "body"),
    [
        ('staticBridge="true"', STATIC + DYNAMIC),
        ('duplex="true"', STATIC + DYNAMIC),
        (BOTH, DYNAMIC),
        (BOTH, STATIC),
        (BOTH, STATIC + dynamic(queue("a"))),
        (BOTH, STATIC + dynamic(queue("a"), queue("b.>"), queue("c"))),
        (BOTH, static(queue("queue://a,queue://b.>"), queue("c")) + DYNAMIC),
        (BOTH, static(queue("a")) + dynamic(queue("a"))),
    ],
)
def test_what_is_near_it(attributes: str, body: str) -> None:
    assert not reverse.has_form(read(attributes, body))


@pytest.mark.parametrize("names", [["a"], ["a", "b.>"]])
def test_it_holds_what_composite_makes(names: list[str]) -> None:
    made = reverse.composite("queue", names)
    assert reverse.has_form(read(BOTH, static(queue(made.name)) + dynamic(*map(queue, names))))


@pytest.mark.parametrize(
    ("static", "rest", "expected"),
    [
        ("queue://r,", "", (False, True)),
        ("queue://r,queue://s", "", (False, True)),
        ("r", "", (True, True)),
        ("r,s", "", (False, True)),
        (
            "queue://gone,",
            '<excludedDestinations><queue physicalName="&gt;"/></excludedDestinations>',
            (True, True),
        ),
    ],
)
def test_which_ways_a_static_duplex_connector_goes(
    static: str, rest: str, expected: tuple[bool, bool]
) -> None:
    """A composite is one name to the near end, and several to the far one."""
    text = (
        '<networkConnector name="n" uri="static:(tcp://b:1)" duplex="true" staticBridge="true">'
        '<dynamicallyIncludedDestinations><queue physicalName="r"/><queue physicalName="s"/>'
        f"</dynamicallyIncludedDestinations>{rest}<staticallyIncludedDestinations>"
        f'<queue physicalName="{static}"/></staticallyIncludedDestinations></networkConnector>'
    )
    (found,) = reader.from_document(XmlDocument("f.xml", text.encode()))
    assert reverse.ways(found.connectors[0]) == expected


@given(
    st.sampled_from(["queue", "topic"]),
    st.lists(
        st.sampled_from(
            ["a", "a.b", "a.>", "a.*.b", "*", ">", "*.a", "x,y", "queue://a", "", "**"]
        ),
        min_size=1,
        max_size=3,
        unique=True,
    ),
)
def test_the_ways_are_those_of_the_two_ends(kind: str, names: list[str]) -> None:
    entry = f'<{kind} physicalName="{{}}"/>'.format
    text = (
        '<networkConnector name="n" uri="static:(tcp://b:1)" duplex="true" staticBridge="true">'
        f"<dynamicallyIncludedDestinations>{''.join(map(entry, names))}"
        "</dynamicallyIncludedDestinations><staticallyIncludedDestinations>"
        f"{entry(reverse.composite(kind, names).name)}</staticallyIncludedDestinations>"
        "</networkConnector>"
    ).replace('>"', '&gt;"')
    (found,) = reader.from_document(XmlDocument("f.xml", text.encode()))
    (connector,) = found.connectors
    there, back = (
        any(end.permit(one.destination).allowed for one in end.static)
        for end in (bridge.near(connector), bridge.far(connector))
    )
    assert reverse.ways(connector) == ((there, back) if there or back else (True, True))
