"""Fixes, seen through the rules: what is mended is found no more, and nothing else changes."""

from collections.abc import Sequence

import pytest

from opskit.broker import reader, versions
from opskit.broker.change import fixes
from opskit.broker.model import Broker, Network, Target
from opskit.broker.rules import RULES
from opskit.findings import Finding
from opskit.xmltree import XmlDocument

PAIR = ",".join(f"ssl://b-12ab-{number}.mq.eu-west-1.amazonaws.com:61617" for number in (1, 2))
URI = 'uri="static:(tcp://other:61616)"'
CONFIGURER = '<bean class="org.example.PropertyPlaceholderConfigurer"/>'
ENTRY = '<queue physicalName="A.B"/>'
STATIC = f"<staticallyIncludedDestinations>{ENTRY}</staticallyIncludedDestinations>"


def brokers(text: str, version: str = "5.17", target: Target = "self-managed") -> list[Broker]:
    document = XmlDocument("activemq.xml", text.encode())
    return reader.from_document(document, version=versions.parse(version), target=target)


def whole(connectors: str) -> str:
    return (
        f'<broker brokerName="b">\n  <networkConnectors>\n{connectors}\n'
        "  </networkConnectors>\n</broker>\n"
    )


def check(network: Sequence[Broker], code: str) -> list[Finding]:
    return RULES.run(Network(list(network)), select=[code])


def mended(text: str, code: str, *, unsafe: bool = False, target: Target = "self-managed") -> str:
    """The file after `--fix`, in which the rule no longer fires and a second fix does nothing."""
    found = brokers(text, target=target)
    findings = check(found, code)
    assert findings, f"{code} does not fire on what it should"
    fixed = fixes.fixed(found[0], findings, unsafe)
    assert fixed is not None
    after = brokers(fixed.decode(), target=target)
    assert check(after, code) == []
    assert fixes.fixed(after[0], findings, unsafe) is None
    return fixed.decode()


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        pytest.param("BRK002", "username = 'x'", "userName = 'x'", id="wrong case"),
        pytest.param("BRK002", 'NETWORKttl="2"', 'networkTTL="2"', id="wrong case of a number"),
        pytest.param(
            "BRK002",
            'useBrokerNameAsIdSeed="true"',
            'useBrokerNameAsIdSees="true"',
            id="correct spelling of a misspelt name",
        ),
        pytest.param(
            "BRK002",
            'useBrokerNameAsIdSeeds="true"',
            'useBrokerNameAsIdSees="true"',
            id="another correct spelling of it",
        ),
        pytest.param(
            "BRK003",
            f'name="x" uri="static:(ssl:// host:1,\n   {PAIR})?a=1&amp;b=2"',
            f'name="x" uri="static:(ssl://host:1,{PAIR})?a=1&amp;b=2"',
            id="white space",
        ),
        pytest.param(
            "BRK008",
            'consumerTTL="1" networkTTL="2"\n messageTTL="3" duplex="true"',
            'networkTTL="2" duplex="true"',
            id="TTLs",
        ),
        pytest.param(
            "BRK022",
            f'name="x" uri="static:(failover:({PAIR}))?a=1"',
            f'name="x" uri="static:(failover:({PAIR})?maxReconnectAttempts=0&amp;randomize=false)'
            '?a=1"',
            id="failover",
        ),
        pytest.param(
            "BRK022",
            "name='x' uri='static:(failover:(tcp://a:1)?randomize=true&amp;timeout=3)'",
            "name='x' uri='static:(failover:(tcp://a:1)?randomize=true&amp;timeout=3"
            "&amp;maxReconnectAttempts=0)'",
            id="failover with options",
        ),
        pytest.param(
            "BRK022",
            'name="x" uri="static:(failover:(tcp://a:1)?maxReconnectAttempts=-1,failover:(tcp://b:1))"',
            'name="x" uri="static:(failover:(tcp://a:1)?maxReconnectAttempts=0&amp;randomize=false,'
            'failover:(tcp://b:1)?maxReconnectAttempts=0&amp;randomize=false)"',
            id="two failovers",
        ),
    ],
)
def test_a_safe_fix_of_attributes(code: str, before: str, after: str) -> None:
    if "uri=" not in before:
        before, after = f"{before} {URI}", f"{after} {URI}"
    text = whole(f"    <networkConnector {before}><!-- kept -->{STATIC}</networkConnector>")
    assert mended(text, code) == text.replace(before, after)


def test_a_name_that_is_there_already_is_not_given_twice() -> None:
    text = whole(f'<networkConnector userName="a" username="b" USERNAME="c" {URI}/>')
    found = brokers(text)
    assert fixes.fixed(found[0], check(found, "BRK002")) is None


def test_a_misspelling_that_could_mean_two_things_is_left_to_people() -> None:
    found = brokers(whole(f'<networkConnector consumerTLL="2" {URI}/>'))
    findings = check(found, "BRK002")
    assert findings
    assert fixes.fixed(found[0], findings) is None


def test_an_attribute_that_the_version_lacks_is_not_renamed_to() -> None:
    found = brokers(whole(f'<networkConnector AutoStart="true" {URI}/>'))
    assert fixes.fixed(found[0], check(found, "BRK002")) is None


def test_the_default_of_today_is_written_out() -> None:
    text = whole('    <networkConnector name="n" uri="static:(tcp://other:61616)"/>')
    for version, other, value in (("5.17", "5.18", "false"), ("5.18", "5.17", "true")):
        (own,) = brokers(text, version)
        remote = brokers('<broker brokerName="other"/>', other)
        findings = check([own, *remote], "BRK015")
        fixed = fixes.fixed(own, findings)
        assert fixed is not None
        assert f' decreaseNetworkConsumerPriority="{value}"/>'.encode() in fixed
        after = brokers(fixed.decode(), version)
        assert check([*after, *remote], "BRK015") == []
        assert fixes.fixed(after[0], findings) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            '<excludedDestinations>\n <queue physicalName=">"/>\n</excludedDestinations>\n',
            "",
            id="the only exclusion",
        ),
        pytest.param(
            '<excludedDestinations>\n <topic physicalName=">"/>\n <queue physicalName="A.*"/>\n'
            "</excludedDestinations>\n",
            '<excludedDestinations>\n <topic physicalName=">"/>\n</excludedDestinations>\n',
            id="one of two",
        ),
    ],
)
def test_an_exclusion_gives_way_to_a_static_bridge(before: str, after: str) -> None:
    text = whole(f'<networkConnector name="n" {URI}>\n{before}{STATIC}\n</networkConnector>')
    expected = text.replace(before, after).replace(URI, f'{URI} staticBridge="true"')
    assert mended(text, "BRK001", unsafe=True) == expected


def test_an_exclusion_beside_a_dynamic_list_just_goes() -> None:
    dynamic = STATIC.replace("statically", "dynamically").replace("A.B", "C")
    text = whole(
        f"<networkConnector {URI}>{dynamic}<excludedDestinations>"
        f'<queue physicalName="A.>"/></excludedDestinations>{STATIC}</networkConnector>'
    )
    assert mended(text, "BRK001", unsafe=True) == whole(
        f"<networkConnector {URI}>{dynamic}{STATIC}</networkConnector>"
    )


def test_a_pair_becomes_masterslave() -> None:
    text = whole(f'<networkConnector name="static" uri="static:({PAIR})?a=static"/>')
    assert mended(text, "BRK021", unsafe=True) == text.replace("static:(", "masterslave:(")


@pytest.mark.parametrize(
    "uri", [f"static:({PAIR},tcp://x:1)", f"static:({PAIR.partition(',')[2]})"]
)
def test_what_is_more_or_less_than_a_pair_is_left_to_people(uri: str) -> None:
    found = brokers(whole(f'<networkConnector uri="{uri}"/>'))
    findings = check(found, "BRK021")
    assert findings
    assert fixes.fixed(found[0], findings, unsafe=True) is None


def test_a_password_becomes_a_placeholder() -> None:
    text = whole(
        f"<networkConnector name='Q:on-prem->cloud' {URI} userName='u' password='s3cret' "
        "remoteUserName='r' remotePassword='0ther'/>"
    )
    text = f"<beans>{CONFIGURER}{text}</beans>"
    fixed = mended(text, "BRK010", unsafe=True)
    assert "password='${Q_ON_PREM_CLOUD_PASSWORD}'" in fixed
    assert "remotePassword='${Q_ON_PREM_CLOUD_REMOTE_PASSWORD}'" in fixed


def test_a_password_stays_where_nothing_fills_placeholders() -> None:
    found = brokers(whole(f'<networkConnector {URI} password="s3cret"/>'))
    assert fixes.fixed(found[0], check(found, "BRK010"), unsafe=True) is None
    inner = f'<networkConnector name="n" {URI} password="s3cret"/>'
    fragment = mended(f"<networkConnectors>{inner}</networkConnectors>", "BRK010", unsafe=True)
    assert 'password="${N_PASSWORD}"' in fragment


def test_a_password_of_amazon_mq_goes() -> None:
    text = whole(f'<networkConnector name="n" {URI} userName="u" password="s3cret"/>')
    expected = text.replace(' password="s3cret"', "")
    assert mended(text, "BRK010", unsafe=True, target="amazon-mq") == expected


@pytest.mark.parametrize("code", [code for code, fix in fixes.FIXES.items() if not fix.safe])
def test_an_unsafe_fix_is_made_only_when_asked_for(code: str) -> None:
    text = whole(
        f'<networkConnector name="n" uri="static:({PAIR})" userName="u" password="p">'
        f'<excludedDestinations><queue physicalName=">"/></excludedDestinations>{STATIC}'
        "</networkConnector>"
    )
    found = brokers(f"<beans>{CONFIGURER}{text}</beans>")
    findings = check(found, code)
    assert findings
    assert fixes.fixed(found[0], findings) is None
    assert fixes.fixed(found[0], findings, unsafe=True) is not None


def test_only_the_connectors_with_findings_are_touched() -> None:
    one, other = (
        f'<networkConnector name="{name}" username="u" {URI}/>' for name in ("one", "other")
    )
    found = brokers(whole(one + other))  # both in one line: the column tells them apart
    findings = [f for f in check(found, "BRK002") if "other" in f.object]
    fixed = fixes.fixed(found[0], findings)
    assert fixed == whole(one + other.replace("username", "userName")).encode()


def test_several_rules_mend_one_attribute_and_several_brokers_one_file() -> None:
    connector = (
        '<networkConnector name="{0}" username="u" networkTTL="3" messageTTL="1" '
        'uri="static:(failover:( tcp://a:1 , tcp://b:1))"/>'
    )
    text = f"<beans>{whole(connector.format('x'))}{whole(connector.format('y'))}</beans>"
    found = brokers(text)
    codes = ["BRK002", "BRK003", "BRK008", "BRK022"]
    findings = RULES.run(Network(found), select=codes)
    fixed = fixes.fixed(found[0], findings)
    assert fixed is not None
    assert RULES.run(Network(brokers(fixed.decode())), select=codes) == []
    uri = "static:(failover:(tcp://a:1,tcp://b:1)?maxReconnectAttempts=0&amp;randomize=false)"
    assert fixed.decode().count(f'userName="u" networkTTL="3" uri="{uri}"/>') == 2


def test_what_a_fix_uncovers_is_mended_too_where_it_can_be_checked() -> None:
    text = whole(f'<networkConnector name="n" {URI} networkTTL="2" messagettl="1"/>')
    found = brokers(text)
    codes = ["BRK002", "BRK008"]

    def findings(mended: list[Broker]) -> list[Finding]:
        return RULES.run(Network(mended), select=codes)

    fixed = fixes.fixed(found[0], findings(found), check=findings)
    assert fixed == text.replace(' messagettl="1"', "").encode()
    after = brokers(fixed.decode())
    assert fixes.fixed(after[0], findings(after), check=findings) is None


def test_encoding_and_line_ends_stay() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>\n<!-- é -->\n' + whole(
        f'    <networkConnector name="n" username="ü" {URI}/>'
    )
    raw = b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le")
    found = reader.from_document(XmlDocument("activemq.xml", raw))
    fixed = fixes.fixed(found[0], check(found, "BRK002"))
    assert fixed == raw.replace("username".encode("utf-16-le"), "userName".encode("utf-16-le"))


def test_every_fix_belongs_to_a_rule_that_says_whether_it_is_safe() -> None:
    fixable = {rule.code for rule in RULES.rules if rule.fixable}
    assert fixable == {code for code, fix in fixes.FIXES.items() if fix.safe}
    assert set(fixes.FIXES) <= {rule.code for rule in RULES.rules}
