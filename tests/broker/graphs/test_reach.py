"""The graph of a network: nodes, edges, diameter, cycles, reach."""

import random
import time
from collections import deque

import pytest

from opskit.broker.graphs import reach
from opskit.broker.graphs.reach import Graph
from tests.broker.rules.marked import broker, connector, read


def graph(pairs: str, rest: str = "", names: str = "") -> Graph:
    """`ab bc` is a connector from a to b and one from b to c."""
    links = pairs.split()
    letters = names or "".join(sorted(set("".join(links))))
    files = [
        broker(n, *(connector(p[1], rest) for p in links if p[0] == n), port=61616) for n in letters
    ]
    return Graph(read(files)[0])


def labels(found: Graph, numbers: object) -> str:
    assert isinstance(numbers, list | set | dict)
    return "".join(found.nodes[n].label for n in numbers)


def pairs(found: Graph) -> list[str]:
    return [found.nodes[e.source].label + found.nodes[e.target].label for e in found.edges]


def test_an_edge_for_each_connector_and_two_for_a_duplex_one() -> None:
    assert pairs(graph("ab bc")) == ["ab", "bc"]
    both = graph("ab", 'duplex="true"')
    assert pairs(both) == ["ab", "ba"]
    assert [edge.reverse for edge in both.edges] == [False, True]


def test_remotes_that_are_not_in_the_network_are_nodes_of_their_own() -> None:
    files = [
        broker("a", connector("static:(tcp://x:1,tcp://b:61616)")),
        broker("b", connector("masterslave:(tcp://x:1,tcp://y:2)"), port=61616),
        broker("c", connector("static:(failover:(ssl://y:2,ssl://z:3))")),
    ]
    found = Graph(read(files)[0])
    assert [node.label for node in found.nodes] == ["a", "b", "c", "x:1", "y:2"]
    assert pairs(found) == ["ax:1", "ab", "bx:1", "cy:2"]
    assert [node.broker is None for node in found.nodes] == [False] * 3 + [True] * 2
    assert [found.closed(component) for component in found.components] == [False, False]


def test_a_connector_without_a_readable_uri_is_no_edge() -> None:
    files = [broker("a", connector("static:(${B})"), '<networkConnector name="n"/>')]
    assert Graph(read(files)[0]).edges == []


def test_brokers_of_one_name_are_told_apart() -> None:
    found = Graph(read([broker("a"), broker("a"), "<networkConnectors/>"])[0])
    assert [node.label for node in found.nodes] == ["a (1.xml, 1)", "a (2.xml, 2)",
                                                    "broker (3.xml, 3)"]  # fmt: skip


@pytest.mark.parametrize(
    ("links", "diameter", "meshed"),
    [
        ("ab", 1, False),
        ("ab ba", 1, False),
        ("ab bc", 2, False),
        ("ab cb", 1, False),
        ("ab ba bc cb", 2, False),
        ("ab bc ca", 2, True),
        ("ab bc cd da", 3, True),
        ("ab ac bd cd", 2, True),
        ("ab ba cd dc", 1, False),
    ],
)
def test_diameter(links: str, diameter: int, meshed: bool) -> None:
    found = graph(links)
    assert found.diameter == diameter
    assert any(found.meshed(component) for component in found.components) is meshed


def test_the_diameter_agrees_with_a_search_from_every_node() -> None:
    rnd = random.Random(7)
    for _ in range(60):
        letters = "abcdefgh"
        links = " ".join(
            a + b for a in letters for b in letters if a != b and rnd.random() < rnd.random() / 3
        )
        found = graph(links, names=letters)
        slowly = max(max(breadth_first(found, n).values()) for n in range(len(found.nodes)))
        assert found.diameter == slowly, links
        for node in range(len(found.nodes)):
            assert found.reach(node, -1) == breadth_first(found, node)


def breadth_first(found: Graph, start: int) -> dict[int, int]:
    hops, queue = {start: 0}, deque([start])
    while queue:
        at = queue.popleft()
        for edge in found.out[at]:
            if edge.target not in hops:
                hops[edge.target] = hops[at] + 1
                queue.append(edge.target)
    return hops


def test_a_limit_ends_the_search_for_the_longest_route() -> None:
    found = graph("ab bc cd de")
    assert [found.eccentricity(found.components[0], limit) for limit in (1, 3, 9, None)] == [
        1,
        3,
        4,
        4,
    ]


@pytest.mark.parametrize(("ttl", "reached"), [(0, "a"), (1, "ab"), (2, "abcd"), (-1, "abcde")])
def test_reach(ttl: int, reached: str) -> None:
    found = graph("ab bc bd de ea")
    assert "".join(sorted(labels(found, found.reach(0, ttl)))) == reached


@pytest.mark.parametrize(
    ("links", "cycles", "example"),
    [
        ("ab ba", [], ""),
        ("ab ba bc cb", ["abc"], ""),
        ("ab bc ca", ["abc"], "abc"),
        ("ab bc ca cd dc de ed ad", ["abcde"], "abc"),
        ("ab bc ca xy yz zx", ["abc", "xyz"], "abc"),
        ("ab bc cd", [], ""),
    ],
)
def test_cycles(links: str, cycles: list[str], example: str) -> None:
    found = graph(links)
    assert sorted(labels(found, members) for members in found.cycles) == cycles
    if cycles:
        first = min(found.cycles)
        assert labels(found, found.example_cycle(first)) == example


@pytest.mark.parametrize(
    ("links", "ttl", "twice"),
    [
        ("ab ba bc cb ca ac", 1, False),
        ("ab ba bc cb ca ac", 2, True),
        ("ab bd ac cd", 2, True),
        ("ab bd ac cd", 1, False),
        ("ab ba ac ca ad da", 9, False),
        ("ab bc cd da", 9, False),
        ("ab bc ca", -1, False),
    ],
)
def test_whether_consumers_are_heard_of_by_two_routes(links: str, ttl: int, twice: bool) -> None:
    found = graph(links, f'consumerTTL="{ttl}"')
    assert (found.reached_twice(0) is not None) is twice


def test_one_graph_a_network() -> None:
    network, _ = read([broker("a")])
    assert reach.of(network) is reach.of(network)
    assert reach.of(read([broker("a")])[0]) is not reach.of(network)


def test_a_thousand_brokers_take_milliseconds() -> None:
    """Measured: 5 ms for the diameter and 4 for the cycles; the limit leaves room for any CI."""
    count = 1000
    files = [
        broker(f"n{i}", *(connector(f"n{(i * 5 + j + 1) % count}") for j in range(5)))
        for i in range(count)
    ]
    found = Graph(read(files)[0])
    start = time.process_time()
    assert found.diameter == 5
    assert [len(members) for members in found.cycles] == [count]
    assert time.process_time() - start < 0.5
