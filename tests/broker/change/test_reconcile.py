"""One element made to say what another says: what means the same already stays as it is."""

import pytest

from opskit.broker import versions
from opskit.broker.change.reconcile import reconcile
from opskit.broker.xml import edit
from opskit.broker.xml.xmlwrite import Comment, Tag
from opskit.xmltree import XmlDocument

WANT = Tag(
    "networkConnector",
    {"name": "Q:a->b", "uri": "static:(tcp://b:1)?x=1&y=2", "staticBridge": "true"},
    [
        Comment("why"),
        Tag(
            "staticallyIncludedDestinations",
            {},
            [Tag("queue", {"physicalName": "A"}), Tag("topic", {"physicalName": "A"})],
        ),
    ],
)
SAME = """<networkConnector
   uri='static:(tcp://b:1)?x=1&amp;y=2' staticBridge=" TRUE"
   name="Q:a-&gt;b" >
  <!-- mine -->
  <staticallyIncludedDestinations><topic physicalName="A"
  /><queue physicalName='A'></queue></staticallyIncludedDestinations>
</networkConnector>"""


def reconciled(text: str, want: Tag = WANT, version: str = "5.17.2") -> str:
    document = XmlDocument("a.xml", text.encode())
    edits = reconcile(document, document.root, want, versions.parse(version))
    return edit.apply(document, edits).decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("", "", id="formatting, order, quotes, comments"),
        pytest.param('"Q:a-&gt;b"', '"Q:a->b" duplex="false"', id="a default written out"),
        pytest.param('"Q:a-&gt;b"', '"Q:a->b" networkTTL="1"', id="a TTL of one"),
        pytest.param('"Q:a-&gt;b"', '"Q:a->b" id="bean"', id="the bean's name"),
        pytest.param('"Q:a-&gt;b"', '"Q:a->b" sslContext="#tls"', id="its own trust store"),
        pytest.param("<!-- mine -->", "<sslContext/>", id="its own trust store inside"),
        pytest.param('" TRUE"', '"1"', id="another way to say true"),
    ],
)
def test_what_means_the_same_is_left_alone(old: str, new: str) -> None:
    text = SAME.replace(old, new)
    assert reconciled(text) == text


def test_a_default_is_that_of_the_version() -> None:
    text = SAME.replace('" TRUE"', '" TRUE" decreaseNetworkConsumerPriority="true"')
    assert reconciled(text, version="5.18") == text
    assert reconciled(text, version="5.17.2") == SAME


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("x=1", "x=2", id="a URI"),
        pytest.param("TRUE", "no", id="a flag"),
        pytest.param(
            '<topic physicalName="A"', '<topic physicalName="B"', id="a destination's name"
        ),
        pytest.param('<topic physicalName="A"\n  />', "", id="a destination less"),
        pytest.param("<queue", '<queue physicalName="B"/><queue', id="a destination more"),
        pytest.param("<queue", '<queue physicalName="A"/><queue', id="a destination twice"),
        pytest.param(
            "<!-- mine -->",
            '<excludedDestinations>\n<queue physicalName=">"/></excludedDestinations>',
            id="a list more",
        ),
        pytest.param("staticallyIncluded", "dynamicallyIncluded", id="another list"),
        pytest.param('" TRUE"', '"true" duplex="true"', id="an attribute more"),
        pytest.param('staticBridge=" TRUE"', "", id="an attribute less"),
    ],
)
def test_what_differs_is_changed_and_nothing_more(old: str, new: str) -> None:
    text = SAME.replace(old, new)
    assert text != SAME
    changed = reconciled(text)
    assert changed != text
    assert reconciled(changed) == changed
    assert "<!-- mine -->" in changed or "mine" in old


def test_the_differing_attribute_alone_is_touched() -> None:
    assert reconciled(SAME.replace("x=1", "x=9")) == SAME
    assert reconciled(SAME.replace('" TRUE"', '" TRUE" duplex="true"')) == SAME


def test_a_ttl_that_would_override_the_wanted_ones_goes_whatever_it_says() -> None:
    want = Tag("networkConnector", {"name": "n", "messageTTL": "2"})
    text = '<networkConnector name="n" messageTTL="2" networkTTL="1"/>'
    assert reconciled(text, want) == '<networkConnector name="n" messageTTL="2"/>'


def test_children_are_put_into_an_element_that_had_none() -> None:
    changed = reconciled('<networkConnector name="Q:a->b"/>')
    assert changed == (
        '<networkConnector name="Q:a->b" uri="static:(tcp://b:1)?x=1&amp;y=2" '
        'staticBridge="true">\n'
        "    <staticallyIncludedDestinations>\n"
        '        <queue physicalName="A"/>\n'
        '        <topic physicalName="A"/>\n'
        "    </staticallyIncludedDestinations>\n"
        "</networkConnector>"
    )
