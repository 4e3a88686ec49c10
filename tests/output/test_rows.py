"""Rows in every format, read again by the reader that the format is for."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from io import StringIO
from pathlib import Path

import pytest
import yaml

from opskit.errors import UsageError
from opskit.output import Column, Format, Table, console, emit_rows, render_rows
from opskit.output.text import count, width, wrap
from opskit.output.values import cell, plain
from tests.output.test_console import EVIL, SHOWN, on_terminal

TABLE = Table(
    schema="opskit.test.list/1",
    columns=["name", Column("max_size", unit="bytes"), Column("tags", "Labels")],
    rows=[
        {"name": "orders", "max_size": 1024, "tags": ["a", "b"], "hidden": {"x": None}},
        {"name": "dead|letters\nall", "max_size": None, "tags": []},
        {"name": EVIL, "tags": ('"q", r',)},
    ],
    key="queues",
    extra={"total": 3},
)


class Level(StrEnum):
    HIGH = "high"


class Code(IntEnum):
    NO = 1


@dataclass
class Point:
    x: int
    y: float


@pytest.fixture(autouse=True)
def colourless() -> Iterator[None]:
    console.configure(color="never")
    yield
    console.configure(color="never")


def test_a_pipe_gets_aligned_lines_and_nothing_else() -> None:
    assert render_rows(TABLE, Format.TABLE).splitlines() == [
        "NAME                      MAX SIZE (BYTES)  LABELS",
        "orders                                1024  a b",
        r"dead|letters\nall",
        rf'{SHOWN}                    "q", r',
    ]


def test_a_pipe_gets_long_cells_whole() -> None:
    table = Table("s/1", ["a", "b"], [{"a": "x y " * 500, "b": "end"}])
    header, row = render_rows(table, Format.TABLE).splitlines()
    assert row.endswith("x y   end")
    assert header.index("B") == row.index("end")


def test_wide_letters_stay_aligned() -> None:
    table = Table("s/1", ["a", "b"], [{"a": "日本", "b": 1}, {"a": "e\u0301", "b": 2}])
    assert render_rows(table, Format.TABLE).splitlines()[1:] == ["日本  1", "e\u0301     2"]


def test_no_rows_leave_the_heading() -> None:
    table = Table("s/1", ["a", "b"], [])
    assert render_rows(table, Format.TABLE) == "A  B\n"
    assert render_rows(table, Format.CSV) == "a,b\n"
    assert render_rows(table, Format.JSONL) == ""
    assert json.loads(render_rows(table, Format.JSON)) == {"schema": "s/1", "rows": []}


@pytest.mark.parametrize(
    ("column", "values", "right"),
    [
        pytest.param(Column("a"), [1, 2.5, None], True, id="numbers"),
        pytest.param(Column("a"), [1, "n/a"], False, id="mixed"),
        pytest.param(Column("a"), [True], False, id="bool"),
        pytest.param(Column("a"), [None], False, id="nothing"),
        pytest.param(Column("a", align="left"), [1], False, id="told left"),
        pytest.param(Column("a", align="right"), ["x"], True, id="told right"),
    ],
)
def test_numbers_stand_at_the_right(column: Column, values: list[object], right: bool) -> None:
    assert Table("s/1", [column], [{"a": value} for value in values]).at_right(column) is right


def test_people_read_yes_and_no_and_programs_true_and_false() -> None:
    table = Table("s/1", ["a"], [{"a": True}, {"a": False}])
    assert render_rows(table, Format.TABLE).split() == ["A", "yes", "no"]
    assert "| yes |\n| no |" in render_rows(table, Format.MD)
    assert render_rows(table, Format.CSV).split() == ["a", "true", "false"]
    assert json.loads(render_rows(table, Format.JSON))["rows"] == [{"a": True}, {"a": False}]


def test_colour_in_a_pipe_dims_the_heading_only() -> None:
    plain_lines = render_rows(TABLE, Format.TABLE).splitlines()
    console.configure(color="always")
    header, *body = render_rows(TABLE, Format.TABLE).splitlines()
    assert header == f"\x1b[2m{plain_lines[0]}\x1b[0m"
    assert body == plain_lines[1:]


class TestTerminal:
    CODE = (
        "from opskit.output import *; configure();"
        "emit_rows(Table('s/1', ['name', Column('n'), 'text'], [{'name': '[red]x', 'n': 7,"
        r"'text': 'word ' * 20 + ':smile: \x1b[31m\u202e \n second'}]), Format.TABLE)"
    )

    def test_long_cells_wrap_at_its_width(self) -> None:
        lines = on_terminal(self.CODE, columns=40, NO_COLOR="1").splitlines()
        assert lines[0] == "NAME    N  TEXT"
        assert lines[1].startswith("[red]x  7  word word")
        assert max(map(len, lines)) <= 40
        assert len(lines) > 4
        text = " ".join(" ".join(lines[1:]).split())
        assert text.count("word") == 20
        assert r":smile: \x1b[31m\u202e" in text
        assert "\x1b" not in text

    def test_rows_that_are_too_wide_come_one_below_the_other(self) -> None:
        code = (
            "from opskit.output import Format, Table, emit_rows\n"
            "row = {f'column_{n}': f'value {n} ' + 'x' * 20 for n in range(9)}\n"
            "emit_rows(Table('s', list(row), [row, row]), Format.TABLE)"
        )
        lines = on_terminal(code, columns=80, NO_COLOR="1").splitlines()
        assert lines[0] == "-[ 1 ]"
        assert lines[1] == "column 0  value 0 " + "x" * 20
        assert lines[10] == "-[ 2 ]"
        assert "column_0" not in on_terminal(code, columns=400, NO_COLOR="1").splitlines()[1]

    def test_colour_dims_the_heading_only(self) -> None:
        header, *body = on_terminal(self.CODE, columns=200).splitlines()
        assert "\x1b[2m" in header
        assert "\x1b" not in "".join(body)

    def test_a_dumb_terminal_has_its_width_too(self) -> None:
        lines = on_terminal(self.CODE, columns=200, TERM="dumb").splitlines()
        assert "\x1b" not in "".join(lines)
        assert max(map(len, lines)) > 100

    @pytest.mark.parametrize("fmt", ["csv", "md", "json", "jsonl", "yaml"])
    def test_no_format_sends_hostile_text_raw(self, fmt: str) -> None:
        code = self.CODE.replace("Format.TABLE", f"Format('{fmt}')")
        seen = on_terminal(code, columns=400)
        assert "\x1b" not in seen
        assert "\u202e" not in seen
        assert "second" in seen


def test_json_holds_every_field_and_null_for_what_is_missing() -> None:
    text = render_rows(TABLE, Format.JSON)
    assert text.isascii()
    assert json.loads(text) == {
        "schema": "opskit.test.list/1",
        "queues": [
            {"name": "orders", "max_size": 1024, "tags": ["a", "b"], "hidden": {"x": None}},
            {"name": "dead|letters\nall", "max_size": None, "tags": []},
            {"name": EVIL, "max_size": None, "tags": ['"q", r']},
        ],
        "total": 3,
    }


def test_jsonl_is_one_row_a_line() -> None:
    lines = render_rows(TABLE, Format.JSONL).splitlines()
    assert [json.loads(line) for line in lines] == list(plain(list(TABLE.records())))


def test_yaml_says_what_json_says_in_the_same_order() -> None:
    text = render_rows(TABLE, Format.YAML)
    assert yaml.safe_load(text) == json.loads(render_rows(TABLE, Format.JSON))
    assert re.findall(r"^\w+", text, re.MULTILINE) == ["schema", "queues", "total"]
    assert text.isascii()


def test_yaml_has_no_aliases_and_folds_nothing() -> None:
    shared = ["same"]
    table = Table("s/1", ["a", "b"], [{"a": shared, "b": shared, "c": "word " * 60}])
    text = render_rows(table, Format.YAML)
    assert "&" not in text
    assert "word " * 59 in text


def test_csv_is_read_again_as_it_was() -> None:
    text = render_rows(TABLE, Format.CSV)
    assert text.startswith("name,max_size,tags\norders,1024,a b\n")
    assert list(csv.reader(StringIO(text, newline="")))[1:] == [
        ["orders", "1024", "a b"],
        ["dead|letters\nall", "", ""],
        [EVIL, "", '"q", r'],
    ]


@pytest.mark.parametrize("value", ["\r", "a\r\nb", '"', ",", "\n", "", " ", "'"])
def test_csv_quotes_what_needs_it(value: str) -> None:
    text = render_rows(Table("s/1", ["a"], [{"a": value}, {"a": "next"}]), Format.CSV)
    assert list(csv.reader(StringIO(text, newline=""))) == [["a"], [value], ["next"]]


def test_md_is_a_github_table() -> None:
    lines = render_rows(TABLE, Format.MD).splitlines()
    assert lines[:4] == [
        "| name | max size (bytes) | Labels |",
        "| --- | ---: | --- |",
        "| orders | 1024 | a b |",
        r"| dead\|letters<br>all |  |  |",
    ]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {4}


@pytest.mark.parametrize(
    "value",
    ["a|b", r"a\|b", "<b>x</b>", "*a* `b` [c](d) ~~e~~", "_a_ __init__ snake_case", "&lt;", "a\\"],
)
def test_md_shows_a_cell_as_it_is(value: str) -> None:
    from html import unescape

    from markdown_it import MarkdownIt

    text = render_rows(Table("s/1", ["a", "b"], [{"a": value, "b": "end"}]), Format.MD)
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    assert [unescape(c) for c in re.findall(r"<td>(.*?)</td>", html)] == [value, "end"]


@pytest.mark.parametrize("fmt", [Format.JUNIT, Format.SARIF, Format.GITHUB])
def test_rows_refuse_the_formats_for_findings(fmt: Format) -> None:
    with pytest.raises(UsageError, match=f"'{fmt}' is not an output format for rows") as raised:
        render_rows(TABLE, fmt)
    assert "table, json, jsonl, csv, yaml, md" in raised.value.hint


@pytest.mark.parametrize(
    ("value", "as_plain", "as_cell"),
    [
        pytest.param(None, None, "", id="None"),
        pytest.param(True, True, "true", id="bool"),
        pytest.param(1.5, 1.5, "1.5", id="float"),
        pytest.param(float("nan"), None, "", id="NaN"),
        pytest.param(float("inf"), None, "", id="infinity"),
        pytest.param(Level.HIGH, "high", "high", id="StrEnum"),
        pytest.param(Code.NO, 1, "1", id="IntEnum"),
        pytest.param(("a", None, 1), ["a", None, 1], "a  1", id="tuple"),
        pytest.param({"b", "a"}, ["a", "b"], "a b", id="set"),
        pytest.param({Level.HIGH: {"a"}}, {"high": ["a"]}, '{"high": ["a"]}', id="mapping"),
        pytest.param(Point(1, 2.0), {"x": 1, "y": 2.0}, '{"x": 1, "y": 2.0}', id="dataclass"),
        pytest.param(Path("a/b"), "a/b", "a/b", id="path"),
        pytest.param(Decimal("1.10"), "1.10", "1.10", id="decimal"),
        pytest.param(
            datetime(2026, 1, 2, tzinfo=UTC),
            "2026-01-02T00:00:00+00:00",
            "2026-01-02T00:00:00+00:00",
            id="datetime",
        ),
    ],
)
def test_values_become_plain_and_cells(value: object, as_plain: object, as_cell: str) -> None:
    assert plain(value) == as_plain
    assert type(plain(value)) is type(as_plain)
    assert cell(value) == as_cell


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "file", "1 file"),
        (0, "file", "0 files"),
        (2, "policy", "2 policies"),
        (2, "key", "2 keys"),
        (2, "box", "2 boxes"),
    ],
)
def test_counts_have_plurals(number: int, noun: str, expected: str) -> None:
    assert count(number, noun) == expected


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("fits", "fits"),
        ("one two three four five six", "one two three four\n    five six"),
        ("  deep two three four five", "  deep two three\n    four five"),
        ("      deep two three four", "      deep two three\n      four"),
        ("a\n\nb", "a\n\nb"),
        ("see /a/path/longer-than-the-line now", "see\n    /a/path/longer-than-the-line\n    now"),
    ],
)
def test_words_are_wrapped_and_never_cut(text: str, wrapped: str) -> None:
    assert wrap(text, 20) == wrapped


def test_width_counts_cells() -> None:
    assert [width(text) for text in ("abc", "日本", "e\u0301", "")] == [3, 4, 1, 0]


def test_emit_writes_data_to_stdout_only(capsys: pytest.CaptureFixture[str]) -> None:
    emit_rows(TABLE, Format.CSV)
    out, err = capsys.readouterr()
    assert out == render_rows(TABLE, Format.CSV)
    assert err == ""
