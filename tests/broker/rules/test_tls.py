"""BRK020 and BRK051: TLS that is not set up, and ports that speak something else."""

from typing import Any

from opskit.findings import Severity
from tests.broker.rules.marked import broker, fires_at_the_marks

W, N, E = Severity.WARNING, Severity.INFO, Severity.ERROR


STORE = '<sslContext><sslContext trustStore="file:t.ts"/></sslContext>'
NO_STORE = '<sslContext><sslContext keyStore="file:k.ks" keyStorePassword="x"/></sslContext>'
AWS = "ssl://b-1-1.mq.eu-west-1.amazonaws.com:61617"


def tls(uri: str, mark: str = "", body: str = "", rest: str = "", inner: str = "") -> list[str]:
    line = f'<networkConnector name="n" {mark}uri="{uri}" {rest}>{inner}</networkConnector>'
    return [broker("a", line, body=body)]


def listens(scheme: str, port: int = 61617) -> str:
    return broker(
        "b",
        body=f'<transportConnectors><transportConnector name="t" '
        f'uri="{scheme}://0.0.0.0:{port}?maximumConnections=9"/></transportConnectors>',
    )


def against(scheme: str, own: str, mark: str = "") -> list[str]:
    return [*tls(f"static:({own}://b:61617)", mark, STORE), listens(scheme)]


CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("020", "no trust store", tls("static:(ssl://mq.corp:61617)", "¦"), {}, {W}),
    ("020", "no trust store in it", tls("static:(nio+ssl://mq.corp:1)", "¦", NO_STORE), {}, {W}),
    ("020", "a trust store", tls("static:(ssl://mq.corp:61617)", "", STORE), {}, set()),
    ("020", "its own", tls("static:(ssl://mq.corp:61617)", inner=STORE), {}, set()),
    ("020", "a reference", tls("static:(ssl://mq.corp:61617)", rest='sslContext="#s"'), {}, set()),
    ("020", "amazon's authority", tls(f"static:({AWS})"), {}, set()),
    ("020", "a name like amazon's", tls("static:(ssl://mq.amazonaws.com.evil:1)", "¦"), {}, {W}),
    ("020", "no TLS", tls("static:(tcp://mq.corp:61616)"), {}, set()),
    ("020", "amazon mq has none", tls("static:(ssl://mq.corp:1)"), {"target": "amazon-mq"}, set()),
    ("020", "unchecked", tls(f"static:({AWS}?socket.verifyHostName=false)", "¦"), {}, {W}),
    ("020", "unchecked below", tls(
     f"static:(failover:({AWS})?nested.socket.verifyHostName=FALSE)", "¦"), {}, {W}),
    ("020", "checked", tls(f"static:({AWS}?socket.verifyHostName=true)"), {}, set()),
    ("020", "an address", tls("static:(ssl://10.1.2.3:61617)", "¦", STORE), {}, {N}),
    ("020", "an IPv6 address", tls("static:(ssl://[fd00::1]:61617)", "¦", STORE), {}, {N}),
    ("020", "a placeholder", tls("static:(ssl://${HOST}:61617)"), {}, set()),
    ("020", "hostile", tls("static:(ssl:((((//:,?x=%zz&amp;=&amp;&amp;"), {}, set()),
    ("020", "a fragment", ['<networkConnector name="n" uri="static:(ssl://mq.corp:1)"/>'],
     {}, set()),
    ("051", "TLS to a plain port", against("tcp", "ssl", "¦"), {}, {E}),
    ("051", "plain to a TLS port", against("ssl", "tcp", "¦"), {}, {E}),
    ("051", "plain to STOMP", against("stomp", "tcp", "¦"), {}, {E}),
    ("051", "TLS to TLS", against("nio+ssl", "ssl"), {}, set()),
    ("051", "plain to nio", against("nio", "tcp"), {}, set()),
    ("051", "plain to auto", against("auto", "tcp"), {}, set()),
    ("051", "TLS to STOMP over TLS is not known", against("stomp+ssl", "ssl"), {}, set()),
    ("051", "another port", [*tls("static:(tcp://b:61616)"), listens("ssl")], {}, set()),
    ("051", "a placeholder", [*tls("static:(${SCHEME}://b:61617)"), listens("ssl")], {}, set()),
    ("051", "a listener in a placeholder", [*tls("static:(ssl://b:61617)"),
     listens("${SCHEME}")], {}, set()),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)
