"""Broker files, topologies and URIs to start from, and the words that they are made of."""

CONNECTOR = """<networkConnector name="Q:onprem->cloud" duplex='false'
    uri="static:(failover:(ssl://a:61617, tcp://b:1)?timeout=1)?maxReconnectDelay=5&amp;x=${Y}"
    username="u" password="p" networkTTL="2" consumerTTL="1">
  <excludedDestinations><queue physicalName=">" /></excludedDestinations>
  <staticallyIncludedDestinations><queue physicalName="A.B"/><topic physicalName="C,D"/>
  </staticallyIncludedDestinations>
</networkConnector>"""

FILES = [
    f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- head -->
<beans xmlns="http://www.springframework.org/schema/beans">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="onprem">

    <managementContext/> <!-- c -->

    <networkConnectors>
      <!-- <networkConnector/> -->
      {CONNECTOR}
    </networkConnectors>
    <persistenceAdapter><![CDATA[ < ]]></persistenceAdapter>
  </broker>
</beans>""".encode(),
    b"<amq:broker xmlns:amq='urn:x'\n brokerName='${name}'/>",
    f"<networkConnectors>{CONNECTOR}</networkConnectors>".replace("\n", "\r\n").encode(),
    b"<broker><a/><networkConnectors /><transportConnectors/></broker>",
    b"\xff\xfe" + "<broker>\n\t<plugins/>\n</broker>\n".encode("utf-16-le"),
    b"\xef\xbb\xbf<broker>\r\n <a/>\r\n</broker>",
    b'<?xml version="1.0" encoding="ISO-8859-1"?><broker brokerName="\xe9"><!-- \xe9 --></broker>',
]

XML_WORDS = [
    *("<networkConnectors>", "</networkConnectors>", "<networkConnectors/>", "<networkConnector"),
    *(
        "</networkConnector>",
        "<broker>",
        "</broker>",
        "brokerName=",
        "<queue physicalName=",
        "<!--",
    ),
    *(
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "/>",
        "&amp;",
        "&gt;",
        "&#10;",
        "xmlns:p=",
        "p:",
        "${x}",
    ),
    *(
        'name="Q:onprem->cloud"',
        'name="T:onprem->cloud"',
        "uri=",
        "staticBridge=",
        "\r\n",
        "\t",
        '"',
    ),
    *("<sslContext/>", "<!DOCTYPE a [<!ENTITY e 'x'>]>", "&e;", "encoding=", "utf-16", "cp932"),
]

TOPOLOGY = """\
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq.corp.example:61616"]}
  cloud:
    engine: amazon-mq
    version: "5.18"
    endpoints: ["ssl://b-1-1.mq.example:61617", "ssl://b-1-2.mq.example:61617"]
routes:
  - from: onprem
    to: cloud
    queues: [TestingQ, "orders.>"]
    topics: [T]
    durable: true
    credentials: {local: {user: u, password: {env: LOCAL}}, remote: {user: r, password: {file: x}}}
  - {from: cloud, to: onprem, queues: [A, B], only: true, ttl: 2, options: {prefetchSize: 10}}
"""

TOPOLOGIES = [
    TOPOLOGY.encode(),
    TOPOLOGY.partition("  - {from: cloud")[0].encode(),
    b"brokers: {}\nroutes: []\n",
    b'{"brokers": {"a": {"engine": "activemq", "version": "6.1", "endpoints": ["tcp://a:1"]}},'
    b' "routes": [{"from": "a", "to": "a", "only": false, "initiator": "a"}]}',
    b"a: &a [1, 2]\nb: *a\n<<: {c: !!str 1}\n? |\n  x\n: >-\n  y\n--- \n'q': \"\\u00e9\"\n",
]

YAML_WORDS = [
    *("brokers:", "routes:", "engine:", "activemq", "amazon-mq", "version:", "endpoints:", "from:"),
    *("to:", "queues:", "topics:", "only:", "initiator:", "credentials:", "local:", "remote:"),
    *(
        "user:",
        "password:",
        "env:",
        "file:",
        "ttl:",
        "durable:",
        "options:",
        "true",
        "null",
        "5.18",
    ),
    *(
        "&a",
        "*a",
        "<<:",
        "!!binary",
        "!!python/object:",
        "---",
        "...",
        "%YAML 1.1",
        "? ",
        "|-",
        ">+",
    ),
    *("tcp://h:1", "ssl://b-1-1.mq.x:61617", "onprem", "cloud", "\n  - ", "\t", "{", "}", "[", "]"),
]

URIS = [
    b"static:(ssl://h:61617)?initialReconnectDelay=1000&useExponentialBackOff=true",
    b"masterslave:(tcp://a:1,tcp://b:2)",
    b"static:(failover:(nio+ssl://[::1]:1?x=y,tcp://b)?maxReconnectAttempts=0,tcp://c:3)",
    b"multicast://default",
    b"static://tcp://a:1,tcp://b:2",
    b"orders.*.>,queue://A?consumer.prefetchSize=1",
]

URI_WORDS = [
    *("static:(", "masterslave:(", "failover:(", "fanout:", "tcp://", "ssl://", "vm://", ")?", "&"),
    *("${x}", "#{y}", ",", "://", "[::1]", ".>", ".*", "queue://", "temp-queue://", "=", ":61616"),
]
