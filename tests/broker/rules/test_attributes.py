import pytest

from tests.broker.rules.cases import Case, broker, connector


def one(
    id: str,  # noqa: A002
    attributes: str,
    *quiet: str,
    version: str = "5.17.2",
    says: str = "",
) -> Case:
    """A case of one connector with these attributes, marks included."""
    return Case(id, broker(connector(attributes)), quiet, version=version, says=says)


def two(
    id: str,  # noqa: A002
    first: str,
    second: str,
    *quiet: str,
    attributes: str = "",
    says: str = "",
) -> Case:
    """A case of two connectors; in `second` a bar parts a mark from the attributes."""
    mark, _, rest = second.rpartition("|")
    xml = broker(
        f'<networkConnector uri="static:(tcp://a:1)" {first}/>',
        f'{mark}<networkConnector uri="static:(tcp://b:1)" {rest}/>',
        attributes=attributes,
        extra='\n <transportConnectors><transportConnector name="openwire"/></transportConnectors>',
    )
    return Case(id, xml, quiet, says=says)


CASES = [
    one("unknown", '{BRK002}colour="red"'),
    one("lower case", '{BRK002}username="x"', says="userName"),
    one("upper case", '{BRK002}Duplex="true"', says="duplex"),
    one("misspelt", '{BRK002}prefetchSzie="5"', says="prefetchSize"),
    one("the sensible spelling", '{BRK002}useBrokerNamesAsIdSeed="true"', says="IdSees"),
    one("a list as attribute", '{BRK002}excludedDestinations="queue://a"'),
    one("too new", '{BRK002}autoStart="false"', says="5.17.2 does not know"),
    one("too new for 6.1", '{BRK002}autoStart="false"', version="6.1.7"),
    one("too new for 5.16.3", '{BRK002}remoteUserName="x"', version="5.16.3"),
    one("an object as text", '{BRK002}bridgeFactory="x"'),
    one("overwritten", '{BRK002:warning}brokerName="x"', says="overwritten"),
    one("another word for uri", '{BRK002:warning}discoveryURI="static:(tcp://a:1)"', says="uri"),
    one("an object by reference", 'bridgeFactory="#mine"', "BRK002"),
    one("known from 5.19", 'autoStart="false"', "BRK002", version="5.19.1"),
    one("known from 6.2", 'autoStart="false"', "BRK002", version="6.2"),
    one("known since 5.16.4", 'remoteUserName="x"', "BRK002", version="5.16.4"),
    one("a bean's id", 'id="x"', "BRK002"),
    one("another namespace", 'xmlns:x="urn:x" x:colour="red" xml:base="y"', "BRK002"),
    one("a placeholder", 'userName="${USER}"', "BRK002"),
    two("one name", 'name="a"', '|{BRK006}name="a"', says="'a' is used already"),
    two("no names", "", "{BRK006}|", says="without a name"),
    two("no names, no JMX", "", "{BRK006:warning}|", attributes='useJmx="false"'),
    two("no name and NC", 'name="NC"', "{BRK006}|"),
    two("a transport's name", 'name="b"', '|{BRK006}name="openwire"', says="a transportConnector"),
    two("split at a comma", 'name="b,a"', '|{BRK006}name="a"'),
    two("split at a space", 'name="b a"', '|{BRK006}name="a"'),
    two("two names", 'name="a"', '|name="b"', "BRK006"),
    two("a name and none", 'name="a"', "|", "BRK006"),
    two("names by case", 'name="a"', '|name="A"', "BRK006"),
    two("names of placeholders", 'name="${A}"', '|name="${A}"', "BRK006"),
    Case(
        "one name in two brokers",
        "<beans>" + 2 * broker(connector('name="a"')) + "</beans>",
        ("BRK006",),
    ),
    one("prefetch 0", '{BRK007}prefetchSize="0"', "BRK039"),
    one("prefetch below 0", '{BRK007}prefetchSize="-1"', "BRK039"),
    one("prefetch 0 with a unit", '{BRK007}prefetchSize="0k"', "BRK039"),
    one("prefetch 1", 'prefetchSize="1"', "BRK007", "BRK039"),
    one("prefetch with a unit", 'prefetchSize="2 kb"', "BRK007", "BRK039"),
    one("prefetch of a placeholder", 'prefetchSize="${P}"', "BRK007", "BRK039"),
    one("consumerTTL overridden", 'networkTTL="1" {BRK008}consumerTTL="3"', says="networkTTL=1"),
    one("messageTTL overridden", '{BRK008}messageTTL="-1" networkTTL="2"'),
    one("both", 'networkTTL="1" {BRK008}consumerTTL="3" {BRK008}messageTTL="3"'),
    one("the same TTLs", 'networkTTL="3" consumerTTL="3" messageTTL=" 3 "', "BRK008"),
    one("without networkTTL", 'consumerTTL="3" messageTTL="2"', "BRK008"),
    one("TTL of a placeholder", 'networkTTL="${TTL}" messageTTL="2"', "BRK008"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
