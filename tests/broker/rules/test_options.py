import pytest

from tests.broker.rules.cases import Case
from tests.broker.rules.test_uris import at_uri, quiet

CASES = [
    at_uri("failover without options", "BRK022", "static:(failover:(tcp://a:1,tcp://b:1))"),
    at_uri("failover with others", "BRK022", "static:(failover:(tcp://a:1)?randomize=false)"),
    at_uri(
        "attempts without end", "BRK022", "static:(failover:(tcp://a:1)?maxReconnectAttempts=-1)"
    ),
    at_uri(
        "attempts at the agent", "BRK022", "static:(failover:(tcp://a:1))?maxReconnectAttempts=0"
    ),
    quiet("one attempt", "BRK022", "static:(failover:(tcp://a:1)?maxReconnectAttempts=0)"),
    quiet("some attempts", "BRK022", "static:(failover:(tcp://a:1)?maxReconnectAttempts=5)"),
    quiet("masterslave", "BRK022", "masterslave:(tcp://a:1,tcp://b:1)"),
    at_uri("failover to a placeholder", "BRK022", "static:(failover:(tcp://${HOST}:1))"),
    quiet(
        "a placeholder's number",
        "BRK022",
        "static:(failover:(tcp://a:1)?maxReconnectAttempts=${N})",
    ),
    at_uri("beside a placeholder", "BRK036", "static:(tcp://${HOST}:1?maxReconnectDelay=1)"),
    quiet("options of a placeholder", "BRK022", "static:(failover:(tcp://a:1)?${OPTIONS})"),
    at_uri(
        "the agent's option at tcp",
        "BRK036",
        "static:(tcp://a:1?initialReconnectDelay=1000)",
        says="static:(...)?initialReconnectDelay",
    ),
    at_uri(
        "failover's option at ssl",
        "BRK036",
        "static:(ssl://a:1?randomize=false)",
        says="failover:(...)?randomize",
    ),
    at_uri(
        "a client's option", "BRK036", "masterslave:(tcp://a:1,tcp://b:1?jms.useAsyncSend=true)"
    ),
    at_uri("a server's option", "BRK036", "static:(ssl://a:1?needClientAuth=true)"),
    at_uri(
        "the agent's option at failover", "BRK036", "static:(failover:(tcp://a:1)?minConnectTime=1)"
    ),
    at_uri("a socket's option at failover", "BRK036", "static:(failover:(tcp://a:1)?socket.x=1)"),
    at_uri("inside failover", "BRK036", "static:(failover:(tcp://a:1?randomize=false))"),
    quiet("a transport's own", "BRK036", "static:(ssl://a:1?wireFormat.maxInactivityDuration=0)"),
    quiet(
        "a socket's", "BRK036", "static:(ssl://a:1?socket.verifyHostName=false&amp;keepAlive=true)"
    ),
    quiet(
        "failover's own", "BRK036", "static:(failover:(tcp://a:1)?randomize=false&amp;nested.x=1)"
    ),
    quiet("the agent's own", "BRK036", "static:(tcp://a:1)?initialReconnectDelay=1000"),
    at_uri("failover's option at static", "BRK037", "static:(tcp://a:1)?randomize=false"),
    at_uri("misspelt", "BRK037", "static:(tcp://a:1)?maxReconectDelay=1", says="maxReconnectDelay"),
    at_uri("TLS at masterslave", "BRK037", "masterslave:(a:1,b:1)?socket.verifyHostName=false"),
    quiet("what the agent reads", "BRK037", "static:(tcp://a:1)?useExponentialBackOff=true"),
    quiet("passed on to transports", "BRK037", "static:(tcp://a:1)?discovered.keepAlive=true"),
    quiet("another agent", "BRK037", "multicast://default?group=x"),
    quiet("a placeholder", "BRK037", "static:(tcp://a:1)?${X}"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
