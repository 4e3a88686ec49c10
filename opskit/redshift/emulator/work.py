"""What a scenario says has happened, and happens: queries, loads, commits, sessions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from opskit.redshift.emulator.moments import Duration, Moment, OneMoment
from opskit.redshift.emulator.objects import Count, Percent

Alert = Literal[
    "nested loop",
    "selective filter",
    "deleted rows",
    "distribution",
    "broadcast",
    "serial distribution",
    "missing statistics",
]
Mode = Literal[
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
]
Format = Literal["csv", "text", "json", "avro", "orc", "parquet"]
Compression = Literal["", "gzip", "lzop", "zstd", "bzip2"]


class When(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When something happens: at times, each so often, or so many times over a span."""

    at: Annotated[
        OneMoment | list[OneMoment] | None,
        Meta(description="When: a time in UTC, or how long before now, as in -15m; or several."),
    ] = None
    every: Annotated[Duration | None, Meta(description="Again each so often.")] = None
    count: Annotated[
        Annotated[int, Meta(ge=1, le=2_000_000)] | None, Meta(description="So many times.")
    ] = None
    since: Annotated[Moment, Meta(description="Without `at`: from when on.")] = "-24h"
    until: Annotated[Moment, Meta(description="Up to when.")] = "now"


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scan of a table by a query."""

    table: Annotated[str, Meta(description="The table, as in schema.table.")]
    rows: Annotated[Count | None, Meta(description="Rows scanned; all, if not given.")] = None
    kept: Annotated[Count | None, Meta(description="Rows that pass the filter; all of them.")] = (
        None
    )
    range_restricted: Annotated[bool, Meta(description="Whether its sort key helped.")] = False


class Write(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that a statement writes."""

    table: Annotated[str, Meta(description="The table, as in schema.table.")]
    rows: Annotated[Count, Meta(description="Rows of one run.")] = 1


class Work(When, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all statements have."""

    user: Annotated[str, Meta(description="Who runs it.")]
    queue: Annotated[str | None, Meta(description="The queue; the first, if not given.")] = None
    took: Annotated[Duration, Meta(description="How long it worked.")] = "1s"
    queued: Annotated[Duration, Meta(description="How long it waited in the queue.")] = "0s"
    vary: Annotated[Percent, Meta(description="% that the two vary from run to run.")] = 0
    label: Annotated[str, Meta(description="The query group.")] = "default"


class Query(Work, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement that ran, or that runs: one that would end after now."""

    text: Annotated[str, Meta(min_length=1, description="The SQL; {n} is the number of the run.")]
    running: Annotated[bool, Meta(description="Whether it has not ended.")] = False
    compile: Annotated[Duration, Meta(description="How long it was compiled.")] = "0s"
    planning: Annotated[Duration, Meta(description="How long it was planned.")] = "0s"
    lock_wait: Annotated[Duration, Meta(description="How long it waited for locks.")] = "0s"
    scans: Annotated[list[Scan], Meta(description="What it reads.")] = []
    inserts: Annotated[Write | None, Meta(description="What it inserts.")] = None
    deletes: Annotated[Write | None, Meta(description="What it deletes.")] = None
    rows: Annotated[Count, Meta(description="Rows that it returns.")] = 0
    result_mb: Annotated[float, Meta(ge=0, description="MB that it returns.")] = 0
    spill_mb: Annotated[Count, Meta(description="MB it writes to disk for want of memory.")] = 0
    alerts: Annotated[list[Alert], Meta(description="What the optimizer warns of.")] = []
    moved_rows: Annotated[
        Count, Meta(description="Rows sent to other nodes, or looped, where alerts say so.")
    ] = 2_000_000
    fails: Annotated[Percent, Meta(description="% of the runs that fail.")] = 0
    error: Annotated[str, Meta(description="Why they fail.")] = "Query cancelled on user's request"
    status: Annotated[Literal["failed", "canceled"], Meta(description="How they end.")] = "failed"
    rule: Annotated[
        str | None, Meta(description="The query monitoring rule of its queue that acts on it.")
    ] = None
    concurrency_scaling: Annotated[bool, Meta(description="Whether it ran elsewhere.")] = False


class LoadError(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that a COPY refused."""

    reason: Annotated[str, Meta(description="Why, as in Invalid digit, Value 'x', Pos 0.")]
    column: Annotated[str, Meta(description="The column.")] = ""
    rows: Annotated[int, Meta(ge=1, le=10_000, description="How many.")] = 1
    value: Annotated[str, Meta(description="What stood there.")] = ""
    code: Annotated[int, Meta(description="Redshift's number of the error.")] = 1207


class Load(Work, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A COPY from S3."""

    table: Annotated[str, Meta(description="The table, as in schema.table.")]
    files: Annotated[int, Meta(ge=1, le=100_000, description="Files of one COPY.")] = 1
    file_mb: Annotated[float, Meta(gt=0, description="MB of each file.")] = 128
    rows: Annotated[Count, Meta(description="Rows of one COPY.")] = 1_000_000
    format: Annotated[Format, Meta(description="Of the files.")] = "csv"
    compression: Annotated[Compression, Meta(description="Of the files.")] = ""
    prefix: Annotated[
        str,
        Meta(
            pattern=r"^s3://[^/]+/.*$",
            description="Where the files are; a bucket of the example if not given.",
        ),
    ] = "s3://example-lake/incoming/"
    errors: Annotated[list[LoadError], Meta(description="What it refused.")] = []


class Commit(When, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Commits of transactions, with their wait in the commit queue."""

    user: Annotated[str | None, Meta(description="Whose; the first superuser's.")] = None
    wait: Annotated[Duration, Meta(description="In the commit queue.")] = "0s"
    work: Annotated[Duration, Meta(description="From the start of the commit to its end.")] = (
        "100ms"
    )
    ahead: Annotated[Count, Meta(description="Transactions ahead in the commit queue.")] = 0
    blocks: Annotated[Count, Meta(description="Blocks that were committed.")] = 100


class Lock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lock on a table."""

    table: Annotated[str, Meta(description="The table, as in schema.table.")]
    mode: Annotated[Mode, Meta(description="The lock's mode.")] = "AccessShareLock"


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement that a session has run."""

    text: Annotated[str, Meta(min_length=1, description="The SQL.")]
    at: Annotated[Moment, Meta(description="When it began.")]
    took: Annotated[Duration, Meta(description="How long it took.")] = "1s"


class Session(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An open session; `transaction` says since when it has a transaction open."""

    user: Annotated[str, Meta(description="Whose it is.")]
    pid: Annotated[
        Annotated[int, Meta(ge=1, le=0x7FFFFFFF)] | None,
        Meta(description="Its process; one is chosen."),
    ] = None
    count: Annotated[int, Meta(ge=1, le=2_000, description="So many sessions alike.")] = 1
    since: Annotated[Moment, Meta(description="When it began.")] = "-1h"
    timeout: Annotated[Count, Meta(description="Seconds until an idle session ends; 0 never.")] = 0
    transaction: Annotated[OneMoment | None, Meta(description="When its transaction began.")] = None
    did: Annotated[list[Statement], Meta(description="What it has run in it, oldest first.")] = []
    holds: Annotated[list[Lock], Meta(description="Locks that it holds.")] = []
    waits: Annotated[Lock | None, Meta(description="The lock that it waits for.")] = None
    running: Annotated[Statement | None, Meta(description="What it runs now.")] = None


class Refresh(When, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refreshes of a materialized view."""

    view: Annotated[str, Meta(description="The view, as in schema.view.")]
    user: Annotated[str | None, Meta(description="Whose; its owner's if not given.")] = None
    took: Annotated[Duration, Meta(description="How long each took.")] = "10s"
    status: Annotated[str, Meta(description="The outcome, in Redshift's words.")] = (
        "Refresh successfully updated MV incrementally"
    )


class Spectrum(Work, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Queries over an external table in S3."""

    table: Annotated[str, Meta(description="The external table, as in schema.table.")]
    text: Annotated[str | None, Meta(description="The SQL; a SELECT if not given.")] = None
    files: Annotated[int, Meta(ge=0, description="Files that one query reads.")] = 1
    scanned_mb: Annotated[float, Meta(ge=0, description="MB that one query reads.")] = 10
    rows: Annotated[Count, Meta(description="Rows that one query reads.")] = 1_000_000
    partitions: Annotated[Count, Meta(description="Partitions of the table.")] = 0
    qualified: Annotated[Count, Meta(description="Partitions that are read.")] = 0
    format: Annotated[Format, Meta(description="Of the files.")] = "parquet"


class Usage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Use of a serverless workgroup, a row a minute."""

    since: Annotated[Moment, Meta(description="From when on.")] = "-24h"
    until: Annotated[Moment, Meta(description="Up to when.")] = "now"
    rpus: Annotated[float, Meta(ge=0, description="RPUs in use.")] = 8
    busy: Annotated[Percent, Meta(description="% of each minute that was computed.")] = 100
    charged: Annotated[
        Percent, Meta(description="% of each minute that was charged; at least what was busy.")
    ] = 100


class Recommendation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Advisor recommends for a table."""

    table: Annotated[str, Meta(description="The table, as in schema.table.")]
    type: Annotated[Literal["diststyle", "sortkey", "encode"], Meta(description="What of it.")]
    ddl: Annotated[str, Meta(min_length=1, description="The statement that does it.")]
    auto: Annotated[bool, Meta(description="Whether Redshift would do it by itself.")] = False


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that goes wrong with the statements that match."""

    match: Annotated[str, Meta(description="A regular expression in the SQL, in any case.")]
    kind: Annotated[
        Literal["slow", "error", "disconnect", "resizing"],
        Meta(description="slow waits first; resizing is refused as by a cluster that resizes."),
    ]
    seconds: Annotated[float, Meta(ge=0, le=86_400, description="How long slow waits.")] = 5
    message: Annotated[str, Meta(description="What error says.")] = "Internal error"
    sqlstate: Annotated[
        str, Meta(pattern="^[0-9A-Z]{5}$", description="The five letters of error.")
    ] = "XX000"
    after_rows: Annotated[Count, Meta(description="Rows that are sent before it happens.")] = 0
    times: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="How often; always if not given.")
    ] = None
