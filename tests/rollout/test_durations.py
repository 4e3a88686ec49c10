"""Lengths of time, as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import UsageError
from opskit.rollout.durations import seconds, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("45", 45), ("500ms", 0.5), ("1.5h", 5400)],
)
def test_what_is_a_length(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    "text", ["", "soon", "5 m", "-1s", "1d", "10x", "8h61", "٣s", "1e9", "9999h"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(UsageError) as error:
        seconds(text, "--timeout")
    assert error.value.where == "--timeout"


@given(st.integers(0, 167), st.integers(0, 59), st.integers(0, 59))
def test_parts_add_up(hours: int, minutes: int, rest: int) -> None:
    assert seconds(f"{hours}h{minutes}m{rest}s") == hours * 3600 + minutes * 60 + rest


@pytest.mark.parametrize(
    ("value", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (59, "59 s"), (200, "3 m 20 s")]
)
def test_how_they_read(value: float, text: str) -> None:
    assert shown(value) == text
    assert shown(7500) == "2 h 5 m"
