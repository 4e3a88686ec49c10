"""Which connectors have the form that goes one way against its connection."""

from __future__ import annotations

import pytest

from opskit.broker import reader, reverse
from opskit.broker.model import Connector
from opskit.broker.xmltree import XmlDocument
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
