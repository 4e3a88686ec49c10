"""Every error of these rules on real brokers: the start fails, or the messages stay.

All brokers of one version share a JVM. A broken configuration that starts has a sound twin, whose
messages have to arrive before those of the broken one count as lost.

Four errors have no broker here to fail on. BRK010 is an error for a password in a configuration
for Amazon MQ, which only that service refuses; BRK058 is about its accounts.
BRK035 is about multicast inside a VPC. BRK034 is about addresses of Amazon MQ; what happens there
is shown with the same kinds of port here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from xml.sax.saxutils import quoteattr

import pytest

from opskit.broker import reader, versions
from opskit.broker.model import Network
from opskit.broker.rules import RULES
from opskit.findings import Severity
from opskit.xmltree import XmlDocument
from tests.broker.rules.cases import dynamic, excluded, queue, static
from tests.rig import brokers, configs, distributions, messages, tls
from tests.rig.brokers import Fleet

pytestmark = pytest.mark.brokers

MODULES = (
    "uris endpoints options attributes values entries lists demand credentials advisories "
    "passwords structure"
)
NOT_HERE = {"BRK010", "BRK058", "BRK034", "BRK035"}
SERVER, STATIC = "static:(tcp://127.0.0.1:1)", 'staticBridge="true"'


def bridge(attributes: str = "", body: str = "", uri: str | None = SERVER, name: str = "x") -> str:
    """A connector; without a name or a URI where they are empty or None."""
    head = f"name={quoteattr(name)} " if name else ""
    head += f"uri={quoteattr(uri)} " if uri is not None else ""
    return f"<networkConnector {head}{attributes}>{body}</networkConnector>"


@dataclass(frozen=True)
class Dead:
    """A broker that does not start; `unless` are versions in which it does."""

    code: str
    id: str
    connectors: str
    attributes: dict[str, str] = field(default_factory=dict)
    unless: tuple[str, ...] = ()
    without: str = ""

    def xml(self, port: int) -> str:
        """The broker's file, without what a pattern matches."""
        text = configs.broker_xml(
            f"{self.code}.{self.id}",
            port,
            network_connectors=self.connectors,
            **self.attributes,  # type: ignore[arg-type]
        )
        return re.sub(self.without, "", text) if self.without else text


CORE = "http://activemq.apache.org/schema/core"
END, START = "</networkConnectors>", "<networkConnectors>"
BLOCKS = END + START
LISTED = "staticallyIncludedDestinations"
WITH_JMX = {"useJmx": "true", "start": "true"}
DEAD = [
    Dead("BRK002", "unknown", bridge('colour="red"')),
    Dead("BRK002", "case", bridge('username="x"')),
    Dead("BRK002", "spelling", bridge('useBrokerNamesAsIdSeed="true"')),
    Dead("BRK002", "too-new", bridge('autoStart="true"'), unless=("5.19.1",)),
    Dead("BRK002", "object", bridge('bridgeFactory="x"')),
    Dead("BRK003", "list", bridge(uri="static:(tcp://a:1, tcp://b:1)")),
    Dead("BRK003", "pair", bridge(uri="masterslave:(tcp://a:1,\n tcp://b:1)")),
    Dead("BRK005", "one", bridge(uri="masterslave:(tcp://a:1)")),
    Dead("BRK005", "comma", bridge(uri="masterslave:(tcp://a:1,)")),
    Dead("BRK006", "same", bridge() + bridge()),
    Dead("BRK006", "transport", bridge(name="openwire")),
    Dead("BRK006", "split", bridge(name="x,y") + bridge(name="y")),
    Dead(
        "BRK006", "unnamed", bridge(name="") + bridge(name="", uri="static:(tcp://b:1)"), WITH_JMX
    ),
    Dead("BRK007", "zero", bridge('prefetchSize="0"')),
    Dead("BRK007", "negative", bridge('prefetchSize="-1"')),
    Dead("BRK031", "missing", bridge(uri=None), {"start": "true"}),
    Dead("BRK031", "empty", bridge(uri="")),
    Dead("BRK031", "open", bridge(uri="static:(tcp://a:1")),
    Dead("BRK031", "closed", bridge(uri="static:tcp://a:1)")),
    Dead("BRK032", "tcp", bridge(uri="tcp://a:1")),
    Dead("BRK032", "failover", bridge(uri="failover:(tcp://a:1)")),
    Dead("BRK032", "capitals", bridge(uri="masterSlave:(tcp://a:1,tcp://b:1)")),
    Dead("BRK039", "yes", bridge('duplex="yes please"')),
    Dead("BRK039", "capitals", bridge('duplex="TRUE"')),
    Dead("BRK039", "word", bridge('networkTTL="two"')),
    Dead("BRK039", "large", bridge('networkTTL="99999999999"')),
    Dead("BRK039", "size", bridge('prefetchSize="x"')),
    Dead("BRK040", "child", bridge(body="<colour/>")),
    Dead("BRK040", "list", bridge(body="<staticalyIncludedDestinations/>")),
    Dead("BRK041", "entry", bridge(body=f'<{LISTED}><destination physicalName="a"/></{LISTED}>')),
    Dead("BRK041", "case", bridge(body=f'<{LISTED}><queue physicalname="a"/></{LISTED}>')),
    Dead("BRK041", "blank", bridge(body=static(queue(" ")))),
    Dead("BRK006", "blocks", bridge() + BLOCKS + bridge()),
    Dead("BRK060", "outside", bridge() + END + bridge(name="y") + START + bridge(name="z")),
    Dead("BRK060", "misspelt", f"{bridge()}{END}<networkConectors/>{START}"),
    Dead("BRK060", "case", f"{bridge()}{END}<networkconnector/>{START}"),
    Dead("BRK061", "transport", bridge() + '<transportConnector name="q" uri="tcp://a:1"/>'),
    Dead("BRK062", "case", bridge(), {"useJMX": "true"}),
    Dead("BRK062", "misspelt", bridge(), {"persistant": "true"}),
    Dead("BRK062", "springs", bridge(), {"depends-on": "x"}),
    Dead("BRK062", "too-new", bridge(), {"maxUncommittedCount": "1"}, ("5.19.1", "6.1.7")),
    Dead("BRK063", "none", bridge(), without=r'xsi:schemaLocation="[^"]*"'),
    Dead("BRK063", "springs", bridge(), without=rf"{CORE}\s+{CORE}/activemq-core.xsd"),
]


@dataclass(frozen=True)
class Lost:
    """A bridge over which nothing comes, and its twin over which it does.

    `{q}` stands for the queue, `{to}` for the OpenWire port of the broker called `target`.
    `wanted` says that a consumer waits there; `account` guards the broker itself.
    """

    code: str
    id: str
    broken: str
    sound: str
    target: str = "target"
    wanted: bool = False
    account: str = ""
    first: str = ""

    @property
    def queue(self) -> str:
        return f"{self.code}.{self.id}"

    def xml(self, which: str, port: int, ports: dict[str, int]) -> str:
        connectors = getattr(self, which).replace("{to}", str(ports[self.target]))
        account = configs.simple_authentication({"b": self.account}) if self.account else ""
        return configs.broker_xml(
            f"{self.queue}.{which}",
            port,
            network_connectors=connectors.replace("{q}", f"{self.queue}.{which}"),
            plugins=account,
        )


TO, ONLY = "static:(tcp://127.0.0.1:{to})", static(queue("{q}"))


def listed(attributes: str = STATIC, uri: str = TO) -> str:
    return bridge(attributes, ONLY, uri)


def login(attributes: str) -> str:
    return listed(f"{STATIC} {attributes}")


FOUR = 'userName="b" password="one" remoteUserName="b" remotePassword="two"'
HEARD, OTHER = dynamic(queue("{q}")), static(queue("other"))
LOST = [
    Lost("BRK001", "recipe", bridge("", excluded(queue(">")) + ONLY, TO), listed()),
    Lost("BRK001", "part", bridge("", excluded(queue("{q}")) + static(queue("a,{q}")), TO),
         listed()),
    Lost("BRK003", "host", listed(uri="static:(tcp:// 127.0.0.1:{to})"), listed()),
    Lost("BRK004", "capitals", listed(uri="static:(TCP://127.0.0.1:{to})"), listed()),
    Lost("BRK004", "stomp", listed(uri="static:(stomp://127.0.0.1:{to})"), listed()),
    Lost("BRK004", "multicast", listed(uri="simple:(multicast://default)"), listed()),
    Lost("BRK004", "none", listed(uri="static:(localhost:{to})"), listed()),
    Lost("BRK008", "ttl", listed(f'{STATIC} messageTTL="1" networkTTL="0"'), listed()),
    Lost("BRK009", "there", login('userName="b" password="one"'), login(FOUR), "guarded",
         account="one"),
    Lost("BRK009", "here", login('userName="b" password="two"'), login(FOUR), "guarded",
         account="one"),
    Lost("BRK011", "there", bridge("", dynamic(queue("{q}")), TO), listed(), "silent", wanted=True),
    Lost("BRK031", "nothing", listed(uri="static:()"), listed()),
    Lost("BRK033", "underscore", listed(uri="static:(tcp://local_host:{to})"), listed()),
    Lost("BRK033", "port", listed(uri="static:(tcp://127.0.0.1)"), listed()),
    Lost("BRK033", "range", listed(uri="static:(tcp://127.0.0.1:65536)"), listed()),
    Lost("BRK036", "agent", listed(uri="static:(tcp://127.0.0.1:{to}?maxReconnectDelay=1)"),
         listed()),
    Lost("BRK036", "failover", listed(uri="static:(failover:(tcp://127.0.0.1:{to})?jms.x=1)"),
         listed()),
    Lost("BRK041", "unnamed", bridge(STATIC, static("<queue/>", queue("{q}")), TO), listed()),
    Lost("BRK041", "name", bridge(STATIC, static('<queue name="{q}"/>'), TO), listed()),
    Lost("BRK041", "prefix", bridge(STATIC, static(queue("queue://{q}")), TO), listed()),
    Lost("BRK042", "none", bridge(STATIC, "", TO), listed(), wanted=True),
    Lost("BRK042", "dynamic", bridge(STATIC, dynamic(queue("{q}")), TO), listed(), wanted=True),
    Lost("BRK042", "composite", bridge(STATIC, static(queue("a,{q}")) + dynamic(queue("{q}")), TO),
         bridge(STATIC, static(queue("a,{q}")), TO)),
    Lost("BRK043", "dynamic", bridge("", excluded(queue(">")) + dynamic(queue("{q}")), TO),
         bridge("", dynamic(queue("{q}")), TO), wanted=True),
    Lost("BRK044", "hole", bridge(f'{STATIC} prefetchSize="5"',
         excluded(queue("{q}.hole")) + static(queue("{q}.>")), TO), listed(), first="hole"),
    Lost("BRK055", "comma", bridge("", dynamic(queue("a,{q}")), TO), bridge("", HEARD, TO),
         wanted=True),
    Lost("BRK055", "filter", bridge('destinationFilter="Queue.a,Queue.{q}"', HEARD, TO),
         bridge('destinationFilter="Queue.{q}"', HEARD, TO), wanted=True),
    Lost("BRK056", "static", bridge(STATIC, ONLY + OTHER, TO),
         bridge(STATIC, static(queue("other"), queue("{q}")), TO)),
    Lost("BRK056", "dynamic", bridge("", HEARD + dynamic(queue("a")), TO), bridge("", HEARD, TO),
         wanted=True),
    Lost("BRK056", "connectors", listed() + BLOCKS + bridge(STATIC, OTHER, TO, name="y"),
         listed() + bridge(STATIC, OTHER, TO, name="y")),
    Lost("BRK048", "local", listed(), login(FOUR.replace('"two"', '"one"')), account="one"),
]  # fmt: skip
BODIES = [str(number) for number in range(3)]


def errors(code: str, version: str, *texts: str) -> list[str]:
    """What the rule reports as an error on these broker files."""
    read = [
        reader.from_document(
            XmlDocument(f"{n}.xml", text.encode()), version=versions.parse(version)
        )
        for n, text in enumerate(texts)
    ]
    found = RULES.run(Network([broker for each in read for broker in each]), select=[code])
    return [finding.message for finding in found if finding.level is Severity.ERROR]


@dataclass
class Lab:
    """A running fleet of one version: what was configured, and what arrived."""

    version: str
    fleet: Fleet
    ports: dict[str, int]
    configurations: dict[str, str]

    def arrived(self, case: Lost, which: str) -> int:
        return self.fleet.stats(case.target).queue(f"{case.queue}.{which}").enqueues


@pytest.fixture(scope="module", params=distributions.VERSIONS)
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    version: str = request.param
    distributions.require(version)
    folder = tmp_path_factory.mktemp(f"errors-{version}")
    keys = ["target", "silent", "guarded", "stomp", "tls", "sound"]
    keys += [f"{case.code}.{case.id}" for case in DEAD]
    keys += [f"{case.queue}.{which}" for case in LOST for which in ("broken", "sound")]
    ports = dict(zip(keys, brokers.free_ports(len(keys)), strict=True))
    configurations = _targets(version, ports, tls.make_stores(folder / "tls"))
    for case in DEAD:
        key = f"{case.code}.{case.id}"
        configurations[key] = case.xml(ports[key])
    for lost in LOST:
        for which in ("broken", "sound"):
            key = f"{lost.queue}.{which}"
            configurations[key] = lost.xml(which, ports[key], ports)
    with brokers.start(version, configurations, folder) as fleet:
        running = Lab(version, fleet, ports, configurations)
        _send_to_all(running)
        yield running


def _targets(version: str, ports: dict[str, int], stores: tls.Stores) -> dict[str, str]:
    """The brokers that bridges lead to, and one that is sound and starts."""
    return {
        "target": configs.broker_xml(
            "target",
            ports["target"],
            stomp_port=ports["stomp"] if version in messages.STOMP_VERSIONS else None,
            ssl_context=stores.ssl_context(),
            extra_transport=configs.transport("tls", f"ssl://127.0.0.1:{ports['tls']}"),
        ),
        "silent": configs.broker_xml("silent", ports["silent"], advisorySupport="false"),
        "guarded": configs.broker_xml(
            "guarded", ports["guarded"], plugins=configs.simple_authentication({"b": "two"})
        ),
        "sound": configs.broker_xml("sound", ports["sound"], network_connectors=bridge()),
    }


def _send_to_all(lab: Lab) -> None:
    """Send to each pair of brokers, and wait until all that can arrive has arrived."""
    for case in LOST:
        for which in ("broken", "sound"):
            name = f"{case.queue}.{which}"
            if case.wanted:
                lab.fleet.subscribe(lab.ports[case.target], f"/queue/{name}")
            login = ("b", case.account) if case.account else (None, None)
            if case.first:
                lab.fleet.send(lab.ports[name], f"/queue/{name}.{case.first}", list("123456"))
                _wait_for_inflight(lab, name, f"{name}.{case.first}", which)
            lab.fleet.send(lab.ports[name], f"/queue/{name}", BODIES, *login)
    lab.fleet.wait_until(lambda: all(lab.arrived(case, "sound") == len(BODIES) for case in LOST))


def _wait_for_inflight(lab: Lab, broker: str, queue_name: str, which: str) -> None:
    if which == "broken":
        lab.fleet.wait_until(lambda: lab.fleet.stats(broker).queue(queue_name).inflight == 5)


@pytest.mark.parametrize("case", DEAD, ids=lambda case: f"{case.code}-{case.id}")
def test_the_broker_does_not_start(lab: Lab, case: Dead) -> None:
    key = f"{case.code}.{case.id}"
    dead = lab.version not in case.unless
    assert (key in lab.fleet.failed) == dead, lab.fleet.failed.get(key)
    assert bool(errors(case.code, lab.version, lab.configurations[key])) == dead


@pytest.mark.parametrize("case", LOST, ids=lambda case: f"{case.code}-{case.id}")
def test_the_messages_stay(lab: Lab, case: Lost) -> None:
    target = lab.configurations[case.target]
    for which in ("broken", "sound"):
        key = f"{case.queue}.{which}"
        assert key not in lab.fleet.failed, lab.fleet.failed[key]
        found = errors(case.code, lab.version, lab.configurations[key], target)
        assert bool(found) == (which == "broken"), found
    assert lab.arrived(case, "broken") == 0
    assert lab.fleet.stats(f"{case.queue}.broken").queue(f"{case.queue}.broken").size == len(BODIES)


def test_sound_brokers_start(lab: Lab) -> None:
    """The failures are of the connectors: the same file with a plain one starts."""
    assert not lab.fleet.failed.keys() & {"target", "silent", "guarded", "sound"}


def test_an_own_broker_without_advisories_gets_nothing_over_duplex(lab: Lab) -> None:
    """BRK011 for a duplex connector, whose reverse direction listens to this broker."""
    results = {}
    for advisories in ("true", "false"):
        (port,) = brokers.free_ports(1)
        name = f"duplex-{advisories}"
        connector = bridge(
            'duplex="true"',
            dynamic(queue(name)),
            TO.replace("{to}", str(lab.ports["target"])),
            name=name,
        )
        xml = configs.broker_xml(
            name, port, network_connectors=connector, advisorySupport=advisories
        )
        assert bool(errors("BRK011", lab.version, xml)) == (advisories == "false")
        assert lab.fleet.start(name, xml)
        assert lab.fleet.connect(name)
        lab.fleet.wait_until(partial(_is_bridged, lab, name))
        subscription = lab.fleet.subscribe(port, f"/queue/{name}")
        lab.fleet.send(lab.ports["target"], f"/queue/{name}", BODIES)
        expected = len(BODIES) if advisories == "true" else 0
        results[advisories] = len(subscription.receive(len(BODIES), timeout=10 if expected else 2))
    assert results == {"true": len(BODIES), "false": 0}


def _is_bridged(lab: Lab, name: str) -> bool:
    return lab.fleet.stats(name).bridged_to() == {"target"}


@pytest.mark.parametrize("kind", ["stomp", "tls"])
def test_a_port_that_does_not_speak_plain_openwire(lab: Lab, kind: str) -> None:
    """What BRK034 says of Amazon MQ: another protocol's port, and a TLS port without TLS."""
    if kind == "stomp" and lab.version not in messages.STOMP_VERSIONS:
        pytest.skip(f"ActiveMQ {lab.version} has no STOMP here")
    (port,) = brokers.free_ports(1)
    name = f"port-{kind}"
    connector = bridge(STATIC, static(queue(name)), f"static:(tcp://127.0.0.1:{lab.ports[kind]})")
    assert lab.fleet.start(name, configs.broker_xml(name, port, network_connectors=connector))
    assert lab.fleet.connect(name)
    lab.fleet.send(port, f"/queue/{name}", BODIES)
    with pytest.raises(AssertionError, match="not so within"):
        lab.fleet.wait_until(lambda: lab.fleet.stats("target").queue(name).enqueues, timeout=2)
    assert lab.fleet.stats(name).queue(name).size == len(BODIES)


def test_every_error_is_here() -> None:
    """A new rule that is an error needs a case in one of the tables, or a reason in NOT_HERE."""
    modules = {f"opskit.broker.rules.{name}" for name in MODULES.split()}
    of_these = {
        rule.code
        for rule in RULES.rules
        if rule.severity is Severity.ERROR and RULES._checks[rule.code][1].__module__ in modules
    }
    reproduced = {case.code for case in DEAD} | {case.code for case in LOST}
    assert of_these | {"BRK010"} == reproduced | NOT_HERE
