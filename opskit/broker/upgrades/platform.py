"""What has to change around the broker: Java, classes of one's own, the web console."""

from collections.abc import Iterator

from opskit.broker import history
from opskit.broker.upgrades.registry import MIGRATION, TAGS, Migration, finding, whole_file
from opskit.findings import Finding, Rule, Severity

_NOT_JAKARTA = ("org.apache.activemq.", "org.springframework.", "org.eclipse.jetty.", "java.")


@MIGRATION.rule(
    Rule(
        "BRK106",
        Severity.WARNING,
        title="a class of one's own, made for javax",
        why="ActiveMQ 6 has Jakarta Messaging and Spring 6: a class that was compiled against "
        "javax.jms or Spring 5 does not load.",
        fix="rebuild the class against ActiveMQ 6 and jakarta.jms",
        reference=TAGS,
    )
)
def class_for_javax(migration: Migration) -> Iterator[Finding]:
    """Source: the imports of activemq-broker, javax.jms in 5.19 and jakarta.jms in 6.0."""
    for broker in migration.network.brokers if migration.crosses(6, 0) else ():
        for element in whole_file(broker):
            name = element.attributes.get("class", "")
            if element.name == "bean" and name and not name.startswith(_NOT_JAKARTA):
                yield finding(
                    broker,
                    broker.location(element, "class"),
                    f"{name} has to be rebuilt for Jakarta Messaging",
                    name,
                )


@MIGRATION.rule(
    Rule(
        "BRK107",
        Severity.WARNING,
        title="the web console's jetty.xml is another one",
        why="The file names classes and roles of the Jetty that comes with the broker: 9 to 5.19, "
        "11 from 6.0, 12 from 6.3.",
        fix="take conf/jetty.xml from the new distribution, and make your changes in it again",
        reference=f"{TAGS}: assembly/src/release/conf/jetty.xml",
    )
)
def jetty_file(migration: Migration) -> Iterator[Finding]:
    """Source: `jetty-version` in the pom of 5.19.0, 6.0.0 and 6.3.0."""
    if not migration.crosses(6, 0) and not migration.crosses(6, 3):
        return
    for broker in migration.network.brokers:
        for element in whole_file(broker):
            if element.name == "import" and "jetty" in element.attributes.get("resource", ""):
                yield finding(
                    broker,
                    broker.location(element),
                    "this file is of the old Jetty",
                    element.attributes["resource"],
                )


@MIGRATION.rule(
    Rule(
        "BRK108",
        Severity.INFO,
        title="another Java, another configuration of logging",
        why="5.17 needs Java 11 and reads log4j2.properties where 5.16 read log4j.properties; "
        "6.0 needs Java 17.",
        fix="bring the machine to that Java first, and carry the log settings over",
        reference=f"{TAGS}: pom.xml, assembly/src/release/conf",
    )
)
def java_version(migration: Migration) -> Iterator[Finding]:
    """Source: `target-version` of the poms; log4j2.properties in the assembly of 5.17.0."""
    old, new = history.java(migration.old), history.java(migration.new)
    if new <= old:
        return
    logs = "; log4j2.properties" if migration.crosses(5, 17) else ""
    for broker in migration.network.brokers:
        if broker.target == "self-managed":
            yield finding(
                broker,
                broker.location(),
                f"ActiveMQ {migration.new} needs Java {new}{logs}",
                f"Java {old}",
                f"Java {new}",
            )
