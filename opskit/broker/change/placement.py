"""Where in a file the network connectors of a broker stand, or would stand."""

from dataclasses import dataclass

from opskit.errors import InputError
from opskit.xmltree import Element, XmlDocument

HOLDER = "networkConnectors"


@dataclass(frozen=True, slots=True)
class Place:
    """The `<broker>` and its `<networkConnectors>`; one of them is None where it is not there."""

    document: XmlDocument
    broker: Element | None
    holder: Element | None

    @property
    def connectors(self) -> list[Element]:
        """The connectors in the holder."""
        inside = self.holder.children if self.holder else []
        return [element for element in inside if element.name == "networkConnector"]


def brokers(document: XmlDocument) -> list[Element]:
    """The `<broker>` elements of a file."""
    return [element for element in document.root.walk() if element.name == "broker"]


def find(document: XmlDocument, name: str) -> Place:
    """The place for the connectors of the broker called `name`; InputError if it is not clear.

    A file's only broker is taken whatever it is called.
    """
    found = brokers(document)
    if len(found) > 1:
        found = [element for element in found if element.attributes.get("brokerName") == name]
        if len(found) != 1:
            raise InputError(
                f"several brokers, and not one of them alone is called {name!r}",
                where=document.name,
                hint="give each broker its brokerName, or a file of its own",
            )
    if found:
        return Place(document, found[0], _holder(document, found[0].children))
    fragment = _holder(document, list(document.root.walk()))
    if fragment is None:
        raise InputError(
            "configures no broker: there is neither <broker> nor <networkConnectors>",
            where=document.name,
            hint="name the broker's activemq.xml; 'opskit broker generate' writes a new one",
        )
    return Place(document, None, fragment)


def _holder(document: XmlDocument, elements: list[Element]) -> Element | None:
    found = [element for element in elements if element.name == HOLDER]
    if len(found) > 1:
        # Measured on 5.17.2 and 6.1.7: the connectors of all but the last never start.
        raise InputError(
            f"a second <{HOLDER}>: the broker forgets the connectors of the first",
            where=str(document.location(found[1])),
            hint="move all connectors into one of them and run this again",
        )
    return found[0] if found else None


def fills_placeholders(document: XmlDocument) -> bool:
    """Whether something in the file fills in `${...}`, as in the stock activemq.xml."""
    return any(
        element.name == "property-placeholder"
        or "PlaceholderConfigurer" in element.attributes.get("class", "")
        for element in document.root.walk()
    )


def before(broker: Element) -> Element | None:
    """The child behind which a new holder stands: the last before the first that sorts after it.

    The order matters to nobody but the reader (since 5.6, AMQ-3570); the stock file is sorted.
    """
    last: Element | None = None
    for child in broker.children:
        if child.name > HOLDER:
            break
        last = child
    return last
