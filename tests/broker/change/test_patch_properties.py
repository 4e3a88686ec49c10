"""What holds for every file and every topology, however oddly the file is written."""

from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opskit.broker import versions
from opskit.broker.attributes import default
from opskit.broker.change import patch
from opskit.broker.design import generate
from opskit.broker.design.topology import Account, BrokerSpec, Credentials, Route, Secret, Topology
from opskit.xmltree import Element, XmlDocument
from tests.broker.odd_files import CORE, HOLDER, OddFile, odd_files

NAMES = st.sampled_from(["A", "orders.>", "a b", 'quo"te', "amp&lt<", "日本", "é", "it's"])
VERSION = versions.parse("5.17.2")
LISTS = st.lists(NAMES, max_size=3, unique=True).map(tuple)


@st.composite
def routes(draw: st.DrawFn) -> list[Route]:
    """Routes between `onprem` and two others, none twice."""
    found = []
    for source, target in (("onprem", "cloud"), ("cloud", "onprem"), ("onprem", "other")):
        queues, topics = draw(LISTS), draw(LISTS)
        if not (queues or topics) or not draw(st.booleans()):
            continue
        found.append(
            Route(
                source=source,
                target=target,
                queues=queues,
                topics=topics,
                durable=bool(topics) and draw(st.booleans()),
                ttl=draw(st.none() | st.integers(1, 3)),
                credentials=draw(
                    st.none()
                    | st.just(Credentials(local=Account(user="ü", password=Secret(env="PW"))))
                ),
            )
        )
    return found


def topology(found: list[Route]) -> Topology:
    return Topology(
        brokers={
            "onprem": BrokerSpec(
                engine="activemq", version=str(VERSION), endpoints=("tcp://on.example:61616",)
            ),
            "cloud": BrokerSpec(
                engine="amazon-mq",
                version="5.18",
                endpoints=("ssl://b-1-1.mq.example:61617", "ssl://b-1-2.mq.example:61617"),
            ),
            "other": BrokerSpec(
                engine="activemq", version="6.1.7", endpoints=("tcp://other.example:61616",)
            ),
        },
        routes=found,
    )


def patched(raw: bytes, found: list[Route]) -> bytes:
    return patch.plan(XmlDocument("f.xml", raw), topology(found), "onprem").result


def connectors(raw: bytes) -> dict[str, Element]:
    root = XmlDocument("f.xml", raw).root
    return {e.attributes["name"]: e for e in root.walk() if e.name == "networkConnector"}


def meaning(connector: Element) -> tuple[dict[str, str], set[tuple[str, ...]]]:
    """Attributes, and the entries of the lists, each with its list."""
    written = {name: value.replace("TRUE", "true") for name, value in connector.attributes.items()}
    # A default may be written out.
    attributes = {name: value for name, value in written.items() if value != default(name, VERSION)}
    return attributes, {
        (holder.name, entry.name, entry.attributes["physicalName"])
        for holder in connector.children
        for entry in holder.children
    }


def around(raw: bytes) -> list[bytes]:
    """The text before and behind `<networkConnectors>`; all of it where there is none."""
    document = XmlDocument("f.xml", raw)
    for element in document.root.walk():
        if element.name == HOLDER:
            return [document.data[: element.start], document.data[document.end(element) :]]
    return [document.data]


def squeezed(texts: list[bytes]) -> bytes:
    return b"".join(b"".join(texts).split())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=odd_files(), first=routes(), second=routes())
def test_patching(file: OddFile, first: list[Route], second: list[Route]) -> None:
    now = file.raw
    in_its_place = True  # until it was taken out: it comes back at its alphabetical place
    for found in (first, second, []):
        now = patched(now, found)
        assert patched(now, found) == now, "a second run changes nothing"
        _assert_the_connectors_are_those_of(found, now, file.foreign)
        _assert_the_namespace_is_that_of_the_broker(now)
        in_its_place &= len(around(now)) == len(around(file.raw))
        _assert_the_rest_is_kept(file, now, in_its_place)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=odd_files(holder=False, one_line=False), found=routes())
def test_what_was_patched_in_leaves_no_trace(file: OddFile, found: list[Route]) -> None:
    assert patched(patched(file.raw, found), []) == file.raw


def _assert_the_connectors_are_those_of(
    found: list[Route], now: bytes, foreign: frozenset[str]
) -> None:
    generated = connectors(generate.fragment(topology(found), "onprem").encode())
    patched_in = connectors(now)
    assert patched_in.keys() == generated.keys() | foreign
    for name, element in generated.items():
        assert meaning(patched_in[name]) == meaning(element)


def _assert_the_namespace_is_that_of_the_broker(raw: bytes) -> None:
    for element in ElementTree.fromstring(raw).iter():
        if "etwork" in element.tag or element.tag.endswith(("queue", "topic", "Destinations")):
            assert element.tag.startswith(f"{{{CORE}}}")


def _assert_the_rest_is_kept(file: OddFile, now: bytes, in_its_place: bool) -> None:
    for piece in file.pieces:
        assert piece in XmlDocument("f.xml", now).data
    before, after = around(file.raw), around(now)
    if in_its_place:
        assert before == after
    else:  # the holder came or went, and its line with it
        assert squeezed(before) == squeezed(after)
