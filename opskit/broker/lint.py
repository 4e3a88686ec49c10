"""The check of broker networks: read, run the rules, report, mend."""

from collections.abc import Sequence
from pathlib import Path

from opskit.broker import sources, versions
from opskit.broker.change import fixes
from opskit.broker.model import Broker, Network, Target
from opskit.broker.reader import no_garbage_collection
from opskit.broker.rules import RULES
from opskit.broker.xml.rewrite import Rewrite
from opskit.findings import Finding, Report

SCHEMA = "opskit.broker.lint/1"


def read(
    paths: Sequence[Path],
    *,
    engine: str | None = None,
    target: Target | None = None,
    against: Sequence[Path] = (),
) -> Network:
    """The network of the files, and of those that run now (`against`), for the rules on changes.

    `engine` is the release, as in 5.18, and `target` where the brokers run (None: as the shape of
    each file has it); a topology says its own.
    """
    version = versions.parse(engine) if engine else None
    network = sources.read_network(paths, version=version, target=target)
    if against:
        now = sources.read_network(against, version=version, target=target)
        network.previous = now.brokers
    return network


def check(
    paths: Sequence[Path],
    *,
    engine: str | None = None,
    target: Target | None = None,
    against: Sequence[Path] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> tuple[Network, Report]:
    """Read the network and run the rules over it: `read` and `lint` in one."""
    with no_garbage_collection():
        network = read(paths, engine=engine, target=target, against=against)
        return network, lint(network, select=select, ignore=ignore)


def lint(network: Network, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Report:
    """Run the rules; the report counts connectors."""
    findings = RULES.run(network, select=select, ignore=ignore)
    fixes.mark(network.brokers, findings)
    return Report(SCHEMA, findings, checked=len(network.connectors), unit="network connector")


def assumption(network: Network) -> str:
    """What the check took for granted, as a clause for the summary; empty where nothing."""
    if all(broker.version_given for broker in network.brokers):
        return ""
    return f"read as ActiveMQ {versions.DEFAULT}; --engine says otherwise"


def mended(
    network: Network,
    report: Report,
    *,
    unsafe: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> list[Rewrite]:
    """The files that change when what the report found and can be mended is mended.

    `select` and `ignore` are those of the report: one fix may uncover what another mends.
    """

    def check(brokers: list[Broker]) -> list[Finding]:
        return RULES.run(Network(brokers), select=select, ignore=ignore)

    # One call does for all brokers of a file.
    files = {id(broker.document): broker for broker in network.brokers}
    results = [
        (broker.document, fixes.fixed(broker, report.findings, unsafe, check))
        for broker in files.values()
    ]
    return [Rewrite(document, result) for document, result in results if result is not None]
