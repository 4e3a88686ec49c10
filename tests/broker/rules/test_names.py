"""BRK029, BRK053, BRK054: names, and a connector to its own broker."""

from typing import Any

import pytest

from opskit.broker.rules.names import jmx_name
from opskit.findings import Severity
from tests.broker.rules.marked import broker, connector, findings, fires_at_the_marks, read

W, N, E = Severity.WARNING, Severity.INFO, Severity.ERROR


def named(name: str, mark: str = "") -> list[str]:
    return [broker("a", f'<networkConnector {mark}name="{name}" uri="static:(tcp://b:1)"/>')]


def own(uri: str, mark: str = "", port: int = 61616) -> list[str]:
    return [broker("a", f'<networkConnector name="n" {mark}uri="{uri}"/>', port=port)]


def twin(uri: str, mark: str = "", name: str = "n") -> str:
    return broker("same", connector(uri, name=name)).replace("brokerName", f"{mark}brokerName")


def kept(text: str, store: str) -> str:
    """A broker's file with a place for its messages."""
    adapter = f"<persistenceAdapter>{store}</persistenceAdapter>"
    return text.replace("<networkConnectors>", f"{adapter}\n<networkConnectors>")


def kaha(directory: str) -> str:
    return f'<kahaDB directory="{directory}"/>'


def beans(text: str, url: str) -> str:
    """The same in the file of a broker with a data source called `db`."""
    return f'<beans>{text}<bean id="db"><property name="url" value="{url}"/></bean></beans>'


HUB = "static:(tcp://hub:1)"
JDBC = '<jdbcPersistenceAdapter dataSource="#db"/>'
AMAZON: dict[str, Any] = {"target": "amazon-mq"}
LOCAL = kaha("${activemq.data}/kahadb")
CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("029", "a colon", named("a:b", "¦"), {}, {N}),
    ("029", "opskit's own", named("Q:a->b"), {}, set()),
    ("029", "opskit's own, of odd brokers", named("T:a=1->b", "¦"), {}, {N}),
    ("029", "all of them", named("a,b?c=d*'&quot;", "¦"), {}, {N}),
    ("029", "once a broker", [broker("a", '<networkConnector ¦name="a:b" uri="static:(tcp://b:1)"/>'
     '<networkConnector name="a:c" uri="static:(tcp://c:1)"/>')], {}, {N}),
    ("029", "plain", named("a-b_c.d->e"), {}, set()),
    ("029", "a placeholder", named("${NAME:x}"), {}, set()),
    ("029", "no name", [broker("a", '<networkConnector uri="static:(tcp://b:1)"/>')], {}, set()),
    ("053", "to the same hub", [twin(HUB), twin(HUB, "¦"), twin(HUB)], {}, {E}),
    ("053", "the same hub, of two", [twin(HUB), twin("static:(tcp://o:1)"), twin(HUB, "¦")], {},
     {E}),
    ("053", "one shared directory", [kept(twin(HUB), kaha("/mnt/amq"))] * 2, {}, set()),
    ("053", "one directory by a placeholder", [kept(twin(HUB), kaha("${shared}/amq"))] * 2, {},
     set()),
    ("053", "two directories", [kept(twin(HUB), kaha("/mnt/a")),
     kept(twin(HUB, "¦"), kaha("/mnt/b"))], {}, {E}),
    ("053", "a pair and another", [kept(twin(HUB), kaha("/mnt/a"))] * 2
     + [kept(twin(HUB, "¦"), kaha("/mnt/b"))], {}, {E}),
    ("053", "the directory of each machine", [kept(twin(HUB), LOCAL),
     kept(twin(HUB, "¦"), LOCAL)], {}, {W}),
    ("053", "a relative directory", [kept(twin(HUB), kaha("data")),
     kept(twin(HUB, "¦"), kaha("data"))], {}, {W}),
    ("053", "one database", [beans(kept(twin(HUB), JDBC), "jdbc:x")] * 2, {}, set()),
    ("053", "one database elsewhere", [kept(twin(HUB), JDBC)] * 2, {}, set()),
    ("053", "two databases", [beans(kept(twin(HUB), JDBC), "jdbc:x"),
     beans(kept(twin(HUB, "¦"), JDBC), "jdbc:y")], {}, {E}),
    ("053", "several environments", [twin(f"static:(tcp://{n}:1)", "¦" if n == "test" else "")
     for n in ("dev", "test", "prod")], {}, {N}),
    ("053", "called as by default", [broker("localhost", connector(f"static:(tcp://h{n}:1)"))
     for n in range(7)], {}, set()),
    ("053", "called as by default, and meeting", [twin(HUB).replace("same", "localhost"),
     twin(HUB, "¦").replace("same", "localhost")], {}, {E}),
    ("053", "Amazon MQ gives the names", [twin(HUB).replace('brokerName="same"', "")] * 2, AMAZON,
     set()),
    ("053", "other connectors", [twin(HUB), twin(HUB, "¦", "m")], {}, {W}),
    ("053", "elsewhere", [twin(HUB), twin("static:(tcp://other:1)", "¦")], {}, {N}),
    ("053", "different", [broker("a", connector(HUB, name="n")),
     broker("b", connector(HUB, name="n"))], {}, set()),
    ("053", "placeholders", [broker("${NAME}", connector(HUB)), broker("${NAME}", connector(HUB))],
     {}, set()),
    ("053", "fragments", ['<networkConnector name="n" uri="static:(tcp://hub:1)"/>'] * 2, {},
     set()),
    ("054", "localhost", [broker("a", f'<networkConnector ¦uri="{"static:(tcp://localhost:7)"}"/>',
     body='<transportConnectors><transportConnector uri="nio://0.0.0.0:7?x=1"/>'
     "</transportConnectors>")], {}, {E}),
    ("054", "by host", own("static:(tcp://a.example:61616)", "¦"), {}, {E}),
    ("054", "a host like it", own("static:(tcp://aa.example:61616)"), {}, set()),
    ("054", "another port", own("static:(tcp://localhost:61617)"), {}, set()),
    ("054", "a pair", own("masterslave:(tcp://localhost:61616,tcp://b:61616)"), {}, set()),
    ("054", "a placeholder", own("static:(tcp://localhost:${PORT})"), {}, set()),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("Q:onprem->cloud", "Q_onprem->cloud"),
        ("a,b'c\"d", "a_b_c_d"),
        ("what?", "what&qe;"),
        ("k=v", "k&amp;v"),
        ("all*", "all&ast;"),
        ("plain", "plain"),
    ],
)
def test_the_object_name_of_a_connector(name: str, encoded: str) -> None:
    assert jmx_name("on prem:1", name) == (
        "org.apache.activemq:type=Broker,brokerName=on_prem_1,"
        f"connector=networkConnectors,networkConnectorName={encoded}"
    )


@pytest.mark.parametrize(
    ("file", "options", "expected"),
    [
        (named("a:b")[0], {}, jmx_name("a", "a:b")),
        (named("a:b")[0].replace('"a"', '"${hostname}"'), {}, "networkConnectorName=a_b"),
        (named("a:b")[0].replace('brokerName="a"', ""), AMAZON, "networkConnectorName=a_b"),
        (named("a:b")[0].replace('brokerName="a"', ""), {}, jmx_name("localhost", "a:b")),
        ('<networkConnector name="a:b" uri="static:(tcp://b:1)"/>', {}, "networkConnectorName=a_b"),
    ],
    ids=["named", "a placeholder", "Amazon MQ", "by default", "a fragment"],
)
def test_the_object_name_says_no_more_than_is_known(
    file: str, options: dict[str, Any], expected: str
) -> None:
    network, _ = read([file], **options)
    (finding,) = findings("BRK029", network)
    assert finding.expected == expected


def test_both_files_of_one_name_are_named() -> None:
    network, _ = read([twin(HUB), twin(HUB), twin(HUB)])
    (finding,) = findings("BRK053", network)
    assert finding.message == (
        "3 brokers are called 'same'; network connector 'n' is refused for one of them"
    )
    assert finding.observed == "brokerName=same, as in 1.xml:1:56"
