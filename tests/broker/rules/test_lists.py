import pytest

from tests.broker.rules.cases import (
    Case,
    broker,
    connector,
    durable,
    dynamic,
    excluded,
    queue,
    static,
    topic,
)
from tests.broker.rules.test_entries import body


def pair(id: str, first: str, second: str, *quiet: str) -> Case:  # noqa: A002
    """A case of two connectors towards the same broker."""
    return Case(id, broker(connector('name="a"', first), connector('name="b"', second)), quiet)


CASES = [
    body(
        "the published recipe",
        excluded(queue(">")) + static(queue("TestingQ", "{BRK001}")),
        says="queue://TestingQ does not cross",
    ),
    body(
        "each entry by itself",
        excluded(queue("a.>"))
        + static(queue("a.b", "{BRK001}"), queue("b"), queue("a", "{BRK001}")),
    ),
    body("an exact exclusion", excluded(queue("a")) + static(queue(" a ", "{BRK001}"))),
    body("a composite exclusion", excluded(queue("x, a")) + static(queue("a", "{BRK001}"))),
    body("one level", excluded(queue("*.b")) + static(queue("a.b", "{BRK001}"), queue("a.b.c"))),
    body(
        "a part of a composite",
        excluded(queue("b")) + static(queue("a,b", "{BRK001}")),
        says="queue://b does not cross",
    ),
    body(
        "all of a composite",
        excluded(queue(">")) + static(queue("a,b", "{BRK001}{BRK001}")),
    ),
    body("a static wildcard", excluded(queue("a.>")) + static(queue("a.b.>", "{BRK001}"))),
    body("with options", excluded(queue("a?x=1")) + static(queue("a", "{BRK001}"))),
    body("an exclusion of topics", excluded(topic(">")) + static(queue("a"), queue("b")), "BRK001"),
    body("another name", excluded(queue("b")) + static(queue("a")), "BRK001"),
    body("in another case", excluded(queue("A")) + static(queue("a")), "BRK001"),
    body("no exclusions", static(queue("a")), "BRK001"),
    body("placeholders", excluded(queue("${A}")) + static(queue("${B}")), "BRK001"),
    Case(
        "before exclusions came first",
        broker(connector(body=excluded(queue(">")) + static(queue("a")))),
        ("BRK001",),
        version="5.13.4",
    ),
    body("dynamic and excluded", excluded(queue(">")) + dynamic(queue("a", "{BRK043}"))),
    body("a hole in a dynamic include", excluded(queue("a.b")) + dynamic(queue("a.>")), "BRK043"),
    body("dynamic topic", excluded(queue(">")) + dynamic(topic("a")), "BRK043"),
    Case(
        "dynamic list that is not looked at",
        broker(connector('staticBridge="true"', excluded(queue("a")) + dynamic(queue("a")))),
        ("BRK043",),
    ),
    body(
        "a hole in a static wildcard",
        excluded(queue("a.b", "{BRK044}"), queue("b")) + static(queue("a.>")),
        "BRK001",
        says="stalls",
    ),
    body(
        "a level in a static wildcard", excluded(queue("a.*.c", "{BRK044}")) + static(queue("a.>"))
    ),
    body("a hole elsewhere", excluded(queue("b.c"), topic("a.b")) + static(queue("a.>")), "BRK044"),
    body("no wildcard, no hole", excluded(queue("a.b")) + static(queue("a")), "BRK044"),
    body("a durable queue", durable(queue("a", "{BRK045}"), topic("b"))),
    body("durable topics", durable(topic("a"), topic("b.>")), "BRK045"),
    body("a static wildcard alone", static(queue("a.>", "{BRK046}"), queue("b"))),
    body("one level of a topic", static(topic("a.*", "{BRK046}"))),
    body("a wildcard in a composite", static(queue("a,b.>", "{BRK046}"))),
    Case(
        "a wildcard that only the far end takes apart",
        broker(
            connector(
                'duplex="true" staticBridge="true"',
                static(queue("queue://a,queue://b.>")) + dynamic(queue("b.>"), queue("a")),
            )
        ),
        ("BRK046",),
    ),
    Case(
        "a composite wildcard both ways",
        broker(
            connector('duplex="true" staticBridge="true"', static(queue("a,b.>", "{BRK046}"))),
        ),
    ),
    body("no wildcard", static(queue("a.>.b"), queue("a*b")) + dynamic(queue("a.>")), "BRK046"),
    pair("static twice", static(queue("q")), static(queue("q", "{BRK047}"))),
    pair("static once each", static(queue("q")), static(queue("r"), topic("q")), "BRK047"),
    pair("a topic twice", static(topic("q")), static(topic("q")), "BRK047"),
    body("twice in one connector", static(queue("q"), queue("q")), "BRK047"),
    Case(
        "towards two brokers",
        broker(
            connector('name="a"', static(queue("q")), uri="static:(tcp://a:1)"),
            connector('name="b"', static(queue("q")), uri="static:(tcp://b:1)"),
        ),
        ("BRK047",),
    ),
    Case(
        "towards what placeholders say",
        broker(
            connector('name="a"', static(queue("q")), uri="${A}"),
            connector('name="b"', static(queue("q")), uri="${B}"),
        ),
        ("BRK047",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()


def test_a_covered_include_names_the_exclusion_and_its_place() -> None:
    (finding,) = body(
        "", excluded(queue("x"), queue(">")) + static(queue("TestingQ", "{BRK001}"))
    ).findings()
    assert '<queue physicalName=">"/> at broker.xml:6:7' in finding.message
    assert finding.observed == '<queue physicalName="TestingQ"/>'
    assert "AMQ-6331" in finding.reference
