"""What an upgrade changes for brokers: what stops start-up, what changes meaning."""

from collections.abc import Sequence
from pathlib import Path

from opskit.broker import sources, versions
from opskit.broker.upgrades import MIGRATION, Migration
from opskit.findings import Report

__all__ = ["MIGRATION", "SCHEMA", "Migration", "migrate", "read"]

SCHEMA = "opskit.broker.migrate/1"


def read(paths: Sequence[Path], old: str, new: str) -> Migration:
    """The brokers of files and topologies, to be taken from release `old` to `new`.

    Raises UsageError for what is no release, InputError for what cannot be read.
    """
    before, after = versions.parse(old), versions.parse(new)
    return Migration(sources.read_network(paths, version=before), before, after)


def migrate(
    migration: Migration, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Report:
    """What changes; the report counts brokers."""
    findings = MIGRATION.run(migration, select=select, ignore=ignore)
    return Report(SCHEMA, findings, checked=len(migration.network.brokers), unit="broker")
