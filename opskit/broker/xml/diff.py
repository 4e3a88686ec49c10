"""What an edit of an XML file changes, as a unified diff with written-out secrets masked."""

from opskit import unified as texts
from opskit.xmltree import XmlDocument


def unified(document: XmlDocument, edited: bytes) -> str:
    """The change from a document to `edited`, its whole file; empty where there is none.

    See `opskit.unified` for what it shows.
    """
    if edited == document.raw:
        return ""
    after = XmlDocument(document.name, edited)
    return texts.unified(document.name, document.data.decode(), after.data.decode())
