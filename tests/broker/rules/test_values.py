import pytest

from tests.broker.rules.cases import Case
from tests.broker.rules.test_attributes import one

CASES = [
    one("words", '{BRK039}duplex="yes please"'),
    one("yes", '{BRK039}duplex="yes"'),
    one("capitals", '{BRK039}staticBridge="TRUE"', says="true or false"),
    one("on", '{BRK039}dynamicOnly="on"'),
    one("empty boolean", '{BRK039}duplex=""'),
    one("no-break space", '{BRK039}duplex="true\u00a0"'),
    one("a word for a number", '{BRK039}networkTTL="two"', says="whole number"),
    one("a fraction", '{BRK039}consumerTTL="1.5"'),
    one("a unit", '{BRK039}networkTTL="1k"'),
    one("an underscore", '{BRK039}networkTTL="1_0"'),
    one("other digits", '{BRK039}networkTTL="٣"'),
    one("more than 32 bits", '{BRK039}networkTTL="99999999999"'),
    one("a time with a unit", '{BRK039}gcSweepTime="1 minute"'),
    one("more than 64 bits", '{BRK039}gcSweepTime="9223372036854775808"'),
    one("a very long number", f'{{BRK039}}networkTTL="{"9" * 10_000}"'),
    one("prefetch as a word", '{BRK039}prefetchSize="x"', "BRK007"),
    one("prefetch as a fraction", '{BRK039}prefetchSize="1.5"', "BRK007"),
    one("prefetch empty", '{BRK039}prefetchSize=""', "BRK007"),
    one("prefetch of more than 32 bits", '{BRK039}prefetchSize="2147483648"'),
    one("a boolean's placeholder", '{BRK039:warning}duplex="${DUPLEX}"', says="schema"),
    one("a number's placeholder", '{BRK039:warning}networkTTL="${TTL}"'),
    one("booleans", 'duplex="1" staticBridge="0" dynamicOnly=" true "', "BRK039"),
    one("numbers", 'networkTTL="+2" consumerTTL=" -1 " messageTTL="010"', "BRK039"),
    one("a long time", 'gcSweepTime="99999999999"', "BRK039"),
    one("a text's placeholder", 'userName="${USER}" clientIdToken="two"', "BRK039"),
    one("an unknown attribute", 'networkttl="two"', "BRK039"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()


def test_the_advice_is_of_the_type() -> None:
    texts = ('{BRK039}duplex="TRUE"', '{BRK039}networkTTL="two"', '{BRK039}gcSweepTime="1 s"')
    advice = [finding.fix for text in texts for finding in one("x", text).findings()]
    assert advice == [
        "write true or false",
        "write a whole number",
        "write a whole number of milliseconds",
    ]
