"""A topology put into files as people have them."""

from pathlib import Path

import pytest

from opskit.broker.change import patch
from opskit.broker.change.patch import Change, Plan
from opskit.broker.design import topology
from opskit.broker.design.topology import Topology
from opskit.documents import parse_document
from opskit.errors import UsageError
from opskit.xmltree import XmlDocument
from tests.rig import distributions

BROKERS = """\
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq.corp.example:61616"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://b-1-1.mq.example:61617"]}
"""
LOGIN = "credentials: {local: {user: u, password: {env: LOCAL}}}"
QUEUES = f"  - {{from: onprem, to: cloud, queues: [A, B.>], {LOGIN}}}\n"
BOTH = f"  - {{from: onprem, to: cloud, queues: [A, B.>], topics: [T], {LOGIN}}}\n"
SUBSCRIBED = f"  - {{from: onprem, to: cloud, topics: [T], durable: true, {LOGIN}}}\n"
BACK = f"  - {{from: cloud, to: onprem, queues: [C], {LOGIN}}}\n"

WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- head -->
<beans xmlns="http://www.springframework.org/schema/beans">
  <bean class="org.springframework.beans.factory.config.PropertyPlaceholderConfigurer"/>
  <broker xmlns='http://activemq.apache.org/schema/core' brokerName = "onprem" useJmx="false">

    <managementContext/>  <!-- of the context -->

    <!-- of the store > "kept" -->
    <persistenceAdapter/>

  </broker>
</beans>
<!-- tail -->
"""


def routes(*lines: str) -> Topology:
    text = BROKERS + ("routes:\n" + "".join(lines) if lines else "routes: []\n")
    return topology.from_document(parse_document(text.encode(), "topology.yaml"))


def planned(raw: bytes | str, *lines: str, broker: str = "onprem") -> Plan:
    data = raw.encode() if isinstance(raw, str) else raw
    return patch.plan(XmlDocument("activemq.xml", data), routes(*lines), broker)


def names(raw: bytes) -> list[str]:
    root = XmlDocument("activemq.xml", raw).root
    return [e.attributes.get("name", "") for e in root.walk() if e.name == "networkConnector"]


def test_connectors_are_inserted_at_their_place_in_the_alphabet() -> None:
    plan = planned(WHOLE, QUEUES)
    assert plan.changes == (Change("insert", "Q:onprem->cloud"),)
    assert plan.warnings == ()
    before, after = WHOLE.split("\n\n    <!-- of the store")
    text = plan.result.decode()
    assert text.startswith(before + "\n\n    <networkConnectors>\n      <networkConnector")
    assert text.endswith("    </networkConnectors>\n\n    <!-- of the store" + after)
    assert '        <staticallyIncludedDestinations>\n          <queue physicalName="A"/>\n' in text


def test_a_second_run_changes_nothing() -> None:
    once = planned(WHOLE, BOTH, BACK)
    assert [change.action for change in once.changes] == ["insert"] * 3
    twice = planned(once.result, BOTH, BACK)
    assert twice.changes == ()
    assert not twice.changed
    assert twice.result == once.result


def test_without_routes_the_file_is_as_it_was_before_the_first() -> None:
    once = planned(WHOLE, BOTH, BACK)
    assert names(once.result) == ["Q:onprem->cloud", "T:onprem->cloud", "Q:cloud->onprem"]
    gone = planned(once.result)
    assert {change.action for change in gone.changes} == {"remove"}
    assert gone.result == WHOLE.encode()


def test_what_is_said_about_a_connector_comes_and_goes_with_it() -> None:
    # A duplex connector is explained by a comment.
    text = planned(WHOLE, QUEUES, BACK).result
    assert text.count(b"<!--") > WHOLE.count("<!--")
    assert planned(text, QUEUES).result == planned(WHOLE, QUEUES).result


def test_only_what_differs_is_updated() -> None:
    once = planned(WHOLE, BOTH).result
    edited = once.replace(b'<queue physicalName="A"/>', b'<queue physicalName="X"/> <!-- mine -->')
    edited = edited.replace(b'userName="u"', b"userName = 'u'")
    plan = planned(edited, BOTH)
    assert plan.changes == (Change("update", "Q:onprem->cloud"),)
    assert b"<!-- mine -->" in plan.result
    assert plan.result.count(b"userName = 'u'") == 2
    assert planned(plan.result, BOTH).changes == ()


def test_connectors_of_other_names_are_left_alone() -> None:
    mine = """
    <networkConnectors>
      <!-- first -->
      <networkConnector name="mine" uri="multicast://default"/>
      <networkConnector uri="static:(tcp://x:1)"/> <!-- nameless -->
      <networkConnector name="Q:other->cloud" uri="static:(tcp://x:1)"/>
      <!-- <networkConnector name="Q:onprem->cloud"/> -->
      <bean xmlns="http://www.springframework.org/schema/beans" class="x"/>
    </networkConnectors>
"""
    text = WHOLE.replace("\n    <!-- of the store", mine + "\n    <!-- of the store")
    once = planned(text, QUEUES)
    assert once.changes == (Change("insert", "Q:onprem->cloud"),)
    for line in mine.splitlines():
        assert line.encode() in once.result
    assert planned(once.result).result == text.encode()


@pytest.mark.parametrize(
    "holder",
    ["<networkConnectors/>", "<networkConnectors />", "<networkConnectors></networkConnectors>"],
)
def test_an_empty_holder_is_filled(holder: str) -> None:
    text = WHOLE.replace("<persistenceAdapter/>", holder)
    plan = planned(text, QUEUES)
    assert names(plan.result) == ["Q:onprem->cloud"]
    assert plan.result.count(b"<networkConnectors") == 1
    assert b"\n    <networkConnectors>\n      <networkConnector\n" in plan.result


def test_a_holder_with_a_comment_stays_when_its_connectors_go() -> None:
    text = WHOLE.replace(
        "<persistenceAdapter/>",
        '<networkConnectors>\n      <!-- k -->\n      <networkConnector name="T:onprem->x"/>\n'
        "    </networkConnectors>",
    )
    expected = text.replace('      <networkConnector name="T:onprem->x"/>\n', "")
    assert planned(text).result == expected.encode()


def test_a_connector_that_is_there_twice_is_kept_once() -> None:
    once = planned(WHOLE, QUEUES).result
    start, end = once.index(b"      <networkConnector\n"), once.index(b"    </networkConnectors>")
    twice = once[:end] + once[start:end] + once[end:]
    plan = planned(twice, QUEUES)
    assert plan.result == once
    assert plan.warnings == ()


def test_the_prefix_of_the_file_is_taken() -> None:
    text = (
        '<beans xmlns:amq="http://activemq.apache.org/schema/core">\n'
        '  <amq:broker brokerName="onprem"/>\n</beans>\n'
    )
    plan = planned(text, BACK)
    result = plan.result.decode()
    assert '\n  <amq:broker brokerName="onprem">\n    <amq:networkConnectors>\n' in result
    assert result.count("<amq:") == result.count("</amq:") + result.count("/>")
    assert planned(plan.result, BACK).changes == ()


def test_a_fragment_is_patched_too() -> None:
    once = planned("<networkConnectors>\n</networkConnectors>\n", QUEUES)
    assert names(once.result) == ["Q:onprem->cloud"]
    assert planned(once.result).result == b"<networkConnectors>\n</networkConnectors>\n"


def test_of_several_brokers_the_one_that_is_named() -> None:
    text = '<beans>\n  <broker brokerName="cloud"/>\n  <broker brokerName="onprem"/>\n</beans>'
    result = planned(text, QUEUES).result
    assert b'<broker brokerName="cloud"/>' in result
    assert names(result) == ["Q:onprem->cloud"]


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("iso-8859-1", b""),
    ],
)
def test_encoding_mark_and_line_ends_stay(encoding: str, bom: bytes) -> None:
    declared = "UTF-16" if "16" in encoding else encoding
    text = WHOLE.replace("UTF-8", declared).replace("head", "é").replace("\n", "\r\n")
    raw = bom + text.encode(encoding)
    once = planned(raw, QUEUES)
    assert once.result.startswith(bom)
    written = once.result[len(bom) :].decode(encoding)
    assert written.count("\n") == written.count("\r\n") > text.count("\n")
    assert planned(once.result, QUEUES).changes == ()
    assert planned(once.result).result == raw


def test_a_name_that_the_encoding_lacks_is_written_as_a_reference() -> None:
    raw = WHOLE.replace("UTF-8", "ISO-8859-1").encode("iso-8859-1")
    line = QUEUES.replace("A, B.>", "日本")
    once = planned(raw, line)
    assert b'physicalName="&#26085;&#26412;"' in once.result
    assert planned(once.result, line).changes == ()


def test_a_placeholder_that_nothing_fills_is_warned_of() -> None:
    text = WHOLE.replace("PropertyPlaceholderConfigurer", "Nothing")
    (warning,) = planned(text, QUEUES).warnings
    assert "nothing in this file fills in ${...}" in warning
    assert planned(text).warnings == ()


def test_orphaned_durable_subscriptions_are_warned_of() -> None:
    (warning,) = planned(planned(WHOLE, SUBSCRIBED).result, QUEUES).warnings
    assert "'T:onprem->cloud'" in warning
    assert "BRK019" in warning


@pytest.mark.parametrize(
    ("inside", "warned"),
    [
        ("", True),
        ("<dynamicallyIncludedDestinations><topic physicalName='a'/>", True),
        ("<dynamicallyIncludedDestinations><queue physicalName='a'/>", False),
        ("<durableDestinations><topic physicalName='a'/>", True),
    ],
)
def test_whether_a_connector_leaves_subscriptions_behind(inside: str, warned: bool) -> None:
    end = f"</{inside[1:].partition('>')[0]}>" if inside else ""
    text = (
        "<networkConnectors><networkConnector name='Q:onprem->x'>"
        f"{inside}{end}</networkConnector></networkConnectors>"
    )
    assert bool(planned(text).warnings) is warned


def test_the_file_of_another_broker_is_warned_of() -> None:
    (warning,) = planned(WHOLE, BACK, broker="cloud").warnings
    assert "the file calls its broker 'onprem'" in warning


def test_a_bridge_that_makes_no_durable_subscription_goes_without_a_warning() -> None:
    assert planned(planned(WHOLE, BOTH).result).warnings == ()


def test_an_unknown_broker_is_refused() -> None:
    with pytest.raises(UsageError, match="'nobody'"):
        planned(WHOLE, QUEUES, broker="nobody")


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        (WHOLE, (QUEUES,), "onprem"),
        (WHOLE.replace("onprem", "cloud"), (QUEUES,), "cloud"),
        (WHOLE.replace("onprem", "${brokerName}"), (QUEUES,), "onprem"),
        (WHOLE.replace("onprem", "localhost"), (BACK,), "onprem"),
        ("<networkConnectors/>", (QUEUES,), "onprem"),
    ],
)
def test_the_broker_is_the_one_that_the_file_names_or_the_only_one_that_connects(
    text: str, lines: tuple[str, ...], expected: str
) -> None:
    document = XmlDocument("activemq.xml", text.encode())
    assert patch.choose_broker(document, routes(*lines)) == expected


def test_a_broker_that_cannot_be_told_has_to_be_named() -> None:
    document = XmlDocument("activemq.xml", b"<networkConnectors/>")
    with pytest.raises(UsageError) as refused:
        patch.choose_broker(document, routes())
    assert "--broker" in refused.value.hint


def test_the_stock_file_of_a_distribution(tmp_path: Path) -> None:
    distributions.require("5.18.3")
    (stock,) = distributions.home("5.18.3").glob("*/conf/activemq.xml")
    raw = stock.read_bytes()
    once = planned(raw, BOTH, BACK)
    context, adapter = (
        b"        </managementContext>\n\n",
        b"        <!--\n            Configure message",
    )
    start = raw.index(context) + len(context)
    assert once.result[:start] == raw[:start]
    assert once.result[start:].startswith(b"        <networkConnectors>\n            <networkConn")
    assert once.result.endswith(b"        </networkConnectors>\n\n" + raw[start:])
    assert raw[start:].startswith(adapter)
    assert planned(once.result, BOTH, BACK).changes == ()
    assert planned(once.result).result == raw
