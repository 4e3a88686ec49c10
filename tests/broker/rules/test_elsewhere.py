"""BRK064: bridges that stand where no other rule looks."""

import pytest

from tests.broker.rules.cases import Case, broker, connector

HELD = connector()


def held(id: str, extra: str, *quiet: str) -> Case:  # noqa: A002
    return Case(id, broker(HELD, extra=extra), quiet)


def beside(id: str, other: str, *quiet: str) -> Case:  # noqa: A002
    return Case(id, f"<beans>{other}{broker(HELD)}</beans>", quiet)


CASES = [
    held("URIs", "{BRK064}<networkConnectorURIs/>"),
    held("a bridge to another JMS", "{BRK064}<jmsBridgeConnectors/>"),
    Case("LDAP", broker(f"{HELD}{{BRK064}}<ldapNetworkConnector/>")),
    held("nothing of the kind", "<destinationPolicy/>", "BRK064"),
    beside("an import", '{BRK064}<import resource="classpath:conf/bridges.xml"/>'),
    beside("the console", '<import resource="jetty.xml"/>', "BRK064"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
