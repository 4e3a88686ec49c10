"""What has to change around the broker: Java, classes of one's own, the web console."""

from collections.abc import Iterator

from opskit.broker.upgrades import history
from opskit.broker.upgrades.registry import MIGRATION, TAGS, Migration, beans, finding, whole_file
from opskit.findings import Finding, Rule, Severity

#: Classes that need no look: they come with the broker, or have nothing to do with JMS.
_WITHOUT_JMS = (
    *("org.apache.activemq.", "org.springframework.", "org.eclipse.jetty.", "java."),
    *("org.apache.commons.", "org.apache.derby.", "org.jasypt.", "com.zaxxer.hikari."),
    *("com.mchange.", "org.apache.tomcat.jdbc.", "com.mysql.", "org.mariadb.", "org.postgresql."),
    *("oracle.jdbc.", "com.microsoft.sqlserver.", "com.ibm.db2.", "org.h2.", "org.hsqldb."),
    *history.GONE_CLASSES,
)


@MIGRATION.rule(
    Rule(
        "BRK106",
        Severity.WARNING,
        title="a class that may be made for javax.jms",
        why="ActiveMQ 6 has Jakarta Messaging and Spring 6: a class that was compiled against "
        "javax.jms or Spring 5 does not load.",
        fix="look for javax.jms in its imports; if it is there, take the release of the library "
        "for Jakarta, or rebuild the class against ActiveMQ 6",
        reference=TAGS,
    )
)
def class_for_javax(migration: Migration) -> Iterator[Finding]:
    """Source: the imports of activemq-broker, javax.jms in 5.19 and jakarta.jms in 6.0."""
    for broker in migration.network.brokers if migration.crosses(6, 0) else ():
        for bean, name in beans(broker):
            if not name.startswith(_WITHOUT_JMS):
                yield finding(
                    broker,
                    broker.location(bean, "class"),
                    f"check whether {name} uses javax.jms: "
                    f"ActiveMQ {migration.new} has jakarta.jms instead",
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
    jetty = history.jetty(migration.new)
    if jetty <= history.jetty(migration.old):
        return
    for broker in migration.network.brokers:
        for element in whole_file(broker):
            resource = element.attributes.get("resource", "")
            if element.name == "import" and "jetty" in resource:
                yield finding(
                    broker,
                    broker.location(element),
                    f"the file {resource} that is imported here is not for "
                    f"ActiveMQ {migration.new}, whose web console runs on Jetty {jetty}",
                    resource,
                )


@MIGRATION.rule(
    Rule(
        "BRK108",
        Severity.INFO,
        title="another Java, another configuration of logging",
        why="5.17 needs Java 11 and reads log4j2.properties where 5.16 read log4j.properties; "
        "6.0 needs Java 17.",
        fix="install that Java, and carry over log settings of your own, before the upgrade",
        reference=f"{TAGS}: pom.xml, assembly/src/release/conf",
    )
)
def java_version(migration: Migration) -> Iterator[Finding]:
    """Source: `target-version` of the poms; log4j2.properties in the assembly of 5.17.0."""
    java = history.java(migration.new)
    if java <= history.java(migration.old):
        return
    message = f"ActiveMQ {migration.new} runs on Java {java} or later, not on an older one"
    if migration.crosses(5, 17):
        message += ", and takes its log settings from log4j2.properties, not from log4j.properties"
    for broker in migration.network.brokers:
        if broker.target == "self-managed":
            yield finding(broker, broker.location(), message, expected=f"Java {java} or later")
