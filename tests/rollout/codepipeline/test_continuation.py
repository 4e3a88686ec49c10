"""The continuation token: what goes in comes out, within the limit of the API."""

import base64
import hashlib
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.errors import InputError, UnknownError
from opskit.rollout.codepipeline import continuation
from opskit.rollout.codepipeline.continuation import LIMIT, decode, encode, refuse_too_many
from opskit.rollout.codepipeline.protocol import State, Workload

WORKLOADS = st.builds(
    Workload,
    st.from_regex(r"(deploy|sts|ds)/[a-z0-9-]{1,40}", fullmatch=True),
    st.uuids().map(str),
    st.integers(0, 10**9),
    st.from_regex(r"[a-z0-9./-]{1,80}:[a-z0-9.]{1,20}", fullmatch=True) | st.just(""),
)
STATES = st.builds(
    State,
    st.floats(1e9, 3e9).map(lambda at: round(at, 3)),
    st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=2),
    st.lists(WORKLOADS, max_size=6),
    st.sampled_from(["watching", "undoing"]),
    st.floats(1e9, 3e9).map(lambda at: round(at, 3)) | st.just(0.0),
    st.text(max_size=200),
)


@settings(max_examples=60, deadline=None)
@given(STATES)
def test_a_state_comes_out_as_it_went_in(state: State) -> None:
    token = encode(state)
    assert 1 <= len(token) <= LIMIT
    assert token.isascii()
    found = decode(token)
    whole = [each.before for each in found.workloads] == [each.before for each in state.workloads]
    assert (found.started, found.since, found.phase) == (state.started, state.since, state.phase)
    assert found.images == state.images
    assert [(each.name, each.uid, each.generation) for each in found.workloads] == [
        (each.name, each.uid, each.generation) for each in state.workloads
    ]
    assert found.cause == state.cause if whole else state.cause.startswith(found.cause)


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda data: "1z:" + data.hex()))
def test_anything_else_is_refused(text: str) -> None:
    try:
        found = decode(text)
    except UnknownError:
        return
    assert decode(encode(found)) == found


def test_a_small_state_can_be_read_by_people() -> None:
    token = encode(State(1.5, {"web": "reg/web:2"}, [Workload("deploy/web", "u", 7, "web:1")]))
    assert token == '1:{"s":1.5,"i":{"web":"reg/web:2"},"w":[["deploy/web","u",7,"web:1"]]}'


def digits(number: int) -> str:
    """64 digits that do not pack."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def many(count: int, before: str = "") -> list[Workload]:
    return [
        Workload(f"deploy/service-{n}", digits(n)[:36], n, before and before + digits(n)[36:])
        for n in range(count)
    ]


def test_old_images_are_left_out_before_a_rollout_is_refused() -> None:
    few, some = many(4, "registry.example.com/x:"), many(44, "registry.example.com/x:")
    assert decode(encode(State(1, {"": "i"}, few))).workloads == few
    assert [each.before for each in decode(encode(State(1, {"": "i"}, some))).workloads] == [
        ""
    ] * 44


def test_too_many_workloads_are_refused_before_the_change() -> None:
    names = [each.name for each in many(200)]
    with pytest.raises(InputError, match="200 workloads are too many"):
        refuse_too_many(names, {"": "image:1"})


@given(st.integers(0, 60))
def test_what_is_not_refused_before_can_be_told_after(count: int) -> None:
    names = [each.name for each in many(count)]
    try:
        refuse_too_many(names, {"": "image:1"})
    except InputError:
        assert count > 20
        return
    for workloads in (many(count), many(count, "registry.example.com/team/service:1.")):
        assert (
            len(encode(State(1.8e9, {"": "image:1"}, workloads, "undoing", 1.9e9, "x" * 2000)))
            <= LIMIT
        )


def test_a_token_that_grows_when_unpacked_is_refused() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(b'{"s":1,"c":"' + b"a" * 50_000_000) + packer.flush()
    with pytest.raises(UnknownError):
        decode("1z:" + base64.b85encode(bomb).decode())


def test_the_limit_is_that_of_the_model() -> None:
    import boto3

    client = boto3.client("codepipeline", region_name="eu-west-1")
    shape = client.meta.service_model.shape_for("ContinuationToken")
    assert shape.metadata["max"] == continuation.LIMIT
