"""No written-out secret is printed: in no format, no diff, no error, by no command."""

from pathlib import Path

import pytest

from opskit import cli

SECRET = "hunter2secret"
FILE = f"""\
<beans xmlns="http://www.springframework.org/schema/beans">
 <broker xmlns="http://activemq.apache.org/schema/core" brokerName="a">
  <networkConnectors>
   <networkConnector name="1" uri="static:( tcp://u:{SECRET}@h_1:1?jms.password={SECRET})"
     userName="u" password="{SECRET}" remotepassword="{SECRET}" pasword='{SECRET}'/>
   <networkConnector name="2" uri="static:(stomp://u:{SECRET}@h:1?trustStorePassword={SECRET}"
     Password="{SECRET}" remoteUserName="x" remotePassword="${{PW:{SECRET}}}" secretKey="{SECRET}"/>
   <networkConnector name="3" uri="masterslave:(ssl://h:1?socket.keyStorePassword={SECRET})"
     networkTTL="2" consumerTTL="1" password="{SECRET}"/>
   <networkConnector name="4" uri="failover:(tcp://h:2?nested.pass={SECRET})?token={SECRET}"/>
  </networkConnectors>
  <plugins>
   <simpleAuthenticationPlugin><users>
    <authenticationUser username="u" password="{SECRET}" groups="g"/>
   </users></simpleAuthenticationPlugin>
  </plugins>
  <sslContext><sslContext keyStore="k" keyStorePassword="{SECRET}"/></sslContext>
 </broker>
</beans>
"""
TOPOLOGY = """\
brokers:
  a: {{engine: activemq, version: 5.17.2, endpoints: ["{endpoint}"]}}
  b: {{engine: activemq, version: 5.17.2, endpoints: ["tcp://b.example:61616"]}}
routes:
  - from: a
    to: b
    queues: [Q]
    credentials:
      local: {{user: u, password: {password}}}
"""
FORMATS = ("table", "json", "jsonl", "csv", "md", "junit", "sarif", "github")
COMMANDS = [
    *(["lint", "a.xml", "-o", output] for output in FORMATS),
    *(["lint", "a.xml", "-o", output, "--target", "amazon-mq"] for output in FORMATS),
    ["lint", "a.xml", "--engine", "5.15"],
    ["lint", "a.xml", "--diff", "--unsafe-fixes"],
    ["lint", "a.xml", "--fix", "--yes", "--unsafe-fixes"],
    *(["explain", "a.xml", "queue://q", "-o", output] for output in FORMATS[:4]),
    *(["graph", "a.xml", "-o", output] for output in ("table", "json", "mermaid", "dot")),
    *(["migrate", "a.xml", "--from", "5.15", "--to", "6.1", "-o", output] for output in FORMATS),
    ["patch", "a.xml", "--topology", "good.yaml", "--diff"],
    ["patch", "a.xml", "--topology", "good.yaml", "--yes"],
    ["patch", "a.xml", "--topology", "good.yaml"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.xml").write_text(FILE)
    Path("good.yaml").write_text(
        TOPOLOGY.format(endpoint="tcp://a.example:61616", password="{env: PW}")
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_broker_file(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["broker", *command]) in (0, 1, 2, 3)
    printed = capsys.readouterr()
    assert printed.out or printed.err
    assert SECRET not in printed.out
    assert SECRET not in printed.err


ENDPOINTS = [
    f"tcp://u:{SECRET}@h:1",
    f"tcp://h:1?jms.password={SECRET}",
    f"tcp://u:{SECRET}@ h:1",
    f"ssl://h:1?socket.keyStorePassword={SECRET}",
]
PASSWORDS = [SECRET, f"!!int {SECRET}", f"*{SECRET}", f'{{env: "{SECRET} x!"}}', f"[{SECRET}]"]


@pytest.mark.parametrize("command", ["lint", "generate", "graph"])
@pytest.mark.parametrize(
    ("endpoint", "password"),
    [
        *((endpoint, "{env: PW}") for endpoint in ENDPOINTS),
        *(("tcp://h:1", password) for password in PASSWORDS),
    ],
)
def test_a_topology_with_a_secret_is_refused_without_naming_it(
    command: str, endpoint: str, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("t.yaml").write_text(TOPOLOGY.format(endpoint=endpoint, password=password))
    assert cli.run(["broker", command, "t.yaml"]) == 2
    printed = capsys.readouterr()
    assert "t.yaml:" in printed.err
    assert SECRET not in printed.out + printed.err


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_init_takes_no_secret(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["broker", "init", "--from", f"a={endpoint}", "--to", "b=tcp://h:1", "--queue", "Q"]
    assert cli.run(args) == 2
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err
