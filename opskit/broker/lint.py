"""The check of broker networks: read, run the rules, report."""

from collections.abc import Sequence
from pathlib import Path

from opskit.broker import sources, versions
from opskit.broker.model import Network, Target
from opskit.broker.rules import RULES
from opskit.findings import Report

SCHEMA = "opskit.broker.lint/1"


def read(
    paths: Sequence[Path],
    *,
    engine: str | None = None,
    target: Target = "self-managed",
    against: Sequence[Path] = (),
) -> Network:
    """The network of the files, and of those that run now (`against`), for the rules on changes.

    `engine` is the release, as in 5.18; a topology says its own.
    """
    version = versions.parse(engine) if engine else None
    network = sources.read_network(paths, version=version, target=target)
    network.previous = [
        broker
        for path in against
        for broker in sources.read_network([path], version=version, target=target).brokers
    ]
    return network


def lint(network: Network, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Report:
    """Run the rules; the report counts connectors."""
    findings = RULES.run(network, select=select, ignore=ignore)
    return Report(SCHEMA, findings, checked=len(network.connectors), unit="connector")
