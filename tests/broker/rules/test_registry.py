"""All rules together: each is described, each has cases, and none breaks on hostile input."""

from importlib import import_module
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.broker import attributes, reader
from opskit.broker.model import Network
from opskit.broker.rules import RULES
from opskit.findings import Rule
from opskit.xmltree import XmlDocument
from tests.broker.rules.cases import Case

HERE = Path(__file__).parent


def tables() -> list[Any]:
    """Every case of every table CASES in this folder."""
    names = sorted(path.stem for path in HERE.glob("test_*.py") if path != Path(__file__))
    modules = [import_module(f"tests.broker.rules.{name}") for name in names]
    return [case for module in modules for case in getattr(module, "CASES", ())]


def covered() -> tuple[set[str], set[str]]:
    """The rules that fire in some case, and those that stay quiet in some case.

    A case is a `Case`, or a tuple that begins with the rule's number and ends with the severities
    that it finds (none where it stays quiet).
    """
    fires: set[str] = set()
    quiet: set[str] = set()
    for case in tables():
        if isinstance(case, Case):
            fires |= case.fires
            quiet |= set(case.quiet)
        else:
            (fires if case[-1] else quiet).add(f"BRK{case[0]}")
    return fires, quiet


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.code)
def test_a_rule_says_what_why_and_what_to_do(rule: Rule) -> None:
    for text in (rule.title, rule.why, rule.fix, rule.reference):
        assert text.strip() == text
        assert text
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert not rule.fix.endswith(".")


def test_every_rule_fires_in_a_case_and_is_quiet_in_another() -> None:
    fires, quiet = covered()
    codes = {rule.code for rule in RULES.rules}
    assert codes - fires == set()
    assert codes - quiet == set()


def test_the_numbers_of_the_facts_are_kept() -> None:
    """24 and 27 were never given away."""
    codes = {rule.code for rule in RULES.rules}
    wanted = {f"BRK{number:03}" for number in range(1, 31)} - {"BRK024", "BRK027"}
    assert wanted <= codes
    assert not codes & {"BRK024", "BRK027"}


def test_what_can_be_fixed() -> None:
    fixable = {rule.code for rule in RULES.rules if rule.fixable}
    assert fixable == {"BRK002", "BRK003", "BRK008", "BRK015", "BRK022"}


NAMES = [*attributes.ATTRIBUTES, "colour", "Duplex"]
PIECES = [
    *("static:", "masterslave:", "failover:", "multicast:", "tcp://", "ssl://", "stomp://"),
    *("(", ")", ",", "?", "&", "=", ":", "/", "[", "]", "@", "#", "%", " ", "\t", "\u00a0", "_"),
    *("61617", "99999999999999999999", "-1", "0", "true", "TRUE", "${X}", "${", "#{x}", "ENC("),
    *("b-1-1.mq.eu-west-1.amazonaws.com", "b-1-2.mq.eu-west-1.amazonaws.com", "a", "b"),
    *("maxReconnectAttempts", "queue://", ">", "*", ".", "a.>", "é", "😀", "\u0663", "<", "'", '"'),
]
VALUES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
LISTS = st.dictionaries(st.sampled_from(attributes.LISTS), st.lists(VALUES, max_size=3), max_size=4)
KINDS = ("queue", "topic", "tempQueue", "destination")


@st.composite
def connectors(draw: st.DrawFn) -> str:
    """A connector whose attributes and entries hold anything that XML can hold."""
    given_ = draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
    head = " ".join(f"{name}={quoteattr(value)}" for name, value in given_.items())
    body = "".join(
        f"<{holder}>"
        + "".join(f"<{draw(st.sampled_from(KINDS))} physicalName={quoteattr(n)}/>" for n in entries)
        + f"</{holder}>"
        for holder, entries in draw(LISTS).items()
    )
    return f"<networkConnector {head}>{body}</networkConnector>"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(connectors(), min_size=1, max_size=4), st.sampled_from(["self-managed", "amazon-mq"])
)
def test_no_rule_breaks_on_hostile_values(inner: list[str], target: Any) -> None:
    xml = f"<broker><networkConnectors>{''.join(inner)}</networkConnectors></broker>"
    document = XmlDocument("broker.xml", xml.encode())
    for finding in RULES.run(Network(reader.from_document(document, target=target))):
        assert finding.message
        assert finding.location is None or finding.location.file == "broker.xml"


def test_placeholders_everywhere_make_no_false_error() -> None:
    """What a placeholder stands for is unknown; that it is there may be a warning."""
    names = [name for name, known in attributes.ATTRIBUTES.items() if not known.internal]
    head = " ".join(f'{name}="${{X}}"' for name in names if name != "autoStart")
    entries = '<queue physicalName="${X}"/><topic physicalName="${X}"/>'
    body = "".join(f"<{holder}>{entries}</{holder}>" for holder in attributes.LISTS[:2])
    xml = (
        f'<broker brokerName="${{X}}" persistent="${{X}}" useJmx="${{X}}"><networkConnectors>'
        f"<networkConnector {head}>{body}</networkConnector></networkConnectors></broker>"
    )
    found = RULES.run(Network(reader.from_document(XmlDocument("broker.xml", xml.encode()))))
    assert [finding.message for finding in found if finding.level == "error"] == []
