"""The scenario document: a warehouse, what has happened on it, and what goes wrong.

`load` reads one and checks it (`checks`), so that what fills the views can rely on every name.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from opskit.decode import decode
from opskit.documents import Document, parse_document, read_document
from opskit.redshift.emulator import objects, work
from opskit.redshift.emulator.moments import OneMoment, moment
from opskit.redshift.emulator.objects import RawRows


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A warehouse to rehearse on, as `opskit redshift emulate` serves it."""

    engine: Annotated[
        Literal["provisioned", "serverless"],
        Meta(description="A cluster, or a serverless workgroup."),
    ] = "provisioned"
    now: Annotated[
        OneMoment | None, Meta(description="The time, in UTC, at which it stands still; else now.")
    ] = None
    database: Annotated[str, Meta(min_length=1, description="The database's name.")] = "dev"
    nodes: Annotated[int, Meta(ge=1, le=128, description="Compute nodes of a cluster.")] = 2
    slices: Annotated[int, Meta(ge=1, le=16, description="Slices of each node.")] = 2
    storage: Annotated[objects.Storage, Meta(description="Disks of a cluster.")] = objects.Storage()
    users: Annotated[
        dict[str, objects.User],
        Meta(description="Users by name; one superuser, opskit, if not given."),
    ] = {}
    groups: Annotated[list[str], Meta(description="Groups, besides those that users name.")] = []
    roles: Annotated[dict[str, objects.Role], Meta(description="Roles by name.")] = {}
    schemas: Annotated[dict[str, objects.Schema], Meta(description="Schemas by name.")] = {}
    tables: Annotated[list[objects.Table], Meta(description="Tables.")] = []
    stored_views: Annotated[
        list[objects.View], Meta(description="Views and materialized views of users.")
    ] = []
    grants: Annotated[list[objects.Grant], Meta(description="Privileges.")] = []
    queues: Annotated[
        list[objects.Queue], Meta(description="Queues; one automatic queue if not given.")
    ] = []
    queries: Annotated[list[work.Query], Meta(description="Statements that ran, or run.")] = []
    loads: Annotated[list[work.Load], Meta(description="COPY commands.")] = []
    commits: Annotated[list[work.Commit], Meta(description="Commits.")] = []
    sessions: Annotated[
        list[work.Session], Meta(description="Open sessions, transactions and locks.")
    ] = []
    refreshes: Annotated[
        list[work.Refresh], Meta(description="Refreshes of materialized views.")
    ] = []
    spectrum: Annotated[list[work.Spectrum], Meta(description="Queries over external tables.")] = []
    usage: Annotated[list[work.Usage], Meta(description="What a workgroup used.")] = []
    advisor: Annotated[list[work.Recommendation], Meta(description="What Advisor recommends.")] = []
    views: Annotated[
        RawRows,
        Meta(description="Rows of system views, added as they are; times may be as in -15m."),
    ] = {}
    faults: Annotated[list[work.Fault], Meta(description="What goes wrong.")] = []

    def clock(self) -> datetime | None:
        """The time at which it stands still, without a zone; None where it runs on."""
        return None if self.now is None else moment(self.now, datetime.min)


def load(source: str | Path) -> Scenario:
    """The scenario in a file, or on stdin for `-`; InputError with file and line."""
    return _checked(read_document(source))


def parse(text: str, name: str = "scenario") -> Scenario:
    """The scenario in a text."""
    return _checked(parse_document(text.encode(), name))


def _checked(document: Document) -> Scenario:
    from opskit.redshift.emulator.checks import check

    scenario = decode(document, Scenario)
    check(scenario, document)
    return scenario
