"""Discovery URIs taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.broker import uris
from opskit.broker.uris import Uri, UriError, parse

PAIR = "ssl://b-1.example:61617,ssl://b-2.example:61617"


@pytest.mark.parametrize(
    ("text", "scheme", "endpoints"),
    [
        ("static:(tcp://h:61616)", "static", ["h:61616"]),
        ("static://(tcp://h:61616)", "static", ["h:61616"]),
        ("static:tcp://h:61616", "static", ["h:61616"]),
        ("static:tcp://h:1,tcp://i:2", "static", ["h:1", "i:2"]),
        (f"static:({PAIR})", "static", ["b-1.example:61617", "b-2.example:61617"]),
        (f"masterslave:({PAIR})", "masterslave", ["b-1.example:61617", "b-2.example:61617"]),
        (
            f"static:(failover:({PAIR})?maxReconnectAttempts=0&randomize=false)?a=b",
            "static",
            ["b-1.example:61617", "b-2.example:61617"],
        ),
        ("static:(failover:(tcp://h:1),tcp://i:2)", "static", ["h:1", "i:2"]),
        ("static:(tcp://[::1]:61616)", "static", ["::1:61616"]),
        ("static:(tcp://h)", "static", ["h"]),
        ("static:(ssl:// h:61617)", "static", ["h:61617"]),
        ("static:(\n  tcp://h:1,\n  tcp://i:2\n)", "static", ["h:1", "i:2"]),
        ("multicast://default", "multicast", []),
        ("multicast://239.255.2.3:6155?group=prod", "multicast", []),
        ("simple:(multicast://default)", "simple", []),
        ("static:(tcp://${h}:1,tcp://i:${p:2},tcp://j:3)", "static", ["j:3"]),
        ("static:()", "static", []),
        ("tcp://h:61616?wireFormat.maxInactivityDuration=0", "tcp", ["h:61616"]),
        ("http://h:8080/broker", "http", ["h:8080"]),
    ],
)
def test_scheme_and_endpoints(text: str, scheme: str, endpoints: list[str]) -> None:
    uri = parse(text)
    assert uri.scheme == scheme
    assert [endpoint.address for endpoint in uri.endpoints] == endpoints


def test_a_placeholder_hides_an_address_and_nothing_else() -> None:
    first, second, third = parse("static:(ssl://${h:x}:1?a=b,tcp://i:#{p},nio://j:3)?c=${d}").parts
    assert (first.scheme, first.host, first.port, first.hidden) == ("ssl", "${h:x}", 1, True)
    assert (first.option("a"), second.scheme, second.host) == ("b", "tcp", "i")
    assert (second.port, second.hidden, third.hidden) == (None, True, False)


def test_options_belong_to_their_own_uri() -> None:
    uri = parse("static:(failover:(tcp://h:1?a=1)?b=2)?c=3&c=4&d")
    (failover,) = uri.parts
    (transport,) = uri.endpoints
    assert (uri.option("c"), uri.option("d"), uri.option("b")) == ("4", "", None)
    assert failover.options == (("b", "2"),)
    assert transport.options == (("a", "1"),)


def test_wrapped_is_outermost_first() -> None:
    uri = parse("static:(failover:(tcp://h:1,tcp://i:2))")
    assert [inner.scheme for inner in uri.wrapped()] == ["static", "failover", "tcp", "tcp"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no scheme"),
        ("${uri}", "placeholder stands for its scheme"),
        ("static:(${s}://h:1)", "placeholder stands for its scheme"),
        ("static:(tcp://${hosts:a,b}:1)", "may hold several"),
        ("static:(tcp:${rest})", "more than a host"),
        ("nothing", "no scheme"),
        (":x", "no scheme"),
        ("static:(tcp://h:1", "parenthesis"),
        ("static:(static:((tcp://h:1)", "parenthesis"),
        ("static:(" * 50 + "tcp://h:1" + ")" * 50, "nested deeper"),
    ],
)
def test_what_no_broker_could_read(text: str, why: str) -> None:
    with pytest.raises(UriError, match=why):
        parse(text)


@pytest.mark.parametrize(
    ("text", "there"),
    [("${url}", True), ("static:(#{env.url})", True), ("static:(tcp://h:1)", False), ("$x", False)],
)
def test_placeholders(text: str, there: bool) -> None:
    assert uris.has_placeholder(text) == there


@given(st.text(alphabet="static:(tcp/,?=&h1 )\n[]", max_size=60))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    try:
        uri = parse(text)
    except UriError:
        return
    assert all(isinstance(inner, Uri) for inner in uri.wrapped())


hosts = st.from_regex(r"[a-z][a-z0-9.-]{0,12}", fullmatch=True)
queries = st.sampled_from(["", "?a=1", "?a=1&b=c"])
transports = st.builds(
    lambda scheme, host, port, query: f"{scheme}://{host}:{port}{query}",
    st.sampled_from(sorted(uris.OPENWIRE)),
    hosts,
    st.integers(1, 65535),
    queries,
)
composites = st.recursive(
    transports,
    lambda inner: st.builds(
        lambda scheme, parts, query: f"{scheme}:({','.join(parts)}){query}",
        st.sampled_from(["static", "masterslave", "failover"]),
        st.lists(inner, min_size=1, max_size=3),
        queries,
    ),
    max_leaves=8,
).filter(lambda text: text.count("(") <= uris.MAX_NESTING)


@given(composites)
def test_every_transport_is_found_in_order(text: str) -> None:
    written = [part.strip("()").partition("?")[0] for part in text.replace("(", ",").split(",")]
    wanted = [part.partition("://")[2] for part in written if "://" in part]
    assert [endpoint.address for endpoint in parse(text).endpoints] == [
        address.rstrip(")") for address in wanted
    ]
