"""YAML and JSON, read as a topology, and what is generated from those that are accepted."""

from opskit.broker.design import from_topology, generate, topology
from opskit.broker.rules import RULES
from opskit.documents import parse_document
from opskit.errors import DefectError, InputError
from opskit.xmltree import XmlDocument
from tests.fuzz.harness import answers, fuzz
from tests.fuzz.samples import TOPOLOGIES, YAML_WORDS


def one_input(data: bytes) -> None:
    with answers():
        document = parse_document(data, "fuzz", is_json=data.startswith(b"{"))
        document.plain()
        routes = topology.from_document(document)
        RULES.run(from_topology.network(routes, document))
        for name, spec in routes.brokers.items():
            kind: generate.Kind = "amazon-mq" if spec.managed else "activemq"
            for text in (
                generate.fragment(routes, name, openings=True),
                generate.generate(routes, name, kind),
            ):
                _parse(text)


def _parse(text: str) -> None:
    try:
        XmlDocument("generated", text.encode())
    except InputError as error:
        raise DefectError(f"generated no XML: {error}") from error


if __name__ == "__main__":
    fuzz(one_input, TOPOLOGIES, YAML_WORDS)
