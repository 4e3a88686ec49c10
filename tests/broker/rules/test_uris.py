import pytest

from opskit.broker.model import Target
from tests.broker.rules.cases import Case, broker, connector


def at_uri(
    id: str,  # noqa: A002
    code: str,
    uri: str,
    *,
    target: Target = "self-managed",
    says: str = "",
) -> Case:
    """A case in which the rule reports at the URI."""
    xml = broker(connector(uri=uri, before_uri=f"{{{code}}}"))
    return Case(id, xml, target=target, says=says)


def quiet(id: str, code: str, uri: str, *, target: Target = "self-managed") -> Case:  # noqa: A002
    """A case in which the rule has nothing to say about the URI."""
    return Case(id, broker(connector(uri=uri)), quiet=(code,), target=target)


CASES = [
    at_uri("space in a host", "BRK003", "static:(ssl:// mq.corp.example:61617)"),
    at_uri("space after a comma", "BRK003", "static:(tcp://a:1, tcp://b:1)", says="a:1,tcp://b"),
    at_uri("line break in a list", "BRK003", "masterslave:(ssl://a:1,\n   ssl://b:1)"),
    at_uri("tab in parentheses", "BRK003", "static:(\ttcp://a:1)"),
    at_uri("no-break space", "BRK003", "static:(tcp://a:1\u00a0)"),
    at_uri("space before the options", "BRK003:warning", "static:(tcp://a:1)? maxReconnectDelay=1"),
    at_uri("space in list and options", "BRK003", "static:(tcp://a:1, tcp://b:1)? x=1"),
    quiet("space around the URI", "BRK003", " static:(tcp://a:1) "),
    quiet("space in a placeholder", "BRK003", "static:(${MQ URI})"),
    quiet("no space", "BRK003", "static:(tcp://a:1,tcp://b:1)?maxReconnectDelay=1"),
    at_uri("masterslave of one", "BRK005", "masterslave:(ssl://a:61617)", says="two URIs"),
    at_uri("masterslave without parentheses", "BRK005", "masterslave:ssl://a:61617"),
    at_uri("masterslave with a trailing comma", "BRK005", "masterslave:(ssl://a:61617,)"),
    quiet("masterslave of two", "BRK005", "masterslave:(ssl://a:1,ssl://b:1)"),
    quiet("masterslave of two, no parentheses", "BRK005", "masterslave:ssl://a:1,ssl://b:1"),
    quiet("masterslave of a placeholder", "BRK005", "masterslave:(${PAIR})"),
    at_uri("empty URI", "BRK031", " ", says="empty uri"),
    Case("no URI", broker(connector(uri="", before="{BRK031}")), says="no uri"),
    Case(
        "discoveryURI", broker(connector('discoveryURI="static:(tcp://a:1)"', uri="")), ("BRK031",)
    ),
    at_uri("no scheme", "BRK031", "mq.corp.example"),
    at_uri("parenthesis left open", "BRK031", "static:(tcp://a:1", says="not closed"),
    at_uri("inner parenthesis left open", "BRK031", "static:(failover:(tcp://a:1)"),
    at_uri("two opened, one closed", "BRK031", "static:((tcp://a:1)"),
    at_uri("closed and not opened", "BRK031", "static:tcp://a:1)"),
    at_uri("nothing in the list", "BRK031", "static:()", says="names no broker"),
    quiet("URI of a placeholder", "BRK031", "${REMOTE}"),
    quiet("list without parentheses", "BRK031", "static:tcp://a:1"),
    quiet("nested list", "BRK031", "static:(failover:(tcp://a:1,tcp://b:1)?x=1)?y=2"),
    quiet("multicast", "BRK031", "multicast://default"),
    at_uri("plain tcp", "BRK032", "tcp://a:61616", says="static:(tcp://a:61616)"),
    at_uri("plain ssl", "BRK032", "ssl://a:61617"),
    at_uri("plain failover", "BRK032", "failover:(tcp://a:1,tcp://b:1)", says="static:(failover:("),
    at_uri("agent in capitals", "BRK032", "masterSlave:(tcp://a:1,tcp://b:1)", says="masterslave"),
    at_uri("misspelt agent", "BRK032", "statik:(tcp://a:1)", says="one of"),
    at_uri("vm", "BRK032", "vm://other"),
    quiet("simple", "BRK032", "simple:(tcp://a:1)"),
    quiet("static", "BRK032", "static:(tcp://a:1)"),
    quiet("agent of a placeholder", "BRK032", "${AGENT}:(tcp://a:1)"),
    at_uri("multicast on Amazon MQ", "BRK035", "multicast://default", target="amazon-mq"),
    quiet("multicast on premises", "BRK035", "multicast://default"),
    quiet("static on Amazon MQ", "BRK035", "static:(ssl://a:61617)", target="amazon-mq"),
    at_uri("a whole URI", "BRK038", "static:(${REMOTE})", says="could not look"),
    at_uri("a scheme", "BRK038", "static:(${SCHEME:tcp}://a:1)"),
    at_uri("an agent", "BRK038", "${AGENT}:(tcp://a:1)"),
    at_uri("one of a list", "BRK038", "static:(tcp://a:1,${MORE})"),
    at_uri("what may hold several", "BRK038", "static:(tcp://${HOSTS:a,tcp://b}:1)"),
    quiet("a host", "BRK038", "static:(ssl://${HOST:localhost}:61617)"),
    quiet(
        "a port", "BRK038", "masterslave:(ssl://a:${PORT},ssl://b:#{port})?maxReconnectDelay=${D}"
    ),
    at_uri("no agent before a placeholder", "BRK032", "tcp://${HOST}:61616"),
    at_uri("one before a placeholder", "BRK005", "masterslave:(ssl://${HOST}:61617)"),
    at_uri("an expression", "BRK038", "#{systemProperties.uri}"),
    quiet("braces that are no placeholder", "BRK038", "static:(ssl://{host}:61617)"),
    quiet("no placeholder", "BRK038", "static:(ssl://a:61617)"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
