"""Events of CloudTrail's files: the fast way and the careful one say the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.replay import trails
from tests.emrfs.replay.logs import arn, event, trail

GET = event(arn("r"), "GetObject", {"bucketName": "b", "key": "k"})
READ = ("eventName", "eventTime", "eventSource", "errorCode", "requestParameters")


def read(line: bytes) -> dict[str, Any]:
    """What the queries see of a line: a field that is not there and null are one to them."""
    found = json.loads(line)["r"]
    seen = {name: found.get(name) for name in READ}
    return {**seen, "arn": (found.get("userIdentity") or {}).get("arn") or None}


def careful(data: bytes) -> list[dict[str, Any]]:
    lines = trails.events(data.decode("utf-8-sig"))
    return [read(line) for line in lines if line is not None]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
parameters = st.none() | st.dictionaries(texts, texts | st.integers() | st.none(), max_size=4)
events = st.builds(
    event,
    texts,
    texts,
    parameters,
    st.none() | texts,
    awsRegion=texts,
    resources=st.lists(st.dictionaries(texts, texts, max_size=2), max_size=2),
)


@settings(max_examples=200)
@given(st.lists(events, max_size=5), st.booleans())
def test_both_ways_read_the_same(found: list[dict[str, Any]], ascii_: bool) -> None:
    data = json.dumps({"Records": found}, ensure_ascii=ascii_).encode()
    lines = trails.whole(data)
    if lines is not None:  # escapes of characters in halves are left to the careful way
        assert [read(line) for line in lines.splitlines()] == careful(data)
    else:
        assert b"\\ud" in data


@pytest.mark.parametrize(
    "data",
    [
        trail(GET)[:-3],
        trail(GET) + b"\n" + trail(GET),
        json.dumps(GET).encode(),
        json.dumps({"Records": [GET]}, indent=1).encode(),
        b"\xef\xbb\xbf" + trail(GET),
        trail({**GET, "eventName": None}),
        trail({**GET, "userIdentity": {"arn": None}}),
        trail({**GET, "eventName": 1}),
        trail({**GET, "eventSource": "\ud83e"}),
        trail({**GET, "eventSource": "@@"}).replace(b"@@", b"\xff"),
        trail(GET, "no event"),
        b'{"Records": [' + b'{"a":' * 100_000,
        b'{"Records": null}',
        b"",
    ],
    ids=[
        *("truncated", "two files", "an event alone", "lines", "a mark in front", "no name"),
        *("no ARN", "a number", "half a character", "no UTF-8", "no object", "deep", "null"),
        "empty",
    ],
)
def test_what_is_not_simple_is_left_to_the_careful_way(data: bytes) -> None:
    assert trails.whole(data) is None


def test_the_fast_way_keeps_what_is_read_and_no_more() -> None:
    [line] = (trails.whole(trail({**GET, "requestID": "A", "errorCode": "X"})) or b"").splitlines()
    assert read(line)["errorCode"] == "X"
    assert read(line)["requestParameters"] == {"bucketName": "b", "key": "k"}
    assert b"requestID" not in line
