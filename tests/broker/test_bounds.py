"""Large input: the time grows with its size, not with the square of it."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from opskit.broker import lint, reader, uris
from opskit.broker.change import patch
from opskit.broker.change.fixes import fixed
from opskit.broker.design import generate
from opskit.broker.design.topology import BrokerSpec, Route, Topology
from opskit.broker.destinations import Destination, Patterns, covers
from opskit.broker.explain import explain
from opskit.broker.graphs import graph
from opskit.broker.model import Network
from opskit.broker.rules.attributes import unknown_attribute
from opskit.errors import UsageError
from opskit.suggestions import Suggestions
from opskit.xmltree import XmlDocument

LISTS = (
    "excludedDestinations",
    "dynamicallyIncludedDestinations",
    "staticallyIncludedDestinations",
)


def document(connectors: str, broker: str = "a") -> XmlDocument:
    text = f'<broker brokerName="{broker}"><networkConnectors>\n{connectors}\n'
    return XmlDocument("a.xml", f"{text}</networkConnectors></broker>".encode())


def network(connectors: str) -> Network:
    return Network(reader.from_document(document(connectors)))


def connector(inner: str = "", name: str = "n", uri: str = "static:(tcp://b:1)") -> str:
    return f'<networkConnector name="{name}" uri="{uri}">{inner}</networkConnector>\n'


def lists(count: int, form: str) -> str:
    """Three lists; `form` makes the name of an entry of its list and its number."""
    return "".join(
        f"<{name}>\n"
        + "".join(f'<queue physicalName="{form.format(name, i)}"/>\n' for i in range(count))
        + f"</{name}>\n"
        for name in LISTS
    )


def quadruples(action: Callable[[int], Callable[[], object]], size: int) -> None:
    """Fails where four times the size takes more than eight times as long.

    `action` makes what is timed; a quadratic one takes sixteen times as long.
    """

    def seconds(run: Callable[[], object]) -> float:
        gc.collect()
        begin = time.process_time()
        run()
        return time.process_time() - begin

    few, many = (min(seconds(action(n)) for _ in range(3)) for n in (size, 4 * size))
    assert many < 8 * few + 0.01


@pytest.mark.parametrize("form", ["{}.{}", "{}.{}.&gt;", "*.{}.{}"])
def test_lint_of_long_lists(form: str) -> None:
    def action(count: int) -> Callable[[], object]:
        found = network(connector(lists(count, form)))
        return lambda: lint.lint(found)

    quadruples(action, 1000)


def test_explain_and_fix_of_long_lists() -> None:
    def explained(count: int) -> Callable[[], object]:
        found = network(connector(lists(count, "{}.{}")))
        return lambda: explain(found, Destination("queue", "q"))

    def mended(count: int) -> Callable[[], object]:
        found = network(connector(lists(count, "{1}")))
        findings = lint.lint(found, select=["BRK001"]).findings
        assert len(findings) == count
        return lambda: fixed(found.brokers[0], findings, unsafe=True)

    quadruples(explained, 1000)
    quadruples(mended, 250)


def test_lint_of_composites() -> None:
    def action(count: int) -> Callable[[], object]:
        inner = "".join(
            f'<{name}><queue physicalName="{",".join(f"{name}.{i}" for i in range(count))}"/>'
            f"</{name}>"
            for name in LISTS
        )
        found = network(connector(inner))
        return lambda: lint.lint(found)

    quadruples(action, 1000)


def test_patch_of_many_connectors() -> None:
    def action(count: int) -> Callable[[], object]:
        spec = BrokerSpec("activemq", "5.18", ("tcp://b:1",))
        names = [f"b{i}" for i in range(count)]
        routes = [Route("a", name, queues=("q",)) for name in names]
        topology = Topology(dict.fromkeys(["a", *names], spec), routes)
        gone = document("".join(connector(name=f"Q:a-&gt;x{i}") for i in range(count)))
        empty = document(
            "".join(
                f'  <networkConnector name="Q:a-&gt;b{i}">\n  </networkConnector>\n'
                for i in range(count)
            )
        )
        return lambda: [patch.plan(found, topology, "a") for found in (gone, empty)]

    quadruples(action, 250)


def ring(size: int, ttl: int | None = None) -> Topology:
    names = [f"b{i}" for i in range(size)]
    specs = {name: BrokerSpec("activemq", "5.18", (f"tcp://{name}:1",)) for name in names}
    routes = [Route(a, b, queues=("q",), ttl=ttl) for a, b in pairwise([*names, names[0]])]
    return Topology(specs, routes)


def test_every_broker_of_a_topology_is_generated() -> None:
    def action(size: int) -> Callable[[], object]:
        topology = ring(size)
        return lambda: [generate.fragment(topology, name) for name in topology.brokers]

    quadruples(action, 250)


def test_an_error_names_the_first_brokers_only() -> None:
    with pytest.raises(UsageError) as raised:
        generate.choose(ring(3000), None)
    assert raised.value.hint.endswith("b8, b9 and 2990 more")


def xml_ring(size: int, ttl: int) -> Network:
    return Network(
        [
            broker
            for i in range(size)
            for broker in reader.from_document(
                XmlDocument(
                    f"{i}.xml",
                    f'<broker brokerName="b{i}"><networkConnectors><networkConnector name="n" '
                    f'networkTTL="{ttl}" uri="static:(tcp://b{(i + 1) % size}:1)"/>'
                    "</networkConnectors></broker>".encode(),
                )
            )
        ]
    )


def test_the_graph_of_a_ring() -> None:
    def action(size: int) -> Callable[[], object]:
        found = xml_ring(size, 9)
        return lambda: graph.graph(found)

    quadruples(action, 500)
    found = graph.graph(xml_ring(500, 9))
    assert found.diameter == 100
    assert {(b.reaches, b.beyond_count, len(b.beyond)) for b in found.brokers} == {(9, 490, 100)}
    unlimited = graph.graph(xml_ring(500, -1))
    assert {(b.reaches, b.beyond_count) for b in unlimited.brokers} == {(499, 0)}


def test_a_duplex_hub_has_no_cycle_and_is_seen_quickly() -> None:
    def action(size: int) -> Callable[[], object]:
        spokes = (
            f'<networkConnector name="n{i}" duplex="true" uri="static:(tcp://b{i}:1)"/>'
            for i in range(size)
        )
        found = network("".join(spokes))
        return lambda: graph.graph(found)

    quadruples(action, 500)


def test_a_uri_has_limits() -> None:
    with pytest.raises(uris.UriError, match="more than 1000"):
        uris.parse(f"static:({','.join(['tcp://b:1'] * 1002)})")
    with pytest.raises(uris.UriError, match="longer than"):
        uris.parse(f"static:(tcp://{'b' * uris.MAX_LENGTH}:1)")


def test_few_unknown_attributes_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def close(name: str, known: object, n: int, cutoff: float) -> list[str]:
        asked.append(name)
        return []

    monkeypatch.setattr("opskit.suggestions.get_close_matches", close)
    tags = "".join(f'<networkConnector name="n{i}" attribute{i}="1"/>' for i in range(500))
    assert len(list(unknown_attribute(network(tags)))) == 500
    assert len(asked) == 20
    assert Suggestions(["a" * 65])("a" * 66) == ""
    assert len(asked) == 20


def test_patterns_say_what_one_look_at_each_entry_says() -> None:
    pick = random.Random(7)

    def destination() -> Destination:
        names = (
            pick.choice(["", "", "topic://", "queue://"])
            + ".".join(pick.choices(["a", "b", "*", ">"], k=pick.randint(1, 4)))
            for _ in range(pick.choice([1, 1, 2]))
        )
        return Destination(pick.choice(["queue", "topic"]), ",".join(names))

    for _ in range(3000):
        entries = [destination() for _ in range(pick.randint(0, 6))]
        given = destination()
        wanted = [number for number, entry in enumerate(entries) if covers(entry, given)]
        patterns = Patterns(entries)
        assert patterns.covering_any([given]) == set(wanted)
        assert patterns.first(given) == (wanted[0] if wanted else None)


def test_lint_of_a_duplex_pair_with_long_lists() -> None:
    """Each end's lists are compared with the other's."""

    def action(count: int) -> Callable[[], object]:
        files = [
            f'<broker brokerName="{here}"><networkConnectors><networkConnector name="{here}" '
            f'duplex="true" staticBridge="true" uri="static:(tcp://{there}:1)">'
            "<staticallyIncludedDestinations>"
            + "".join(f'<queue physicalName="{here}.{i}"/>' for i in range(count))
            + "</staticallyIncludedDestinations></networkConnector></networkConnectors></broker>"
            for here, there in ("ab", "ba")
        ]
        documents = [XmlDocument(f"{at}.xml", text.encode()) for at, text in enumerate(files)]
        found = Network([broker for each in documents for broker in reader.from_document(each)])
        return lambda: lint.lint(found)

    quadruples(action, 500)
