"""Splices: what an edit names changes, and not one byte beside it."""

import pytest

from opskit.broker.xml import edit
from opskit.broker.xml.edit import Edit
from opskit.broker.xml.xmlwrite import Comment, Tag
from opskit.errors import DefectError, InputError
from opskit.xmltree import XmlDocument


def document(text: str, encoding: str = "utf-8") -> XmlDocument:
    return XmlDocument("a.xml", text.encode(encoding))


def attribute(text: str, name: str) -> str:
    return document(text).root.attributes[name]


def after(doc: XmlDocument, *edits: Edit) -> str:
    return edit.apply(doc, edits).decode(doc.encoding)


NEW = Tag("new", {"name": "Q:a->b"})


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [
        pytest.param('<a n="1" m="2"/>', "3", '<a n="3" m="2"/>', id="double quotes"),
        pytest.param("<a n = '1'/>", "3", "<a n = '3'/>", id="single quotes stay"),
        pytest.param("<a n='1'/>", 'it\'s "so"', "<a n='it&apos;s \"so\"'/>", id="apostrophe"),
        pytest.param('<a n="1"/>', 'it\'s "so"', '<a n="it\'s &quot;so&quot;"/>', id="quote"),
        pytest.param('<a n="1"/>', "a&b<c>d", '<a n="a&amp;b&lt;c>d"/>', id="markup"),
        pytest.param('<a n="1"/>', "a\tb\nc\r", '<a n="a&#9;b&#10;c&#13;"/>', id="white space"),
        pytest.param('<a n=""/>', "3", '<a n="3"/>', id="empty before"),
        pytest.param('<a m="x>y" n="1">t</a>', "3", '<a m="x>y" n="3">t</a>', id="> before it"),
        pytest.param("<a  m='1' />", "3", "<a  m='1'  n='3' />", id="new, quoted like the last"),
        pytest.param("<a/>", "3", '<a n="3"/>', id="new, the first"),
        pytest.param("<a></a>", "3", '<a n="3"></a>', id="new, the first of a pair of tags"),
        pytest.param(
            '<a\n   k="1"\n   m="2">\n</a>',
            "3",
            '<a\n   k="1"\n   m="2"\n   n="3">\n</a>',
            id="lines",
        ),
        pytest.param(
            '<a xmlns:n="urn:x" n:n="0" n="1"/>',
            "3",
            '<a xmlns:n="urn:x" n:n="0" n="3"/>',
            id="not the one with a prefix",
        ),
        pytest.param(
            '<a xmlns:n="urn:x"/>', "3", '<a xmlns:n="urn:x" n="3"/>', id="not a declaration"
        ),
    ],
)
def test_set_attribute(before: str, value: str, expected: str) -> None:
    doc = document(before)
    changed = after(doc, edit.set_attribute(doc, doc.root, "n", value))
    assert changed == expected
    assert attribute(changed, "n") == value


def test_a_character_that_xml_cannot_hold_is_refused() -> None:
    doc = document('<a n="1"/>')
    with pytest.raises(InputError, match=r"U\+0001 cannot stand in XML"):
        edit.set_attribute(doc, doc.root, "n", "a\x01b")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ('<a n="1"/>', "<a/>"),
        ('<a k="0" n="1" m="2"/>', '<a k="0" m="2"/>'),
        ("<a k='0'\n  n = '1'\n  m='2'>x</a>", "<a k='0'\n  m='2'>x</a>"),
        ('<a k=" n=" n="1" />', '<a k=" n=" />'),
    ],
)
def test_remove_attribute(before: str, expected: str) -> None:
    doc = document(before)
    assert after(doc, edit.remove_attribute(doc, doc.root, "n")) == expected


def test_rename_attribute_keeps_the_rest_of_it() -> None:
    doc = document("<a username = 'x'  m=\"username\"/>")
    renamed = after(doc, edit.rename_attribute(doc, doc.root, "username", "userName"))
    assert renamed == "<a userName = 'x'  m=\"username\"/>"


def test_a_missing_attribute_can_be_neither_removed_nor_renamed() -> None:
    doc = document("<a/>")
    with pytest.raises(KeyError):
        edit.remove_attribute(doc, doc.root, "n")
    with pytest.raises(KeyError):
        edit.rename_attribute(doc, doc.root, "n", "m")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(
            "<a>\n  <b/>\n  <c/>\n</a>\n",
            '<a>\n  <b/>\n  <new name="Q:a->b"/>\n  <c/>\n</a>\n',
            id="its indentation",
        ),
        pytest.param(
            "<a>\r\n\t<b/>\r\n\t<c/>\r\n</a>\r\n",
            '<a>\r\n\t<b/>\r\n\t<new name="Q:a->b"/>\r\n\t<c/>\r\n</a>\r\n',
            id="tabs and CRLF",
        ),
        pytest.param(
            "<a>\r <b/>\r</a>\r", '<a>\r <b/>\r <new name="Q:a->b"/>\r</a>\r', id="lone CR"
        ),
        pytest.param(
            "<a>\n\n  <b/>\n\n  <!-- of c -->\n  <c/>\n</a>",
            '<a>\n\n  <b/>\n\n  <new name="Q:a->b"/>\n\n  <!-- of c -->\n  <c/>\n</a>',
            id="blank lines between",
        ),
        pytest.param(
            "<a>\n  <b/> <!-- of b --> <!-- more -->\n  <c/>\n</a>",
            '<a>\n  <b/> <!-- of b --> <!-- more -->\n  <new name="Q:a->b"/>\n  <c/>\n</a>',
            id="behind a comment on the line",
        ),
        pytest.param(
            "<a>\n  <b/> <!-- of\n c -->\n</a>",
            '<a>\n  <b/>\n  <new name="Q:a->b"/> <!-- of\n c -->\n</a>',
            id="before a comment of several lines",
        ),
        pytest.param("<a><b/><c/></a>", '<a><b/><new name="Q:a->b"/><c/></a>', id="one line"),
        pytest.param(
            "<x:a xmlns:x='u'>\n  <x:b></x:b >\n</x:a>",
            "<x:a xmlns:x='u'>\n  <x:b></x:b >\n  <x:new name=\"Q:a->b\"/>\n</x:a>",
            id="prefix",
        ),
        pytest.param(
            "<a>\n  <b><![CDATA[</b>]]></b><?php ?>\n</a>",
            '<a>\n  <b><![CDATA[</b>]]></b>\n  <new name="Q:a->b"/><?php ?>\n</a>',
            id="CDATA and instructions",
        ),
    ],
)
def test_insert_behind_a_sibling(before: str, expected: str) -> None:
    doc = document(before)
    changed = after(doc, edit.insert(doc, doc.root, [NEW], doc.root.children[0]))
    assert changed == expected
    assert [child.name for child in document(changed).root.children][:2] == ["b", "new"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(
            "<a>\n   <b/>\n</a>", '<a>\n   <new name="Q:a->b"/>\n   <b/>\n</a>', id="before others"
        ),
        pytest.param(
            "<a>\n\n   <b/>\n</a>",
            '<a>\n\n   <new name="Q:a->b"/>\n\n   <b/>\n</a>',
            id="before others, spaced",
        ),
        pytest.param("<a/>", '<a>\n    <new name="Q:a->b"/>\n</a>', id="empty tag"),
        pytest.param(
            '<x:a xmlns:x="u" />',
            '<x:a xmlns:x="u">\n    <x:new name="Q:a->b"/>\n</x:a>',
            id="empty tag with a space and a prefix",
        ),
        pytest.param("<a></a>", '<a>\n    <new name="Q:a->b"/>\n</a>', id="nothing inside"),
        pytest.param("<a>\n</a>", '<a>\n    <new name="Q:a->b"/>\n</a>', id="a line end inside"),
        pytest.param(
            "<a>\n <!-- c -->\n</a>",
            '<a>\n <!-- c -->\n    <new name="Q:a->b"/>\n</a>',
            id="behind a comment",
        ),
    ],
)
def test_insert_as_the_first(before: str, expected: str) -> None:
    doc = document(before)
    assert after(doc, edit.insert(doc, doc.root, [NEW])) == expected


def test_insert_nested_takes_the_step_of_the_file() -> None:
    doc = document("<r>\n   <a/>\n</r>")
    new = Tag("list", children=[Tag("entry", {"n": "1"})])
    changed = after(doc, edit.insert(doc, doc.root.children[0], [new]))
    assert changed == (
        '<r>\n   <a>\n      <list>\n         <entry n="1"/>\n      </list>\n   </a>\n</r>'
    )


def test_several_are_inserted_at_once_with_the_line_ends_of_the_file() -> None:
    doc = document("<a>\r\n\t<b/>\r\n</a>")
    new: list[Tag | Comment] = [
        Comment("one & two\nthree"),
        Tag("c", {"n": "x\u2028y\x85"}),
        Tag("d"),
    ]
    changed = after(doc, edit.insert(doc, doc.root, new, doc.root.children[0]))
    assert changed == (
        "<a>\r\n\t<b/>\r\n\t<!-- one & two\r\n\t     three -->"
        '\r\n\t<c n="x\u2028y\x85"/>\r\n\t<d/>\r\n</a>'
    )


def test_a_file_of_one_line_stays_one_line() -> None:
    doc = document("<a><b/></a>")
    new = Tag("c", {"one": "x" * 60, "two": "y" * 60}, [Comment("k"), Tag("d")])
    changed = after(doc, edit.insert(doc, doc.root, [new], doc.root.children[0]))
    assert "\n" not in changed
    assert changed.endswith('"> <!-- k --> <d/> </c></a>')


def test_a_wide_start_tag_is_written_an_attribute_a_line() -> None:
    doc = document("<a>\n  <b/>\n</a>")
    new = Tag("new", {"one": "x" * 60, "two": "y" * 60})
    changed = after(doc, edit.insert(doc, doc.root, [new], doc.root.children[0]))
    assert f'\n  <new\n      one="{"x" * 60}"\n      two="{"y" * 60}"/>\n' in changed


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param("<a>\n  <b/>\n  <c/>\n</a>", "<a>\n  <c/>\n</a>", id="its line"),
        pytest.param("<a>\r\n\t<b>\r\n\t</b> \r\n</a>", "<a>\r\n</a>", id="its lines, CRLF"),
        pytest.param("<a><b/><c/></a>", "<a><c/></a>", id="others on the line"),
        pytest.param("<a>\n <b/> <!-- k -->\n</a>", "<a>\n  <!-- k -->\n</a>", id="a comment"),
        pytest.param("<a>\n\n <b/>\n\n <c/>\n</a>", "<a>\n\n <c/>\n</a>", id="blank lines meet"),
        pytest.param("<a>\n <b/>\n\n <c/>\n</a>", "<a>\n\n <c/>\n</a>", id="one blank line stays"),
        pytest.param("<a>\n <b/></a>", "<a>\n </a>", id="end tag on the line"),
    ],
)
def test_remove(before: str, expected: str) -> None:
    doc = document(before)
    assert after(doc, edit.remove(doc, doc.root.children[0])) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<a>\n  <b/>\n  <c/>\n</a>\n",
        "<a>\r\n\r\n\t<b/>\r\n\r\n\t<c/>\r\n</a>\r\n",
        "<a>\n\n  <b/>\n\n</a>",
        "<a><b/><c/></a>",
        "\n<!-- x --><a>\n<b/>\n</a>",
    ],
)
def test_what_was_inserted_and_removed_leaves_no_trace(text: str) -> None:
    doc = document(text)
    there = XmlDocument("a.xml", edit.apply(doc, [edit.insert(doc, doc.root, [NEW])]))
    new = there.root.children[0]
    assert new.name == "new"
    assert edit.apply(there, [edit.remove(there, new)]) == doc.raw


def test_replace_keeps_the_place() -> None:
    doc = document("<r xmlns:x='u'>\n\t<x:b k='1'>\n\t\t<x:c/></x:b> <!-- k -->\n</r>")
    changed = after(doc, edit.replace(doc, doc.root.children[0], Tag("b", children=[Tag("d")])))
    assert changed == "<r xmlns:x='u'>\n\t<x:b>\n\t\t<x:d/>\n\t</x:b> <!-- k -->\n</r>"


def test_several_edits_are_made_at_once_whatever_their_order() -> None:
    doc = document("<r>\n  <a n='1' k='2'/>\n  <b/>\n</r>")
    a, b = doc.root.children
    edits = [
        edit.remove(doc, b),
        edit.insert(doc, doc.root, [NEW], a),
        edit.set_attribute(doc, a, "m", "3"),
        edit.remove_attribute(doc, a, "k"),
        edit.rename_attribute(doc, a, "n", "name"),
    ]
    expected = "<r>\n  <a name='1' m='3'/>\n  <new name=\"Q:a->b\"/>\n</r>"
    assert after(doc, *edits) == expected
    assert after(doc, *reversed(edits)) == expected


def test_attributes_added_together_keep_their_order() -> None:
    doc = document("<a/>")
    changed = after(
        doc,
        edit.set_attribute(doc, doc.root, "n", "1"),
        edit.set_attribute(doc, doc.root, "m", "2"),
        edit.insert(doc, doc.root, [NEW]),
    )
    assert changed == '<a n="1" m="2">\n    <new name="Q:a->b"/>\n</a>'


def test_edits_that_overlap_are_refused() -> None:
    doc = document("<a><b n='1'/></a>")
    b = doc.root.children[0]
    with pytest.raises(DefectError, match="overlap at byte"):
        edit.apply(doc, [edit.remove(doc, b), edit.set_attribute(doc, b, "n", "2")])


def test_an_edit_that_leaves_no_xml_is_refused() -> None:
    doc = document("<a><b/></a>")
    with pytest.raises(DefectError, match="would be no XML"):
        edit.apply(doc, [Edit(0, 3)])


def test_no_edit_gives_the_bytes_that_were_read() -> None:
    doc = document("<a/>\n")
    assert edit.apply(doc, []) is doc.raw


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("iso-8859-1", b""),
        ("windows-1252", b""),
    ],
)
def test_the_encoding_and_the_mark_stay(encoding: str, bom: bytes) -> None:
    declared = "utf-16" if encoding.startswith("utf-16") else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>\r\n<!-- é --><a n="1"/>\r\n'
    raw = bom + text.encode(encoding)
    doc = XmlDocument("a.xml", raw)
    edited = edit.apply(doc, [edit.set_attribute(doc, doc.root, "n", "ü")])
    assert edited == bom + text.replace('"1"/', '"ü"/').encode(encoding)


def test_a_character_that_the_encoding_lacks_is_written_as_a_reference() -> None:
    doc = document('<?xml version="1.0" encoding="ISO-8859-1"?><a n="é"/>', "iso-8859-1")
    edited = edit.apply(doc, [edit.set_attribute(doc, doc.root, "m", "日é")])
    assert edited == doc.raw.replace(b"/>", b' m="&#26085;\xe9"/>')
    assert XmlDocument("a.xml", edited).root.attributes["m"] == "日é"


def test_an_encoding_that_does_not_come_back_the_same_is_refused() -> None:
    # In Shift JIS of Windows, two codes stand for one character: reading loses which it was.
    raw = b'<?xml version="1.0" encoding="cp932"?><a n="\x87\x90"/>'
    doc = XmlDocument("a.xml", raw)
    with pytest.raises(InputError, match="without changing other bytes"):
        edit.apply(doc, [edit.set_attribute(doc, doc.root, "m", "1")])
