"""How fast a large network is linted, against lxml merely parsing the same files."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from opskit.broker.design import generate
from opskit.broker.design.topology import Account, BrokerSpec, Credentials, Route, Secret, Topology
from opskit.broker.lint import check as lint
from tests.bench.measure import Ratio, ratio


def mesh(folder: Path, brokers: int, each: int = 5) -> Path:
    """A folder of broker files as opskit writes them; every broker has `each` connectors."""
    folder.mkdir()
    names = [f"b{number}" for number in range(brokers)]
    account = Credentials(
        local=Account("bridge", Secret(env="LOCAL")), remote=Account("bridge", Secret(env="REMOTE"))
    )
    ends = {
        name: [names[(here + 1 + 37 * step) % brokers] for step in range(each)]
        for here, name in enumerate(names)
    }
    topology = Topology(
        {name: BrokerSpec("activemq", "5.19", [f"tcp://{name}.example:61616"]) for name in names},
        [
            Route(name, end, queues=[f"orders.{end}"], credentials=account)
            for name in names
            for end in ends[name]
        ],
    )
    for name in names:
        text = generate.activemq(topology, name)
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return folder


def ratios() -> Iterator[Ratio]:
    with TemporaryDirectory() as temporary:
        small = mesh(Path(temporary, "small"), 1000)
        large = mesh(Path(temporary, "large"), 4000)

        def parse() -> None:
            for path in small.iterdir():
                etree.parse(path)

        def check(folder: Path) -> None:
            network, _ = lint([folder])
            assert len(network.connectors) >= 5000

        yield ratio(
            "lint of 1,000 brokers, 5,000 connectors",
            lambda: check(small),
            "lxml parsing the same files",
            parse,
            5.0,
            7,
        )
        yield ratio(
            "lint of 4 times as many connectors",
            lambda: check(large),
            "lint of 5,000",
            lambda: check(small),
            6.0,  # 4 and what caches cost; 16 would be quadratic
            3,
        )
