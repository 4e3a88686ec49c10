"""YAML and JSON text to nodes.

YAML is read from the parser's events, not through its composer: that one recurses in C and
expands without a limit. JSON is checked by `json`, whose messages it deserves, and then cut into
tokens for the positions; YAML is no help there, for it refuses JSON's tabs, long keys and
surrogate pairs.
"""

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches

import yaml

from opskit.nodes import (
    MAX_DEPTH,
    MAX_SIZE,
    Builder,
    Lines,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    Trouble,
)
from opskit.scalars import resolve

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS = {
    "!!int": (int,),
    "!!float": (int, float),
    "!!bool": (bool,),
    "!!null": (type(None),),
}
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTIES = re.compile(
    r"(?:(?:!<[^>]*>|![^\s,\[\]{}]*|&[0-9A-Za-z_-]+)(?:[\s\ufeff]|#[^\r\n]*)*)+"
)
_JSON_TOKEN = re.compile(r'[\[\]{},:]|"(?:[^"\\]++|\\.)*+"?|[^\s\[\]{},:"]+', re.DOTALL)
_HINTS = (
    ("mapping values are not allowed", "put quotes around a value that holds ': '"),
    ("could not find expected ':'", "a key needs a ': ' after it; check the line above, too"),
    ("did not find expected key", "check the indentation, and quotes that end too early"),
    ("did not find expected '-'", "check the indentation of this list"),
    ("did not find expected ',' or", "close the bracket, or put a comma between the values"),
    ("cannot start any token", "put quotes around a value that starts with '@', '`' or '%'"),
    ("unexpected end of stream", "a quote is opened and not closed"),
    ("escape c", "in double quotes a backslash must be doubled; single quotes take it as it is"),
)


def compose(
    text: str, lines: Lines, *, is_json: bool, tags: Mapping[str, str] | None = None
) -> Node | None:
    """The tree of a document, None where the text holds none; raises `Trouble`.

    Text that looks like JSON and is JSON is read as such, whatever the file is called. A YAML
    value with one of `tags` becomes a mapping of the key that the tag stands for to the value.
    """
    if is_json:
        return _compose_json(text, lines)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _compose_json(text, lines)
        except _NotJsonError:
            pass
    return _YamlComposer(text, lines, tags or {}).compose()


class _NotJsonError(Trouble):
    """The text is not JSON, and may still be YAML."""


def _compose_json(text: str, lines: Lines) -> Node | None:
    _refuse_large_json(text)
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        hint = "JSON takes double quotes, no comments and no comma after the last value"
        raise _NotJsonError(f"is not JSON: {error.msg}", error.pos, hint) from None
    builder = Builder(lines)
    for token in _JSON_TOKEN.finditer(text):
        mark, start, end = token[0], token.start(), token.end()
        if mark in ("[", "{"):
            builder.open(ListNode(start, end) if mark == "[" else MapNode(start, end))
        elif mark in ("]", "}"):
            builder.close(end)
        elif mark not in (",", ":"):
            builder.add(_json_scalar(mark, start, end))
    return builder.root


def _json_scalar(token: str, start: int, end: int) -> ScalarNode:
    if token in ("NaN", "Infinity", "-Infinity"):
        raise _NotJsonError(f"is not JSON: {token} is no JSON value", start)
    if not token.startswith('"'):
        return ScalarNode(start, end, token, quoted=False)
    text: str = json.loads(token)
    return ScalarNode(start, end, text, quoted=True)


def _refuse_large_json(text: str) -> None:
    """Before `json` builds it: that one recurses, and takes 20 bytes of memory for one of text."""
    depth = 0
    for count, token in enumerate(_JSON_TOKEN.finditer(text)):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise Trouble(f"is nested deeper than {MAX_DEPTH} levels", token.start(), "flatten it")
        if count > 3 * MAX_SIZE:
            raise Trouble(f"holds more than {MAX_SIZE} values", token.start(), "split the document")


class _YamlComposer:
    """Nodes from the events of the YAML parser."""

    def __init__(self, text: str, lines: Lines, tags: Mapping[str, str]) -> None:
        self._text = text
        self._tags = tags
        self._builder = Builder(lines)
        self._lines = lines
        self._documents = 0
        self._anchors: dict[str, Node | None] = {}  # None while the anchored node is open
        self._pending: list[tuple[str | None, bool]] = []

    def compose(self) -> Node | None:
        if bad := unprintable(self._text):
            raise bad
        try:
            for event in yaml.parse(self._text, LOADER):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            raise trouble(error, self._text, self._lines) from None
        except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
            raise Trouble(f"is not YAML: {error}", 0) from None
        return self._builder.root

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._collection(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            start, end = _span(event)
            node = self._builder.close(end if end > start else None)  # a block has no closing mark
            anchor, wrapped = self._pending.pop()
            if wrapped:
                node = self._builder.close()
            if anchor is not None:
                self._anchors[anchor] = node
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Trouble(
                    "holds several documents, and one is wanted: here starts the second",
                    _span(event)[0],
                    "split the file at its '---' lines",
                )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        tag, (start, end) = _short(event.tag), self._value_span(event)
        wrapped = tag in self._tags
        if wrapped:
            self._wrap(tag, start, end)
            tag = ""
        is_text = tag in ("!", "!!str") or (not tag and not event.implicit[0])
        node = ScalarNode(start, end, event.value, quoted=is_text)
        if tag and not is_text:
            if tag not in _SCALAR_TAGS:
                raise _unknown_tag(tag, event)
            if type(resolve(node.text)) not in _SCALAR_TAGS[tag]:
                raise Trouble(f"`{node.text[:80]}` is no {tag}", start, "remove the tag")
        self._builder.add(node)
        made = self._builder.close() if wrapped else node
        if event.anchor is not None:
            self._anchors[event.anchor] = made

    def _wrap(self, tag: str, start: int, end: int) -> None:
        """Start the mapping that a tagged value becomes."""
        self._builder.open(MapNode(start, end))
        self._builder.add(ScalarNode(start, start, self._tags[tag], quoted=True))

    def _collection(self, event: yaml.CollectionStartEvent) -> None:
        is_list = isinstance(event, yaml.SequenceStartEvent)
        tag = _short(event.tag)
        start, end = self._value_span(event)
        wrapped = tag in self._tags
        if wrapped:
            self._wrap(tag, start, end)
        elif tag not in ("", "!", "!!seq" if is_list else "!!map"):
            raise _unknown_tag(tag, event)
        self._builder.open(ListNode(start, end) if is_list else MapNode(start, end))
        self._pending.append((event.anchor, wrapped))
        if event.anchor is not None:
            self._anchors[event.anchor] = None

    def _alias(self, event: yaml.AliasEvent) -> None:
        name, (index, end) = event.anchor or "", _span(event)
        if name not in self._anchors:
            close = get_close_matches(name[:64], self._anchors, n=1)
            hint = f"did you mean `*{close[0]}`?" if close else f"define it with `&{name[:64]}`"
            raise Trouble(f"the alias `*{name[:64]}` has no anchor before it", index, hint)
        node = self._anchors[name]
        if node is None:
            raise Trouble(f"the alias `*{name[:64]}` stands inside its own anchor", index)
        self._builder.alias(node, index, end)

    def _value_span(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> tuple[int, int]:
        """Where the value stands, without its anchor and tag."""
        start, end = _span(event)
        if event.anchor is None and event.tag is None:
            return start, end
        properties = _PROPERTIES.match(self._text, start, end)
        return properties.end() if properties else start, end


def trouble(error: yaml.MarkedYAMLError, text: str, lines: Lines, base: int = 0) -> Trouble:
    """What the parser found wrong; it was given `text` from `base` on."""
    mark = error.problem_mark or error.context_mark
    index = min(base + mark.index, len(text)) if mark else base
    problem = error.problem or error.context or "cannot be read"
    hint = next((hint for part, hint in _HINTS if part in problem), "check this line")
    if text[index : index + 1] == "\t":
        hint = "there is a tab here: YAML indents with spaces"
    where = error.context_mark
    context = (
        f" ({error.context} from line {lines.at(base + where.index)[0]} on)"
        if (error.context and where)
        else ""
    )
    return Trouble(f"is not YAML: {problem}{context}", index, hint)


def unprintable(text: str, base: int = 0) -> Trouble | None:
    """The first character from `base` on that YAML does not permit."""
    bad = _UNPRINTABLE.search(text, base)
    if bad is None:
        return None
    return Trouble(f"holds the unprintable character U+{ord(bad[0]):04X}", bad.start(), "remove it")


def _span(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _short(tag: str | None) -> str:
    return "" if tag is None else tag.replace(_TAG, "!!", 1)


def _unknown_tag(tag: str, event: yaml.Event) -> Trouble:
    hint = "write the value without a tag"
    return Trouble(f"the tag `{tag[:80]}` is not supported here", _span(event)[0], hint)
