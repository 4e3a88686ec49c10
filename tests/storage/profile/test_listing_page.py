"""Pages as S3 and others write them: the scan of the text reads what an XML parser reads."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.storage.profile.listing.page import ForeignError, MalformedError, OddKeyError, Page
from opskit.storage.profile.listing.tally import AmountError, Tally
from tests.storage.s3answers import encoded

_SPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def document(inner: str, tag: str = "ListBucketResult", head: str = "") -> bytes:
    return f'<?xml version="1.0"?>\n{head}<{tag}{_SPACE}>{inner}</{tag}>\n'.encode()


def contents(key: str, size: str = "5", rest: str = "<StorageClass>GLACIER</StorageClass>") -> str:
    return (
        f"<Contents><Key>{key}</Key><LastModified>2025-02-03T04:05:06.000Z</LastModified>"
        f"<ETag>&quot;x&quot;</ETag><Size>{size}</Size>{rest}</Contents>"
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9)


@given(st.lists(st.tuples(_TEXT, st.booleans(), st.booleans()), max_size=6), st.booleans())
def test_the_scan_reads_what_a_parser_reads(
    objects: list[tuple[str, bool, bool]], encodes: bool
) -> None:
    entries = "".join(
        contents(
            encoded(key) if encodes else escape(key),
            rest="<StorageClass>STANDARD</StorageClass>" * classed
            + "<Owner><ID>1</ID><DisplayName>&lt;Key&gt;</DisplayName></Owner>" * owned,
        )
        for key, classed, owned in objects
    )
    body = document("<EncodingType>url</EncodingType>" * encodes + entries)
    page, root = Page(body), ElementTree.fromstring(body)
    space = "{http://s3.amazonaws.com/doc/2006-03-01/}"
    assert page.keys == [key for key, _, _ in objects]
    columns = page.columns()
    for name, found in (
        ("Size", columns.sizes),
        ("LastModified", columns.times),
        ("StorageClass", columns.classes),
    ):
        elements = root.findall(f"{space}Contents")
        assert found == [each.findtext(space + name) or "" for each in elements]


@pytest.mark.parametrize(
    ("key", "encoding", "read"),
    [
        ("a%20b+c%2Bd", "url", "a b c+d"),
        ("a%20b+c", "", "a%20b+c"),
        ("%F0%9F%98%80%0A%25", "url", "\U0001f600\n%"),
        ("dt%3D1", "url", "dt=1"),
        ("dt%253D1", "url", "dt%3D1"),
        ("a&amp;b&#10;c", "", "a&b\nc"),
        ("<![CDATA[<Key>]]>", "", "<Key>"),
        ("a<!-- no -->b", "", "ab"),
    ],
)
def test_keys_are_read_as_they_were_written(key: str, encoding: str, read: str) -> None:
    told = f"<EncodingType>{encoding}</EncodingType>" if encoding else ""
    page = Page(document(told + contents(key) + contents("zz")))
    assert page.keys == [read, "zz"]
    assert page.columns().sizes == ["5", "5"]


def test_a_key_that_is_not_utf_8_is_said_or_replaced() -> None:
    body = document(f"<EncodingType>url</EncodingType>{contents('a%FFb')}")
    with pytest.raises(OddKeyError):
        Page(body)
    assert Page(body, lenient=True).keys == ["a\ufffdb"]


def test_versions_and_delete_markers_are_told_apart() -> None:
    marker = (
        "<DeleteMarker><Key>b</Key><VersionId>3</VersionId><IsLatest>true</IsLatest>"
        "<LastModified>2025-01-01T00:00:00Z</LastModified></DeleteMarker>"
    )
    version = contents("{}").replace("Contents>", "Version>")
    one, two = (
        version.format(key).replace("</Key>", f"</Key><IsLatest>{latest}</IsLatest>")
        for key, latest in (("a", "true"), ("b", "false"))
    )
    page = Page(document(one + marker + two, "ListVersionsResult"))
    assert (page.keys, page.markers, page.names()) == (["a", "b"], ["b"], ["a", "b", "b"])
    assert page.columns().latest == ["true", "false"]
    assert page.ordered()


@pytest.mark.parametrize(
    ("keys", "ordered"),
    [("ab", True), ("ba", False), ("aa", False), ("", True), ("\uffee\U0001f600", True)],
)
def test_order_is_checked(keys: str, ordered: bool) -> None:
    assert Page(document("".join(map(contents, keys)))).ordered() is ordered


@pytest.mark.parametrize(
    "body",
    [
        b"",
        document(contents("a"))[:-20],
        document(contents("a")).replace(b"</Contents>", b"<Contents>"),
        b"<ListBucketResult>\xff</ListBucketResult>",
    ],
)
def test_half_a_page_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        Page(body).columns()


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Log in</body></html>",
        b"{}",
        document("<A>&a;</A>", head='<!DOCTYPE x [<!ENTITY a "aa">]>'),
        document("", "ListAllMyBucketsResult"),
    ],
)
def test_what_is_no_listing_is_said(body: bytes) -> None:
    with pytest.raises(ForeignError):
        Page(body)


@pytest.mark.parametrize("size", ["", "-1", "big", "1e3"])
def test_a_size_that_is_none_is_said(size: str) -> None:
    page = Page(document(contents("a", size)))
    with pytest.raises(AmountError):
        Tally().count(page.columns(), 1)


def test_a_page_counts_up_to_a_place() -> None:
    page = Page(document("".join(contents(key, str(n)) for n, key in enumerate("abcd"))))
    tally = Tally()
    tally.count(page.columns(), 3)
    assert tally.cells == {
        ("GLACIER", False, 0, "2025-02-03"): [1, 0],
        ("GLACIER", False, 1, "2025-02-03"): [2, 3],
    }
