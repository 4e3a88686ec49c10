"""What an upgrade changes for brokers: what stops start-up, what changes meaning."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from opskit.broker import sources, versions
from opskit.broker.model import Network
from opskit.broker.upgrades import MIGRATION, Migration
from opskit.findings import Report

__all__ = ["MIGRATION", "SCHEMA", "Migration", "migrate", "read", "remarks"]

SCHEMA = "opskit.broker.migrate/1"


def read(paths: Sequence[Path], old: str, new: str) -> Migration:
    """The brokers of files and topologies, to be taken from release `old` to `new`.

    Raises UsageError for what is no release, InputError for what cannot be read.
    """
    before, after = versions.parse(old), versions.parse(new)
    return Migration(sources.read_network(paths, version=before), before, after)


def remarks(migration: Migration) -> list[str]:
    """What to know of the two releases beside the findings, a sentence each; often nothing.

    A way back is not refused: what stops start-up is the same question in that direction, and
    just then there is no time to lose. What opskit does not look at is said.
    """
    old, new = migration.old, migration.new
    found = versions.remarks([old, new])
    if new == old:
        found.append(f"nothing changes between {old} and {new}")
    elif new.is_older(old):
        found.append(
            f"{new} is older than {old}: what stops its start and which defaults change is "
            "checked, but not whether it can read the message store, nor Java, classes of your "
            "own and the web console"
        )
    return found


def migrate(
    migration: Migration, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Report:
    """What changes: nothing from a release to itself. The report counts brokers."""
    same = migration.old == migration.new
    network = Network([]) if same else migration.network
    findings = MIGRATION.run(replace(migration, network=network), select=select, ignore=ignore)
    return Report(SCHEMA, findings, checked=len(migration.network.brokers), unit="broker")
