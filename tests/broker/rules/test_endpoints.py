import pytest

from opskit.broker.design import from_topology, topology
from opskit.broker.model import Network
from opskit.documents import parse_document
from tests.broker.rules.cases import FILE, Case, broker, connector
from tests.broker.rules.test_uris import at_uri, quiet

ONE = "b-1234abcd-1.mq.eu-west-1.amazonaws.com"
TWO = "b-1234abcd-2.mq.eu-west-1.amazonaws.com"
BOTH = f"ssl://{ONE}:61617,ssl://{TWO}:61617"

TOPOLOGY = f"""
brokers:
  onprem: {{engine: activemq, version: "5.18", endpoints: ["tcp://mq.corp.example:61616"]}}
  cloud: {{engine: amazon-mq, version: "5.18", endpoints: ["ssl://{ONE}:61617"]}}
routes:
  - MARK{{from: cloud, to: onprem, queues: [A], initiator: WHO}}
"""


class Routed(Case):
    """A case whose text is a topology."""

    def network(self) -> Network:
        document = parse_document(self.clean.encode(), FILE)
        return from_topology.network(topology.from_document(document), document)


def routed(id: str, who: str, mark: str, *quiet: str, says: str = "") -> Case:  # noqa: A002
    return Routed(id, TOPOLOGY.replace("MARK", mark).replace("WHO", who), quiet, says=says)


CASES = [
    at_uri("stomp", "BRK004", "static:(stomp://a:61613)"),
    at_uri("amqp with TLS", "BRK004", "static:(amqp+ssl://a:5671)"),
    at_uri("websocket", "BRK004", "masterslave:(ssl://a:1,wss://b:1)"),
    at_uri("in failover", "BRK004", "static:(failover:(mqtt://a:1,tcp://b:1))"),
    at_uri("in capitals", "BRK004", "static:(TCP://a:1)", says="lower case"),
    at_uri("multicast as a transport", "BRK004", "simple:(multicast://default)"),
    at_uri("beside a placeholder", "BRK004", "static:(stomp://${HOST}:61613)"),
    quiet("multicast", "BRK004", "multicast://239.255.2.3:6155?group=prod"),
    quiet("multicast with a group's name", "BRK004", "multicast://default:6155"),
    quiet("zeroconf", "BRK004", "zeroconf://_activemq_development.:1"),
    at_uri("misspelt", "BRK004", "static:(tpc://a:1)"),
    at_uri("host and port alone", "BRK004", "static:(mq.corp.example:61616)", says="ssl://mq.corp"),
    quiet("tcp", "BRK004", "static:(tcp://a:1)"),
    quiet("nio with TLS", "BRK004", "static:(nio+ssl://a:1)"),
    quiet(
        "auto in failover", "BRK004", "static:(failover:(auto+ssl://a:1)?maxReconnectAttempts=0)"
    ),
    quiet("scheme of a placeholder", "BRK004", "static:(${SCHEME}://a:1)"),
    at_uri("both members in static", "BRK021", f"static:({BOTH})", says="masterslave:"),
    at_uri("the second member alone", "BRK021", f"static:(ssl://{TWO}:61617)", says=ONE),
    Case(
        "one member here, both there",
        broker(
            connector('name="a"', uri=f"static:(ssl://{ONE}:61617)", before_uri="{BRK021}"),
            connector('name="b"', uri=f"masterslave:({BOTH})"),
        ),
        says=f"the other, {TWO}, stands at broker.xml:4:21",
    ),
    quiet("a pair as masterslave", "BRK021", f"masterslave:({BOTH})"),
    quiet("a pair in failover", "BRK021", f"static:(failover:({BOTH})?maxReconnectAttempts=0)"),
    quiet("a single instance", "BRK021", f"static:(ssl://{ONE}:61617)"),
    quiet("two other brokers", "BRK021", "static:(ssl://a-1.example:1,ssl://a-2.example:1)"),
    quiet(
        "two single instances",
        "BRK021",
        "static:(ssl://b-1a-1.mq.eu-west-1.amazonaws.com:61617,"
        "ssl://b-2b-1.mq.eu-west-1.amazonaws.com:61617)",
    ),
    at_uri(
        "underscore in the host", "BRK033", "static:(tcp://my_host:61616)", says="no usable host"
    ),
    at_uri("no host", "BRK033", "static:(tcp://:61616)"),
    at_uri("no port", "BRK033", "static:(ssl://mq.corp.example)", says="mq.corp.example:61617"),
    at_uri("no port in masterslave", "BRK033", "masterslave:(ssl://a:1,ssl://b)"),
    at_uri("no port in failover", "BRK033", "static:(failover:(ssl://a))"),
    at_uri("port too high", "BRK033", "static:(tcp://a:65536)"),
    at_uri("port 0", "BRK033", "static:(tcp://a:0)"),
    at_uri("semicolon between URIs", "BRK033", "static:(tcp://a:1;tcp://b:1)"),
    at_uri("host that ends in a hyphen", "BRK033", "static:(tcp://a-:1)"),
    at_uri("top label with a digit first", "BRK033", "static:(tcp://a.1b:1)"),
    at_uri("an address out of range", "BRK033", "static:(tcp://256.1.1.1:1)"),
    at_uri("letters outside ASCII", "BRK033", "static:(tcp://höst:1)"),
    quiet("an IPv4 address", "BRK033", "static:(tcp://10.1.2.255:61616)"),
    quiet("an IPv6 address", "BRK033", "static:(tcp://[::1]:61616)"),
    quiet("a host name", "BRK033", "static:(nio+ssl://a.b-c.d.:61617)"),
    quiet("a virtual machine", "BRK033", "static:(vm://other)"),
    quiet("http has a port of its own", "BRK033", "static:(http://mq.corp.example)"),
    quiet("host of a placeholder", "BRK033", "static:(tcp://${MY_HOST}:1)"),
    quiet("port of a placeholder", "BRK033", "static:(tcp://a:${PORT:61616})"),
    quiet("host and port of a placeholder", "BRK033", "static:(tcp://${ADDRESS})"),
    quiet("several hosts of a placeholder", "BRK033", "static:(tcp://${HOSTS:a,b}:1)"),
    at_uri(
        "beside a placeholder", "BRK034", "static:(ssl://${ID}.mq.eu-west-1.amazonaws.com:5671)"
    ),
    routed("Amazon MQ starts", "cloud", "{BRK059}", says="'onprem', which has to be in its VPC"),
    routed("the other broker starts", "onprem", "", "BRK059"),
    quiet("a broker that is not known", "BRK059", "static:(ssl://x:61617)", target="amazon-mq"),
    at_uri("AMQP's port", "BRK034", f"static:(ssl://{ONE}:5671)", says="AMQP"),
    at_uri("STOMP's port", "BRK034", f"static:(ssl://{ONE}:61614)", says="STOMP"),
    at_uri("MQTT's port", "BRK034", f"static:(ssl://{ONE}:8883)", says="MQTT"),
    at_uri("WSS's port", "BRK034", f"static:(ssl://{ONE}:61619)", says="WSS"),
    at_uri("the console's port", "BRK034", f"static:(ssl://{ONE}:8162)", says="console"),
    at_uri(
        "the self-managed port", "BRK034", f"static:(ssl://{ONE}:61616)", says="does not listen"
    ),
    at_uri("without TLS", "BRK034", f"static:(tcp://{ONE}:61617)", says="not encrypted"),
    at_uri("in failover, without TLS", "BRK034", f"static:(failover:(nio://{ONE}:61617))"),
    quiet("as documented", "BRK034", f"masterslave:({BOTH})"),
    quiet("a load balancer", "BRK034", "static:(ssl://x.elb.eu-west-1.amazonaws.com:5671)"),
    quiet("another broker", "BRK034", "static:(tcp://mq.corp.example:5671)"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
