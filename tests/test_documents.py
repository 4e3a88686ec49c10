"""Reading text into documents: what is accepted, what is refused, and where things stand."""

import codecs
import contextlib
import io
import json
import os
import re
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opskit import syntax
from opskit.documents import (
    EmptyInputError,
    decode_text,
    encode_like,
    parse_document,
    read_bytes,
    read_document,
)
from opskit.errors import InputError
from opskit.nodes import MAX_DEPTH, ListNode, MapNode, ScalarNode


def parse(text, name="t.yaml", **options):
    return parse_document(text.encode() if isinstance(text, str) else text, name, **options)


def refusal(text, **options):
    with pytest.raises(InputError) as caught:
        parse(text, **options)
    return caught.value


MERGED = [{"x": 1}, {"x": 2, "z": 2}, {"x": 1, "z": 2}]


class TestReadBytes:
    def test_reads_a_file_and_stdin(self, tmp_path, monkeypatch):
        (tmp_path / "a").write_bytes(b"x")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
        assert read_bytes(tmp_path / "a") == b"x"
        assert read_bytes("-") == b"piped"

    def test_stdin_is_bounded_and_named(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 100)))
        with pytest.raises(InputError, match="larger than 9 bytes") as caught:
            read_bytes("-", limit=9)
        assert caught.value.where == "<stdin>"

    def test_closed_stdin(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", None)
        with pytest.raises(InputError, match="stdin is closed"):
            read_bytes("-")

    def test_missing_file_suggests_its_neighbour(self, tmp_path):
        (tmp_path / "topology.yml").touch()
        with pytest.raises(InputError, match="no such file") as caught:
            read_bytes(tmp_path / "topology.yaml")
        assert "topology.yml" in caught.value.hint

    @pytest.mark.parametrize("name", ["no/such/folder/x", "a\0b", "x" * 5000, ""])
    def test_impossible_paths(self, name):
        with pytest.raises(InputError) as caught:
            read_bytes(name)
        assert caught.value.hint

    def test_folder(self, tmp_path):
        with pytest.raises(InputError, match="is a folder"):
            read_bytes(tmp_path)

    def test_no_permission(self, tmp_path, monkeypatch):
        (tmp_path / "a").touch()

        def refuse(*_args, **_options):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
        with pytest.raises(InputError, match="Permission denied") as caught:
            read_bytes(tmp_path / "a")
        assert "permissions" in caught.value.hint

    def test_large_file_is_not_read(self, tmp_path):
        path = tmp_path / "large"
        with path.open("wb") as stream:
            stream.truncate(100 * 2**20)
        with pytest.raises(InputError, match="larger than 16 MiB"):
            read_bytes(path)

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
    def test_endless_device(self):
        with pytest.raises(InputError, match="larger than"):
            read_bytes("/dev/zero", limit=1000)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
    def test_named_pipe(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"a: 1",))
        writer.start()
        assert read_document(tmp_path / "pipe").plain() == {"a": 1}
        writer.join()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\r\nb: [x, 'y']\r\n", {"a": 1, "b": ["x", "y"]}),
        (codecs.BOM_UTF8 + b"a: \xc3\xa9", {"a": "é"}),
        (codecs.BOM_UTF8 * 2 + b"a: x", {"a": "x"}),
        ("\ufeffa: é".encode("utf-16-le"), {"a": "é"}),
        ("\ufeffa: é".encode("utf-16-be"), {"a": "é"}),
        ("\ufeffa: é".encode("utf-32-le"), {"a": "é"}),
        ("- &b {x: 1, y: 1}\n- {<<: *b, y: 2}", [{"x": 1, "y": 1}, {"x": 1, "y": 2}]),
        ("- &a {x: 1}\n- &b {x: 2, z: 2}\n- {<<: [*a, *b]}", MERGED),
        ("on: {1: no, ~: 1.5}", {"on": {"1": False, "~": 1.5}}),
        ("[22:22, 2020-01-01, 0b_, 1e5]", ["22:22", "2020-01-01", "0b_", 1e5]),
        ("[!!str 5, ! 6, !!int 0x10]", ["5", "6", 16]),
        ("a:", {"a": None}),
        ("---\na: 1\n...\n", {"a": 1}),
        ('{"a": "tab\\there\\/ \\ud83d\\ude00", "b": 1e3}', {"a": "tab\there/ 😀", "b": 1000.0}),
        ("{a: 1}", {"a": 1}),
        ('{"' + "k" * 2000 + '"\n:\t1}', {"k" * 2000: 1}),
    ],
)  # fmt: skip
def test_accepted(text, value):
    assert parse(text).plain() == value


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "t.yaml:3:1", "the key `a` stands twice: in line 1 and in line 3"),
        ('{"a": 1,\n "a": 2}', "t.yaml:2:2", "the key `a` stands twice"),
        ("a: &x 1\nb: *y\n", "t.yaml:2:4", "the alias `*y` has no anchor"),
        ("&a [*a]", "t.yaml:1:5", "inside its own anchor"),
        ("a:\n  b: !Ref x", "t.yaml:2:6", "the tag `!Ref`"),
        ("a: !!python/object:os.system {}", "t.yaml:1:4", "the tag `!!python/object:os.system`"),
        ("!!set {a, b}", "t.yaml:1:1", "the tag `!!set`"),
        ("a: !!int x", "t.yaml:1:10", "`x` is no !!int"),
        ("a:\n\tb: 1", "t.yaml:2:1", "not YAML"),
        ("a: b: c", "t.yaml:1:5", "mapping values are not allowed"),
        ("a: [1", "t.yaml:1:6", "not YAML"),
        ("a: 1\n---\nb: 1", "t.yaml:2:1", "several documents"),
        ("{{ name }}: 1", "t.yaml:1:1", "cannot be a key"),
        ("a: {<<: 5}", "t.yaml:1:5", "`<<` takes a mapping"),
        ("x: \x01", "t.yaml:1:4", "U+0001"),
        (b"ok: 1\nx: \xff", "t.yaml:2:4", "is not UTF-8 text"),
        (b"\x7fELF\0\0", "t.yaml", "binary"),
        ("[" * 100_000, f"t.yaml:1:{MAX_DEPTH + 1}", "nested deeper"),
        ("- " * 100_000, None, "nested deeper"),
        ("{a: " * 100_000, None, "nested deeper"),
        ('"\\ud800"', None, ""),
    ],
)
def test_refused(text, where, message):
    error = refusal(text)
    assert message in error.message
    assert where is None or error.where == where


@pytest.mark.parametrize("text", [b"", b" \n\t", b"# only a comment\n", codecs.BOM_UTF8])
def test_empty(text):
    with pytest.raises(EmptyInputError, match="is empty") as raised:
        parse(text)
    assert "YAML" not in raised.value.hint  # a broker's XML may have been meant


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ('{"a": 1,}', "t:1:", "is not JSON: "),
        ('{"a":\n nul}', "t:2:2", "is not JSON: Expecting value"),
        ("[NaN]", "t:1:2", "NaN is no JSON value"),
        ('["\\ud83d"]', "t:1:2", "surrogate"),
        ("{'a': 1}", "t:1:2", "is not JSON"),
    ],
)
def test_refused_json(text, where, message):
    error = refusal(text, name="t", is_json=True)
    assert message in error.message
    assert error.where.startswith(where)


def test_json_ending_makes_it_json(tmp_path):
    (tmp_path / "a.JSON").write_text("a: 1")
    with pytest.raises(InputError, match="is not JSON"):
        read_document(tmp_path / "a.JSON")


class TestBounds:
    """Small texts that stand for large documents are refused before they become large."""

    @staticmethod
    def refused_soon(text, message):
        start = time.monotonic()
        assert message in refusal(text).message
        assert time.monotonic() - start < 20

    def test_billion_laughs(self):
        lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
        for n in range(1, 10):
            lines.append(f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]")
        self.refused_soon("\n".join(lines), "holds more than")

    def test_aliases_of_a_long_text(self):
        self.refused_soon(f"- &a {'x' * 10**6}\n" + "- *a\n" * 1000, "holds more than")

    def test_depth_by_aliases(self):
        lines = ["- &a0 [x]", *(f"- &a{n} [*a{n - 1}]" for n in range(1, 1000))]
        self.refused_soon("\n".join(lines), "nested deeper")

    def test_many_merges(self):
        merges = ", ".join(["*e"] * 50_000)
        own = "".join(f"  k{n}: 1\n" for n in range(50_000))
        text = f"e: &e {{}}\nx:\n  <<: [{merges}]\n{own}"
        start = time.monotonic()
        assert len(parse(text).root.items["x"][1].items) == 50_000
        assert time.monotonic() - start < 20

    @pytest.mark.parametrize("unit", ["- \n", "[],", "a,", '"",'])
    def test_many_values(self, unit):
        opening = "" if unit == "- \n" else "["
        self.refused_soon(opening + unit * 1_000_000, "holds more than")

    @pytest.mark.parametrize("text", ['["' + '\\"' * 10**6, "[" + '"\\' * 10**6, "&" * 10**6])
    def test_tricky_scans(self, text):
        start = time.monotonic()
        refusal(text)
        assert time.monotonic() - start < 20


TAGS = {"!Ref": "Ref", "!Sub": "Fn::Sub", "!Join": "Fn::Join", "!If": "Fn::If"}


class TestTags:
    """Local tags of YAML that stand for a mapping with one key."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("a: !Ref Bucket", {"a": {"Ref": "Bucket"}}),
            ("!Ref Bucket", {"Ref": "Bucket"}),
            ("a: !Ref 12", {"a": {"Ref": "12"}}),
            ("a: !Ref", {"a": {"Ref": ""}}),
            ('a: !Sub "${B}: x"', {"a": {"Fn::Sub": "${B}: x"}}),
            ("a: !Sub |\n  x\n  y\n", {"a": {"Fn::Sub": "x\ny\n"}}),
            ("- !Join ['', [a, !Ref B, 1]]", [{"Fn::Join": ["", ["a", {"Ref": "B"}, 1]]}]),
            ("!Sub\n- ${x}\n- x: !Ref B\n", {"Fn::Sub": ["${x}", {"x": {"Ref": "B"}}]}),
            (
                "a: !If\n  - C\n  - k: 1\n  - !Ref B\nb: 2",
                {"a": {"Fn::If": ["C", {"k": 1}, {"Ref": "B"}]}, "b": 2},
            ),
            ("a: &x !Ref B\nb: *x", {"a": {"Ref": "B"}, "b": {"Ref": "B"}}),
            (
                "a: &x !Join [a, []]\nb: *x",
                {"a": {"Fn::Join": ["a", []]}, "b": {"Fn::Join": ["a", []]}},
            ),
        ],
    )
    def test_a_value_becomes_a_mapping(self, text, value):
        assert parse(text, tags=TAGS).plain() == value

    def test_the_value_keeps_its_place(self):
        document = parse("x:\n  - !Ref Bucket\n  - !Join\n    - ''\n    - [a, b]\n", tags=TAGS)
        where = [
            document.location(path)[1:]
            for path in (("x", 0), ("x", 0, "Ref"), ("x", 1, "Fn::Join", 1, 1))
        ]
        assert where == [(2, 10), (2, 10), (5, 11)]

    def test_other_tags_stay_refused(self):
        assert "!GetAtt" in str(refusal("a: !GetAtt x.y", tags=TAGS))
        assert "!Ref" in str(refusal("a: !Ref x"))

    def test_a_tagged_key_is_refused(self):
        assert "cannot be a key" in str(refusal("!Ref a: 1", tags=TAGS))

    def test_tags_count_for_the_depth(self):
        text = "!Sub [" * (MAX_DEPTH // 2 + 1) + "]" * (MAX_DEPTH // 2 + 1)
        assert "nested deeper" in str(refusal(text, tags=TAGS))

    @given(st.text(alphabet="!RefSub Join[]{}:,-&*x\n '\"", max_size=60))
    def test_any_text_is_read_or_refused(self, text):
        with contextlib.suppress(InputError):
            parse(text, tags=TAGS).plain()


class TestLocation:
    text = "# top\nbrokers:\n  cloud: &c\n    engine: é\nroutes:\n- from: [a, 'b c']\n  use: *c\n"

    @pytest.mark.parametrize(
        ("path", "key", "expected"),
        [
            ((), False, "t.yaml:2:1"),
            (("brokers", "cloud", "engine"), False, "t.yaml:4:13"),
            (("brokers", "cloud", "engine"), True, "t.yaml:4:5"),
            (("brokers", "cloud"), True, "t.yaml:3:3"),
            (("routes", 0, "from", 1), False, "t.yaml:6:13"),
            (("routes", 0, "use", "engine"), False, "t.yaml:4:13"),
            (("routes", 0, "missing", 3), False, "t.yaml:6:3"),
        ],
    )
    def test_places(self, path, key, expected):
        assert str(parse(self.text).location(path, key=key)) == expected

    def test_node(self):
        document = parse(self.text)
        node = document.node(["routes", 0, "from", 1])
        assert document.text[node.start : node.end] == "'b c'"
        with pytest.raises(KeyError):
            document.node(["routes", 1])

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("- &a !!str x", "x"),
            ("- &a # c\n  [x]", "[x]"),
            ("- !<tag:yaml.org,2002:str> x", "x"),
            ("- a: 1\n  b: [2]\n\n# end\n", "a: 1\n  b: [2]"),
            ("- |\n  x\n", "|\n  x\n"),
            ("[&a , x]", ""),
            ("- &a:b", ":b"),
        ],
    )
    def test_what_is_written(self, text, written):
        document = parse(text)
        node = document.root.items[0]
        assert document.text[node.start : node.end] == written


def test_without_libyaml(monkeypatch):
    monkeypatch.setattr(syntax, "LOADER", yaml.SafeLoader)
    assert parse("a: &x [1, {b: c}]\nd: *x").plain() == {"a": [1, {"b": "c"}], "d": [1, {"b": "c"}]}
    assert refusal("[" * 10_000 + "a").message.startswith("is nested deeper")
    assert "surrogate" in refusal('"\\ud800"').message
    assert "not YAML" in refusal('"\\UFFFFFFFF"').message


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | words,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=30,
)  # fmt: skip


def read_or_refuse(text, **options):
    """Any exception but an InputError fails the test."""
    with contextlib.suppress(InputError):
        parse(text, **options).plain()


@given(st.binary(max_size=300), st.booleans())
@settings(deadline=None)
def test_any_bytes(data, is_json):
    read_or_refuse(data, is_json=is_json)


@given(st.text(st.sampled_from("ab1:-[]{},&*!#|>?'\"\\% \n\t\r~<é.u_"), max_size=60), st.booleans())
@settings(max_examples=600, deadline=None)
def test_any_yaml_like_text(text, use_c):
    loader = syntax.LOADER if use_c else yaml.SafeLoader
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(syntax, "LOADER", loader)
        read_or_refuse(text)


@given(json_values, st.sampled_from([None, 2, "\t"]), st.booleans(), st.booleans())
@settings(deadline=None)
def test_json_round_trip(value, indent, ascii_only, is_json):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    if not is_json and not isinstance(value, dict | list):
        return
    assert parse(text, is_json=is_json).plain() == json.loads(text)


class Dumper(yaml.SafeDumper):
    """Quotes texts that are numbers in JSON, too: `0E0` is none to PyYAML, and one to opskit."""


def quoted_number(dumper, text):
    is_number = re.fullmatch(r"-?[0-9.]+[eE][-+]?[0-9]+", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if is_number else None)


Dumper.add_representer(str, quoted_number)


@given(json_values.filter(lambda value: isinstance(value, dict | list) and value), st.booleans())
@example(value=["0E0", {"-1.5e3": "1e5"}], flow=False)
@settings(deadline=None)
def test_yaml_agrees_with_pyyaml(value, flow):
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=flow, allow_unicode=True)
    assert parse(text).plain() == value


def scalars(node, path=()):
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, ListNode):
        for index, item in enumerate(node.items):
            yield from scalars(item, (*path, index))
    else:
        assert isinstance(node, MapNode)
        for name, (key, value) in node.items.items():
            yield (*path, name), key
            yield from scalars(value, (*path, name))


@given(json_values, st.sampled_from(["json", "yaml", "crlf"]))
@settings(deadline=None)
def test_positions_are_where_scalars_start(value, form):
    text = json.dumps([value], indent=1, ensure_ascii=False)
    if form != "json":
        text = yaml.safe_dump([value], allow_unicode=True, width=10**6)
    if form == "crlf":
        text = text.replace("\n", "\r\n")
    document = parse(text)
    for _, node in scalars(document.root):
        written = text[node.start : node.end]
        if node.quoted:
            assert written[0] in "'\"|>"
            assert written[-1] == written[0] or written[0] in "|>"
        else:
            assert written == node.text
        line, column = document.lines.at(node.start)
        before = text[: node.start].replace("\r\n", "\n").replace("\r", "\n")
        assert line == before.count("\n") + 1
        assert column == len(before) - (before.rfind("\n") + 1) + 1


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF8 * 2, codecs.BOM_UTF16_BE])
@given(st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])))
def test_text_is_encoded_as_it_was_decoded(mark, text):
    data = mark + text.encode("utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-8")
    assert encode_like(decode_text(data, "a"), data) == data
    assert decode_text(encode_like("other", data), "a") == "other"
