"""Offsets as lines and columns."""

import re

from hypothesis import given
from hypothesis import strategies as st

from opskit.nodes import Lines


@given(st.text("ab\n\r\u2028", max_size=30), st.data())
def test_lines_and_columns_count_from_one(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    before = text[:index]
    starts = [0, *(end.end() for end in re.finditer(r"\r\n|\n|\r", text) if end.end() <= index)]
    assert Lines(text).at(index) == (len(starts), len(before) - starts[-1] + 1)
