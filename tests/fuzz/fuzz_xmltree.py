"""The XML reader: what it accepts comes back the same, with every place inside the file."""

from opskit.broker import reader
from opskit.xmltree import XmlDocument
from tests.fuzz.harness import answers, fuzz
from tests.fuzz.samples import FILES, XML_WORDS


def one_input(data: bytes) -> None:
    with answers():
        document = XmlDocument("fuzz.xml", data)
        for element in document.root.walk():
            start, tag_end = document.tag(element)
            end = document.end(element)
            assert 0 <= start < tag_end <= end <= len(document.data)
            assert document.data[start:].startswith(b"<")
            assert document.data[end - 1 : end] == b">"
            spans = document.attribute_spans(element)
            # Those with a prefix are known by their namespace; declarations are no attributes.
            assert {n for n in element.attributes if " " not in n and n != "xmlns"} <= set(spans)
            document.location(element)
        for broker in reader.from_document(document):
            for connector in broker.connectors:
                assert connector.location("uri").line


if __name__ == "__main__":
    fuzz(one_input, FILES, XML_WORDS)
