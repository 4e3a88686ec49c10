"""Hadoop's XML files of a cluster: `emrfs-site.xml` and `core-site.xml`.

The form is `<configuration><property><name/><value/></property>...</configuration>` (Hadoop,
"Configuration"). A later property of the same name replaces an earlier one. On a cluster the
files stand in /usr/share/aws/emr/emrfs/conf and /etc/hadoop/conf.
"""

from collections.abc import Iterator
from pathlib import PurePath
from xml.parsers import expat

from opskit.emrfs.formats import hadoop
from opskit.emrfs.model import Design
from opskit.errors import InputError
from opskit.findings import Location
from opskit.xmltree import Element, XmlDocument

NAME = "sitexml"


def read(data: bytes, name: str) -> Design:
    """The design; InputError for XML that is not Hadoop's."""
    document = XmlDocument(name, data)
    root = document.root
    if root.name != "configuration":
        raise InputError(
            f"is XML with the root <{root.name}>, not a file of Hadoop's",
            where=str(document.location(root)),
            hint="emrfs-site.xml and core-site.xml have the root <configuration>",
        )
    properties: dict[str, str] = {}
    places: dict[str, Location] = {}
    for key, value, place in _properties(document):
        properties[key] = value
        places[key] = place
    design = Design(name, NAME, [])
    site = {"Classification": _classification(name, properties), "Properties": properties}
    start = document.location(root)
    hadoop.fill(design, [site], lambda _, key: places.get(key, start))
    return design


def _properties(document: XmlDocument) -> Iterator[tuple[str, str, Location]]:
    for element in document.root.children:
        name, value = element.find("name"), element.find("value")
        if element.name == "property" and name is not None and value is not None:
            key = _text(document, name).strip()
            yield key, _text(document, value).strip(), document.location(value)


def _text(document: XmlDocument, element: Element) -> str:
    """The characters in an element, without comments; the document holds no entities."""
    start, end = document.tag(element)
    if document.data[start:end].endswith(b"/>"):
        return ""
    found: list[str] = []
    parser = expat.ParserCreate("utf-8")
    parser.CharacterDataHandler = found.append
    parser.Parse(b"<x>" + document.data[end : element.close] + b"</x>", True)
    return "".join(found)


def _classification(name: str, properties: dict[str, str]) -> str:
    """The name of the file, or for another name what its settings tell."""
    stem = PurePath(name).stem
    if stem in ("emrfs-site", "core-site"):
        return stem
    return "emrfs-site" if any(key.startswith("fs.s3.") for key in properties) else "core-site"
