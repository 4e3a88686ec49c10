"""Names and values in SQL: nothing in them ends the text that they stand in."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.clients import duck
from opskit.errors import UsageError
from opskit.redshift.dialect import to_duckdb
from opskit.redshift.sqltext import bind, literal, name, parameters


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("sales", "orders"), '"sales"."orders"'),
        (('a"b',), '"a""b"'),
        (("a.b", "c;--"), '"a.b"."c;--"'),
        (("Größe",), '"Größe"'),
    ],
)
def test_names_are_quoted(parts: tuple[str, ...], text: str) -> None:
    assert name(*parts) == text


@given(st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    """Through sqlglot's reading of Redshift, which knows backslash escapes, and DuckDB."""
    found = duck.connect().execute(to_duckdb(f"SELECT {literal(text)} AS t")).fetchall()
    assert found == [(text,)]


@given(
    st.text(
        alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1
    )
)
def test_a_column_may_be_called_anything(text: str) -> None:
    cursor = duck.connect().execute(to_duckdb(f"SELECT 1 AS {name(text)}"))
    assert [column[0] for column in cursor.description] == [text]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (7, "7"),
        (1.5, "1.5"),
        ("it's", "'it''s'"),
        (datetime(2026, 1, 2, 3, 4, 5), "'2026-01-02 03:04:05.000000'::timestamp"),
    ],
)
def test_literals(value: Any, text: str) -> None:
    assert literal(value) == text


def test_parameters_are_not_in_texts_comments_names_or_casts() -> None:
    sql = """SELECT ':a', ":b", x::int, :c -- :d
    /* :e */ FROM t WHERE y = :f AND z = 'it''s :g' AND w = :c"""
    assert parameters(sql) == ["c", "f"]
    bound = bind(sql, {"c": 1, "f": "o'k"})
    assert "SELECT ':a', \":b\", x::int, 1 -- :d" in bound
    assert "y = 'o''k'" in bound


def test_a_parameter_without_a_value_is_refused() -> None:
    with pytest.raises(UsageError, match="'limit' has no value"):
        bind("SELECT :limit", {})
