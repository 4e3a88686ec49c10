"""BRK101 to BRK112: what an upgrade changes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from opskit.broker import versions
from opskit.broker.model import Network, Target
from opskit.broker.upgrades import history
from opskit.broker.upgrades.migrate import MIGRATION, Migration, migrate, read, remarks
from opskit.errors import InputError, UsageError
from opskit.findings import Finding, Severity
from tests.broker.rules.marked import (
    MARK,
    broker,
    connector,
    dynamic,
    marks,
    parse,
    static,
    where,
)

E, W, N = Severity.ERROR, Severity.WARNING, Severity.INFO


def plain(text: str) -> str:
    return broker("a", body=text)


def entry(attributes: str = "", inner: str = "") -> str:
    return plain(
        "<destinationPolicy><policyMap><policyEntries>\n"
        f"{MARK if attributes.startswith(MARK) and not inner else ''}"
        f'<policyEntry queue=">" {attributes.lstrip(MARK) if not inner else attributes}>'
        f"{inner}</policyEntry>\n</policyEntries></policyMap></destinationPolicy>"
    )


AUTO = broker("a", connector("b", '¦autoStart="true"'))
BRIDGE = broker("a", connector("b"))
EXCLUDED = '<excludedDestinations><queue physicalName=">"/></excludedDestinations>'
RECIPE = broker("a", connector("b", "", static("queue:TestingQ").replace("<queue", "¦<queue")
                               + EXCLUDED))  # fmt: skip


def bean(name: str, mark: str = "") -> str:
    return f'<beans>{mark}<bean id="x" class="{name}"/>{BRIDGE}</beans>'


LOG_QUERY = "io.fabric8.insight.log.log4j.Log4jLogQuery"
STORE = "<persistenceAdapter>{}</persistenceAdapter>"
CASES = [
    ("101", "autoStart", "5.19", "6.1", AUTO, E),
    ("101", "autoStart back", "5.19", "5.18", AUTO, E),
    ("101", "autoStart", "5.19", "6.2", AUTO.replace(MARK, ""), None),
    ("101", "remoteUserName", "5.17", "5.16.3",
     broker("a", connector("b", '¦remoteUserName="x" ¦remotePassword="${Y}"')), E),
    ("101", "an unknown one is lint's", "5.17", "5.18", broker("a", connector("b", 'x="y"')),
     None),
    ("102", "levelDB", "5.16", "5.17", plain(STORE.format("¦<levelDB/>")), E),
    ("102", "partitionBrokerPlugin", "5.19", "6.0",
     plain("<plugins>¦<partitionBrokerPlugin/></plugins>"), E),
    ("102", "journal", "5.18", "6.1", plain(STORE.format("¦<journalPersistenceAdapter/>")), E),
    ("102", "stays to 5.19", "5.17", "5.19", plain(STORE.format("<journalPersistenceAdapter/>")),
     None),
    ("102", "not yet", "5.19", "6.1", plain("¦<headerMessageInterceptorStrategy/>"), E),
    ("102", "there again", "5.19", "6.2", plain("<headerMessageInterceptorStrategy/>"), None),
    ("102", "kahaDB stays", "5.16", "6.3", plain(STORE.format("<kahaDB/>")), None),
    ("103", "transport", "5.19", "6.1", plain("<transportConnectors>"
     '<transportConnector name="t" ¦autoStart="false"/></transportConnectors>'), E),
    ("103", "broker", "5.19", "6.0", broker("a", attributes='¦maxUncommittedCount="9"'), E),
    ("103", "broker there", "5.19", "6.1", broker("a", attributes='maxUncommittedCount="9"'),
     None),
    ("103", "as a child", "5.19", "6.1",
     entry("", "<messageInterceptorStrategy/>").replace("<policyEntry", "¦<policyEntry"), E),
    ("104", "to 5.18", "5.17", "5.18", broker("a", "¦" + connector("b")), W),
    ("104", "to 6.1", "5.16.2", "6.1.7", broker("a", "¦" + connector("b")), W),
    ("104", "and back", "5.18", "5.17", broker("a", "¦" + connector("b")), W),
    ("104", "within", "5.18", "6.2", BRIDGE, None),
    ("104", "written out", "5.17", "5.18",
     broker("a", connector("b", 'decreaseNetworkConsumerPriority="${P}"')), None),
    ("104", "topics", "5.17", "5.18", broker("a", connector("b", "", dynamic("topic:T"))), None),
    ("105", "to 5.17", "5.16.8", "5.17", entry("¦"), W),
    ("105", "before it was so", "5.16.3", "5.17", entry(), None),
    ("105", "written out", "5.16", "5.18", entry('sendDuplicateFromStoreToDLQ="true"'), None),
    ("105", "later", "5.17", "5.18", entry(), None),
    ("106", "a bean", "5.19", "6.1",
     f'<beans><bean id="p" ¦class="com.acme.Plugin"/>{BRIDGE}</beans>', W),
    ("106", "the broker's", "5.19", "6.1",
     f'<beans><bean class="org.apache.activemq.broker.BrokerService"/>{BRIDGE}</beans>', None),
    ("106", "within 5", "5.17", "5.19", bean("com.acme.Plugin"), None),
    ("106", "a pool", "5.19", "6.1", bean("org.apache.commons.dbcp2.BasicDataSource"), None),
    ("106", "a database", "5.19", "6.1", bean("org.apache.derby.jdbc.EmbeddedDataSource"), None),
    ("106", "encryption", "5.19", "6.1",
     bean("org.jasypt.encryption.pbe.StandardPBEStringEncryptor"), None),
    ("106", "logQuery is BRK110's", "5.16", "6.1", bean(LOG_QUERY), None),
    ("106", "logQuery", "5.18", "6.1", bean(LOG_QUERY), None),
    ("107", "to 6", "5.18", "6.0", f'<beans>{BRIDGE}¦<import resource="jetty.xml"/></beans>', W),
    ("107", "to 6.3", "6.2", "6.3", f'<beans>{BRIDGE}¦<import resource="jetty.xml"/></beans>', W),
    ("107", "within", "6.0", "6.2", f'<beans>{BRIDGE}<import resource="jetty.xml"/></beans>',
     None),
    ("107", "another file", "5.18", "6.0", f'<beans>{BRIDGE}<import resource="x.xml"/></beans>',
     None),
    ("108", "Java 11", "5.16", "5.17", "¦" + BRIDGE, N),
    ("108", "Java 17", "5.19", "6.0", "¦" + BRIDGE, N),
    ("108", "the same", "5.17", "5.19", BRIDGE, None),
    ("109", "6.1", "5.19", "6.1", "¦" + BRIDGE, W),
    ("109", "back", "5.19.9", "5.19.8", "¦" + BRIDGE, W),
    ("109", "as before", "5.17", "5.18", BRIDGE, None),
    ("109", "as before", "5.17", "5.19.8", BRIDGE, None),
    ("109", "as before, back", "5.18", "5.17", BRIDGE, None),
    ("109", "cured", "5.17", "6.2.8", BRIDGE, None),
    ("109", "no bridge", "5.19", "6.1", broker("a"), None),
    ("110", "logQuery", "5.16", "5.17", bean(LOG_QUERY, MARK), E),
    ("110", "logQuery", "5.15.16", "6.1", bean(LOG_QUERY, MARK), E),
    ("110", "its older name", "5.10", "5.16",
     bean("org.fusesource.insight.log.log4j.Log4jLogQuery", MARK), E),
    ("110", "still there", "5.15", "5.16", bean(LOG_QUERY), None),
    ("110", "put back by hand", "5.17", "5.18", bean(LOG_QUERY), None),
    ("110", "another bean", "5.16", "5.17", bean("com.acme.Plugin"), None),
    ("111", "AMQ-6331", "5.13", "5.18", RECIPE, E),
    ("111", "AMQ-6331", "5.13.5", "5.14.0", RECIPE, E),
    ("111", "as before", "5.14", "5.18", RECIPE.replace(MARK, ""), None),
    ("111", "not yet", "5.12", "5.13", RECIPE.replace(MARK, ""), None),
    ("111", "not excluded", "5.13", "5.18", RECIPE.replace(">\"/", "Other\"/").replace(MARK, ""),
     None),
    ("112", "not offered", "5.18", "6.1", "¦" + BRIDGE, W),
    ("112", "support ended", "5.16", "5.17", "¦" + BRIDGE, W),
    ("112", "offered", "5.17", "5.18", BRIDGE, None),
    ("112", "as before", "5.18", "5.19", RECIPE.replace(MARK, ""), None),
    ("112", "BRK111's", "5.13", "5.18", RECIPE.replace(MARK, ""), None),
]  # fmt: skip


def migration(
    texts: Sequence[str], old: str, new: str, target: Target = "self-managed"
) -> Migration:
    brokers = [b for n, text in enumerate(texts, 1) for b in parse(f"{n}.xml", text, old, target)]
    return Migration(Network(brokers), versions.parse(old), versions.parse(new))


@pytest.mark.parametrize(
    ("code", "old", "new", "text", "severity"),
    [case[:1] + case[2:] for case in CASES],
    ids=[f"BRK{code}-{title}-{old}-{new}" for code, title, old, new, _, _ in CASES],
)
def test_it_fires_at_the_marks(
    code: str, old: str, new: str, text: str, severity: Severity | None
) -> None:
    target: Target = "amazon-mq" if code == "112" else "self-managed"
    found = MIGRATION.run(migration([text], old, new, target), select=[f"BRK{code}"])
    assert where(found) == [("1.xml", *place) for place in marks(text)]
    assert {finding.level for finding in found} == ({severity} if severity else set())


def test_every_rule_fires_and_stays_quiet_in_the_table() -> None:
    for rule in MIGRATION.rules:
        mine = {severity is None for code, *_, severity in CASES if rule.code == f"BRK{code}"}
        assert mine == {True, False}, rule.code


@pytest.mark.parametrize(
    ("version", "known"),
    [("5.17.6", False), ("5.17.7", True), ("5.17", True), ("5.18.3", False), ("5.18.4", True),
     ("5.19.0", True), ("6.0.1", False), ("6.1.0", True), ("6.3.1", True),
     ("7.0", True), ("4.1", False)],
)  # fmt: skip
def test_what_was_carried_back_is_known_to_each_line(version: str, known: bool) -> None:
    parsed = versions.parse(version)
    assert history.knows_attribute("broker", "maxUncommittedCount", parsed) is known


@pytest.mark.parametrize(
    ("version", "java"), [("5.14", 8), ("5.16.8", 8), ("5.17", 11), ("5.19", 11), ("6.0", 17)]
)
def test_java(version: str, java: int) -> None:
    assert history.java(versions.parse(version)) == java


def test_a_file_is_read_and_reported(tmp_path: Path) -> None:
    file = tmp_path / "activemq.xml"
    file.write_text(BRIDGE)
    report = migrate(read([file], "5.17", "5.18"))
    assert (report.schema, report.checked, report.unit) == ("opskit.broker.migrate/1", 1, "broker")
    assert [finding.rule for finding in report.findings] == ["BRK104"]


def test_what_is_no_release_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a broker version: 'latest'"):
        read([tmp_path], "5.17", "latest")
    with pytest.raises(InputError):
        read([tmp_path / "absent.xml"], "5.17", "5.18")


def only(text: str, old: str, new: str, code: str) -> Finding:
    (found,) = MIGRATION.run(migration([text], old, new), select=[code])
    return found


def test_the_published_recipe_stops_at_5_14() -> None:
    found = only(RECIPE, "5.13", "5.18", "BRK111")
    assert "from ActiveMQ 5.14 on" in found.message
    assert "queue://TestingQ does not cross" in found.message


def test_a_rule_of_lint_is_named_and_keeps_its_remedy() -> None:
    run = migration([BRIDGE], "5.18", "6.1", "amazon-mq")
    (found,) = MIGRATION.run(run, select=["BRK112"])
    assert found.message == "Amazon MQ does not offer ActiveMQ 6.1 (BRK052)"
    assert found.fix.startswith("move to 5.19")


def test_the_network_that_was_read_stays_as_it_is() -> None:
    run = migration([RECIPE], "5.13", "5.18")
    twin = run.running(run.new)
    assert [str(b.version) for b in (*run.network.brokers, *twin.brokers)] == ["5.13", "5.18"]
    assert [c.broker for c in twin.connectors] == twin.brokers
    assert [c.broker for c in run.network.connectors] == run.network.brokers


def test_the_bean_to_remove_is_named() -> None:
    assert only(bean(LOG_QUERY), "5.16", "5.17", "BRK110").message.startswith("remove the bean 'x'")


def test_the_imported_file_is_named() -> None:
    text = f'<beans>{BRIDGE}<import resource="conf/jetty-ours.xml"/></beans>'
    assert only(text, "5.18", "6.1", "BRK107").message.startswith("the file conf/jetty-ours.xml ")
    assert "Jetty 11" in only(text, "5.18", "6.1", "BRK107").message
    assert "Jetty 12" in only(text, "6.1", "6.3", "BRK107").message


@pytest.mark.parametrize(
    ("old", "new", "logs"), [("5.16", "5.17", True), ("5.16", "6.1", True), ("5.17", "6.1", False)]
)
def test_java_is_told_in_words_and_nothing_is_made_up(old: str, new: str, logs: bool) -> None:
    found = only(BRIDGE, old, new, "BRK108")
    assert found.message.startswith(f"ActiveMQ {new} runs on Java ")
    assert ("takes its log settings from log4j2.properties" in found.message) is logs
    assert found.observed == ""


def test_nothing_changes_from_a_release_to_itself() -> None:
    run = migration([AUTO.replace(MARK, "")], "5.18", "5.18")
    assert remarks(run) == ["nothing changes between 5.18 and 5.18"]
    report = migrate(run)
    assert (list(report.findings), report.checked) == ([], 1)
    with pytest.raises(UsageError):
        migrate(run, select=["NOPE"])


def test_a_way_back_is_checked_with_a_remark() -> None:
    run = migration([AUTO], "5.19", "5.18")
    (said,) = remarks(run)
    assert said.startswith("5.18 is older than 5.19: ")
    assert {finding.rule for finding in migrate(run).findings} == {"BRK101", "BRK109"}


def test_an_upgrade_between_known_releases_needs_no_remark() -> None:
    assert remarks(migration([BRIDGE], "5.18", "6.3.1")) == []
    assert remarks(migration([BRIDGE], "5.18", "5.18.7")) == []


def test_unknown_releases_are_remarked() -> None:
    assert [text.partition("; ")[2] for text in remarks(migration([BRIDGE], "4.1", "7.0"))] == [
        "4.1 is treated as 5.13",
        "7.0 is treated as 6.3",
    ]
