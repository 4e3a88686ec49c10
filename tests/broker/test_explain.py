"""What `explain` answers, and where it points."""

from __future__ import annotations

from dataclasses import asdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.broker import bridge, destinations, reader
from opskit.broker.destinations import Destination
from opskit.broker.explain import Decision, exit_code, explain
from opskit.broker.model import Connector, Network
from opskit.errors import ExitCode, UsageError
from opskit.xmltree import XmlDocument

ELEMENTS = {
    "excluded": "excludedDestinations",
    "static": "staticallyIncludedDestinations",
    "dynamic": "dynamicallyIncludedDestinations",
}


def connector_xml(attributes: str = "", **lists: str) -> str:
    """A connector a list a line; each list as `queue://a topic://b`, in which `_` is a space."""
    lines = [f'<networkConnector name="out" uri="static:(tcp://far:61616)" {attributes}>']
    for name, entries in lists.items():
        inner = ""
        for entry in entries.split():
            kind, _, physical = entry.replace("_", " ").partition("://")
            physical = physical.replace(">", "&gt;")
            inner += f'<{kind} physicalName="{physical}"/>'
        lines.append(f"<{ELEMENTS[name]}>{inner}</{ELEMENTS[name]}>")
    return "\n".join([*lines, "</networkConnector>"])


def network(*brokers: str) -> Network:
    """Brokers `near`, `far`, ... that have these connectors."""
    found = []
    for name, xml in zip(("near", "far", "third"), brokers, strict=False):
        text = (
            f'<broker brokerName="{name}"><networkConnectors>{xml}</networkConnectors>'
            f'<transportConnectors><transportConnector uri="tcp://{name}:61616"/>'
            "</transportConnectors></broker>"
        )
        found += reader.from_document(XmlDocument(f"{name}.xml", text.encode()))
    return Network(found)


def connector(attributes: str = "", **lists: str) -> Connector:
    (only,) = network(connector_xml(attributes, **lists)).connectors
    return only


def decide(destination: str, attributes: str = "", **lists: str) -> list[Decision]:
    return explain(network(connector_xml(attributes, **lists)), destinations.parse(destination))


def decide_one(destination: str, attributes: str = "", **lists: str) -> Decision:
    (decision,) = decide(destination, attributes, **lists)
    return decision


@pytest.mark.parametrize(
    ("destination", "lists", "expected"),
    [
        ("queue://a", {}, ("on demand", "default", None, 1)),
        ("queue://a", {"static": "queue://a"}, ("yes", "static", "queue://a", 2)),
        ("topic://a", {"static": "queue://a"}, ("on demand", "default", None, 1)),
        ("queue://a", {"dynamic": "queue://b queue://*"}, ("on demand", "dynamic", "queue://*", 2)),
        ("queue://a", {"dynamic": "queue://b"}, ("no", "dynamic", None, 2)),
        ("queue://a", {"excluded": "queue://>"}, ("no", "excluded", "queue://>", 2)),
        (
            "queue://a",
            {"static": "queue://a", "dynamic": "queue://a", "excluded": "topic://a queue://a"},
            ("no", "excluded", "queue://a", 4),
        ),
        (
            "queue://a",
            {"dynamic": "queue://b", "static": "queue://c queue://a"},
            ("yes", "static", "queue://a", 3),
        ),
    ],
)
def test_the_lists_in_their_order(
    destination: str, lists: dict[str, str], expected: tuple[str, str, str | None, int]
) -> None:
    decision = decide_one(destination, **lists)
    assert (decision.answer, decision.decided_by, decision.entry, decision.line) == expected
    assert decision.file == "near.xml"


def test_an_excluded_static_include_names_the_cause() -> None:
    decision = decide_one("queue://a", excluded="queue://>", static="queue://a")
    assert "AMQ-6331" in decision.why
    assert "AMQ-6331" not in decide_one("queue://b", excluded="queue://>", static="queue://a").why


def test_a_static_bridge_carries_its_list_only() -> None:
    decisions = [
        decide_one(
            f"queue://{name}", 'staticBridge="true"', static="queue://a", dynamic="queue://b"
        )
        for name in ("a", "b", "c")
    ]
    assert [d.answer for d in decisions] == ["yes", "no", "no"]
    assert {d.decided_by for d in decisions} == {"static"}
    asked = connector('staticBridge="true"')
    place = asked.location("staticBridge")
    assert place != asked.location()
    assert [(d.line, d.column, d.entry) for d in decisions[1:]] == [
        (place.line, place.column, None)
    ] * 2


def test_duplex_has_two_directions() -> None:
    out, back = decide("queue://a", 'duplex="true"', static="queue://a")
    assert (out.direction, out.answer) == ("outbound", "yes")
    assert (back.direction, back.answer) == ("inbound", "yes")


def test_the_far_end_makes_queues_of_a_composite_topic() -> None:
    out, back = decide("queue://a", 'duplex="true"', excluded="topic://a,b")
    assert (out.answer, back.answer) == ("no", "no")
    assert out.why.startswith("the receiving end refuses it")
    assert back.entry == "topic://a,b"
    out, back = decide("topic://a", 'duplex="true"', excluded="topic://a,b")
    assert out.why == "excluded"
    assert back.why.startswith("the receiving end refuses it")
    assert decide_one("queue://a", excluded="topic://a,b").answer == "on demand"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("queue://a topic://b", ["queue://a", "topic://b"]),
        ("queue://a,topic://b", ["queue://a", "topic://b"]),
        ("topic://a,b", ["queue://a", "queue://b"]),
        ("queue://a,,b", []),
        ("queue://a, queue://b", []),
        ("queue://b queue://a,", ["queue://b", "queue://a"]),
        ("queue://a?x=1", ["queue://a"]),
        ("", []),
    ],
)
def test_a_list_as_the_far_end_reads_it(sent: str, read: list[str]) -> None:
    end = bridge.far(connector(excluded=sent))
    assert [str(listed.destination) for listed in end.excluded] == read


def test_the_second_part_of_a_dynamic_composite_has_no_demand() -> None:
    assert decide_one("queue://a", dynamic="queue://a,b").answer == "on demand"
    unheard = decide_one("queue://b", dynamic="queue://a,b")
    assert (unheard.answer, unheard.decided_by) == ("no", "dynamic")
    assert "ActiveMQ.Advisory.Consumer.Queue.a,b" in unheard.why


def test_a_topic_behind_a_comma_breaks_the_bridge_or_crosses() -> None:
    lists = {"dynamic": "queue://a,b topic://>"}
    breaking = decide_one("topic://b", **lists)
    assert breaking.answer == "on demand"
    assert "breaks the bridge" in breaking.why
    assert [d.answer for d in decide("topic://b", 'duplex="true"', **lists)] == ["yes", "yes"]


@pytest.mark.parametrize(
    ("attribute", "topics"),
    [
        ("", "ActiveMQ.Advisory.Consumer.>"),
        ('destinationFilter="Queue.a"', "ActiveMQ.Advisory.Consumer.Queue.a"),
        ('destinationFilter="ActiveMQ.Advisory.Consumer.X"', "ActiveMQ.Advisory.Consumer.X"),
    ],
)
def test_the_filter_for_advisories(attribute: str, topics: str) -> None:
    assert bridge.advisory_filter(connector(attribute)) == topics


def test_the_filter_for_advisories_comes_from_the_dynamic_list() -> None:
    listed = connector(dynamic="queue://a.> topic://b tempQueue://c")
    prefix = "ActiveMQ.Advisory.Consumer."
    assert bridge.advisory_filter(listed) == f"{prefix}Queue.a.>,{prefix}Topic.b"


@pytest.mark.parametrize(
    ("attributes", "lists", "answer"),
    [
        ("", {}, "on demand"),
        ('bridgeTempDestinations="false"', {}, "no"),
        ('staticBridge="true"', {}, "no"),
        ("", {"dynamic": "queue://Q"}, "no"),
        ("", {"excluded": "queue://>"}, "on demand"),
    ],
)
def test_temporary_destinations(attributes: str, lists: dict[str, str], answer: str) -> None:
    decision = decide_one("temp-queue://ID:host-1", attributes, **lists)
    assert decision.answer == answer
    assert decision.decided_by == ("static" if "static" in attributes else "temporary")


@pytest.mark.parametrize("attributes", ['messageTTL="0"', 'networkTTL="0" messageTTL="5"'])
def test_a_ttl_of_nothing_stops_everything(attributes: str) -> None:
    assert decide_one("queue://a", attributes, static="queue://a").answer == "no"


def test_consumers_on_advisory_topics_make_no_demand() -> None:
    name = "topic://ActiveMQ.Advisory.Connection"
    assert decide_one(name).answer == "no"
    assert decide_one(name, static=name).answer == "yes"


def test_a_static_include_that_gets_no_subscription() -> None:
    """It is excluded as a name, though not all that it stands for; a consumer still helps."""
    lists = {"excluded": "queue://a.*", "static": "queue://a.>"}
    decision = decide_one("queue://a.b.c", **lists)
    assert (decision.answer, decision.decided_by) == ("on demand", "static")
    assert decide_one("queue://a.b.c", 'staticBridge="true"', **lists).answer == "no"


@pytest.mark.parametrize(
    ("lists", "held"),
    [
        ({"excluded": "queue://a.b", "static": "queue://a.>"}, True),
        ({"excluded": "queue://a.b", "static": "queue://a.b"}, False),
        ({"excluded": "queue://a.b"}, False),
    ],
)
def test_a_subscription_may_take_what_the_lists_refuse(lists: dict[str, str], held: bool) -> None:
    decision = decide_one("queue://a.b", **lists)
    assert decision.forwarded is False
    assert ("keeps them from other consumers" in decision.why) == held


def test_a_static_topic_joins_one_that_covers_its_name() -> None:
    lists = {"static": "topic://a.* topic://a.>"}
    assert decide_one("topic://a.b.c", **lists).answer == "on demand"
    assert decide_one("topic://a.b.c", 'conduitSubscriptions="false"', **lists).answer == "yes"
    lists = {"static": "queue://a.* queue://a.>"}
    assert decide_one("queue://a.b.c", **lists).answer == "yes"
    merged = decide_one("queue://a.b.c", 'conduitNetworkQueueSubscriptions="true"', **lists)
    assert merged.answer == "on demand"


def test_a_broker_without_advisories_shows_no_demand() -> None:
    both = network(connector_xml(), "")
    assert both.brokers[1].element is not None
    both.brokers[1].element.attributes["advisorySupport"] = "false"
    (decision,) = explain(both, Destination("queue", "a"))
    assert decision.answer == "no"
    assert "far has advisorySupport off" in decision.why


def test_placeholders_leave_it_open() -> None:
    decision = decide_one("queue://a", static="queue://a", excluded="queue://${x}")
    assert (decision.answer, decision.forwarded) == ("unknown", None)
    assert decide_one("topic://a", excluded="queue://${x}").answer == "on demand"
    assert decide_one("queue://a", excluded="queue://a queue://${x}").answer == "no"
    assert decide_one("queue://a", dynamic="queue://${x}").answer == "unknown"


@pytest.mark.parametrize(
    "destination", ["queue://a.>", "topic://*", "queue://a,b.*", "queue://a,>"]
)
def test_patterns_are_refused(destination: str) -> None:
    with pytest.raises(UsageError, match="messages are sent to a name"):
        decide(destination)


def test_a_composite_is_answered_part_by_part() -> None:
    decisions = decide("queue://a,topic://b", static="queue://a")
    assert [(d.destination, d.answer) for d in decisions] == [
        ("queue://a", "yes"),
        ("topic://b", "on demand"),
    ]


def test_every_connector_answers() -> None:
    found = network(connector_xml(static="queue://a") * 2, connector_xml('duplex="true"'))
    decisions = explain(found, Destination("queue", "a"))
    assert [(d.broker, d.direction) for d in decisions] == [
        ("near", "outbound"),
        ("near", "outbound"),
        ("far", "outbound"),
        ("far", "inbound"),
    ]


def test_exit_codes() -> None:
    yes, no, open_ = (
        decide_one("queue://a", static="queue://a"),
        decide_one("queue://a", excluded="queue://a"),
        decide_one("queue://a", excluded="queue://${x}"),
    )
    assert exit_code([]) is ExitCode.NO
    assert exit_code([no]) is ExitCode.NO
    assert exit_code([no, open_]) is ExitCode.UNKNOWN
    assert exit_code([no, open_, yes]) is ExitCode.OK


entries = st.lists(
    st.builds(
        "{}://{}".format,
        st.sampled_from(["queue", "topic"]),
        st.sampled_from(["a", "b", "a.b", "a.>", "*", ">", "a,b", "*.b"]),
    ),
    max_size=3,
).map(" ".join)
lists = st.fixed_dictionaries({}, optional=dict.fromkeys(ELEMENTS, entries))
asked = [f"{kind}://{name}" for kind, name in product(["queue", "topic"], ["a", "b", "a.b", "c"])]


@given(lists, st.sampled_from(asked), st.sampled_from(["", 'duplex="true"', 'staticBridge="true"']))
def test_what_always_holds(lists: dict[str, str], name: str, attributes: str) -> None:
    destination = destinations.parse(name)
    for decision in decide(name, attributes, **lists):
        assert decision.why
        if decision.decided_by == "excluded":
            assert decision.forwarded is False
        if decision.decided_by in ("default", "temporary"):
            assert decision.entry is None
        if decision.needs_consumer:
            assert decision.forwarded
            assert "staticBridge" not in attributes
        if decision.entry and attributes != 'duplex="true"':
            assert destinations.covers(destinations.parse(decision.entry), destination)
        excluded = lists.get("excluded", "").split()
        if any(destinations.covers(destinations.parse(e), destination) for e in excluded):
            assert decision.forwarded is False


@given(lists, st.sampled_from(asked))
def test_one_more_exclusion_lets_nothing_more_cross(lists: dict[str, str], name: str) -> None:
    more = {**lists, "excluded": f"{lists.get('excluded', '')} {name}"}
    assert not decide_one(name, **more).forwarded


def test_the_contract_of_the_json() -> None:
    fields = set(asdict(decide_one("queue://a")))
    assert {"connector", "direction", "forwarded", "decided_by", "entry", "line"} <= fields
