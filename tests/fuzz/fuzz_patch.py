"""The patcher and the fixes: their result is XML, and a second run changes nothing."""

from opskit.broker import reader
from opskit.broker.change import fixes, patch
from opskit.broker.design import topology
from opskit.broker.model import Broker, Network
from opskit.broker.rules import RULES
from opskit.broker.xml.diff import unified
from opskit.documents import parse_document
from opskit.findings import Finding
from opskit.xmltree import XmlDocument
from tests.fuzz.harness import answers, fuzz
from tests.fuzz.samples import FILES, TOPOLOGIES, XML_WORDS

ROUTES = [topology.from_document(parse_document(text, "topology.yaml")) for text in TOPOLOGIES[:2]]


def one_input(data: bytes) -> None:
    with answers():
        document = XmlDocument("fuzz.xml", data)
        with answers():
            _fix(document)
        routes = ROUTES[len(data) % len(ROUTES)]
        plan = patch.plan(document, routes, "onprem")
        assert bool(unified(document, plan.result)) == plan.changed
        again = patch.plan(XmlDocument("fuzz.xml", plan.result), routes, "onprem")
        assert again.changes == ()
        assert again.result == plan.result


def _fix(document: XmlDocument) -> None:
    brokers = reader.from_document(document)
    if not brokers:
        return
    fixed = fixes.fixed(brokers[0], _findings(brokers), unsafe=True, check=_findings)
    if fixed is not None:
        again = reader.from_document(XmlDocument("fuzz.xml", fixed))
        assert fixes.fixed(again[0], _findings(again), unsafe=True) is None


def _findings(brokers: list[Broker]) -> list[Finding]:
    return RULES.run(Network(brokers))


if __name__ == "__main__":
    fuzz(one_input, FILES, XML_WORDS)
