"""What a scenario says there is: users, schemas, tables, grants, queues."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from opskit.redshift.emulator.moments import Moment, OneMoment

Percent = Annotated[float, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=0)]
Privilege = Literal[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "DROP",
    "TRUNCATE",
    "ALTER",
    "RULE",
    "REFERENCES",
    "TRIGGER",
    "CREATE",
    "USAGE",
    "TEMP",
    "ALL",
]
Diststyle = Literal["EVEN", "KEY", "ALL", "AUTO(EVEN)", "AUTO(KEY)", "AUTO(ALL)"]


class User(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user that can log in."""

    superuser: Annotated[bool, Meta(description="Whether no right is ever asked of it.")] = False
    password: Annotated[
        str | None, Meta(description="What it has to log in with; anything if not given.")
    ] = None
    groups: Annotated[list[str], Meta(description="Groups that it is in.")] = []
    roles: Annotated[list[str], Meta(description="Roles that it has.")] = []
    createdb: Annotated[bool, Meta(description="Whether it may create databases.")] = False
    syslog_access: Annotated[
        Literal["RESTRICTED", "UNRESTRICTED"],
        Meta(description="Whether it sees the queries of others."),
    ] = "RESTRICTED"


class Role(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role; users have it by their `roles`."""

    owner: Annotated[str | None, Meta(description="The user that owns it.")] = None
    roles: Annotated[list[str], Meta(description="Roles that are granted to it.")] = []


class Schema(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A schema. Those of tables exist by themselves, owned by the first superuser."""

    owner: Annotated[str | None, Meta(description="The user that owns it.")] = None
    quota_mb: Annotated[Count | None, Meta(description="MB that it may use.")] = None


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of a table."""

    name: Annotated[str, Meta(min_length=1, max_length=127, description="Its name.")]
    type: Annotated[str, Meta(min_length=1, description="Its type, as in varchar(64).")]
    encode: Annotated[str, Meta(description="Its compression: raw, az64, lzo, zstd, ...")] = "az64"
    not_null: Annotated[bool, Meta(description="Whether NULL is refused.")] = False
    default: Annotated[str | None, Meta(description="The SQL of its default.")] = None
    comment: Annotated[str | None, Meta(description="What COMMENT ON COLUMN said.")] = None
    unique: Annotated[bool, Meta(description="Whether it is declared unique by itself.")] = False
    references: Annotated[
        str | None, Meta(description="The column a foreign key points to: schema.table.column.")
    ] = None


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table with its state on disk."""

    name: Annotated[
        str, Meta(min_length=1, description="schema.table, quoted as SQL does; or table in public.")
    ]
    owner: Annotated[str | None, Meta(description="The user that owns it.")] = None
    comment: Annotated[str | None, Meta(description="What COMMENT ON TABLE said.")] = None
    primary_key: Annotated[list[str], Meta(description="The columns of its primary key.")] = []
    columns: Annotated[list[Column], Meta(description="Its columns; one, id, if not given.")] = []
    rows: Annotated[Count, Meta(description="Rows that a query sees.")] = 0
    deleted: Annotated[Count, Meta(description="Deleted rows that are still on disk.")] = 0
    size_mb: Annotated[Count, Meta(description="MB on disk.")] = 1
    diststyle: Annotated[
        Diststyle | None,
        Meta(description="How rows are distributed; KEY or AUTO(EVEN), by its columns."),
    ] = None
    distkey: Annotated[str | None, Meta(description="The column rows are distributed by.")] = None
    sortkey: Annotated[list[str], Meta(description="The columns of its sort key.")] = []
    interleaved: Annotated[bool, Meta(description="Whether its sort key is interleaved.")] = False
    sortkey_auto: Annotated[bool, Meta(description="Whether Redshift chose the sort key.")] = False
    interleaved_skew: Annotated[
        Annotated[float, Meta(ge=1)] | None, Meta(description="Skew of an interleaved sort key.")
    ] = None
    unsorted: Annotated[
        Percent | None, Meta(description="% of rows out of sort order; 0 with a sort key.")
    ] = None
    stats_off: Annotated[
        Percent | None, Meta(description="% that statistics are off; 0 if not given.")
    ] = None
    sort_benefit: Annotated[
        Percent | None, Meta(description="% that VACUUM SORT would win, if Redshift says so.")
    ] = None
    skew: Annotated[
        float, Meta(ge=1, description="Rows of the fullest slice over those of the emptiest.")
    ] = 1
    created: Annotated[Moment, Meta(description="When it was created.")] = "-400d"
    last_analyze: Annotated[OneMoment | None, Meta(description="When ANALYZE last ran.")] = None
    last_vacuum: Annotated[OneMoment | None, Meta(description="When VACUUM last ran.")] = None

    @property
    def all_columns(self) -> list[Column]:
        """Its columns, with the one that stands in where none is given."""
        return self.columns or [Column(name="id", type="bigint")]


class View(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view, or a materialized view where `state` is given."""

    name: Annotated[
        str, Meta(min_length=1, description="schema.view, quoted as SQL does; or view in public.")
    ]
    query: Annotated[str, Meta(min_length=1, description="Its SELECT.")]
    owner: Annotated[str | None, Meta(description="The user that owns it.")] = None
    state: Annotated[
        int | None,
        Meta(description="0 is recomputed whole, 1 incrementally, 101 to 105 cannot be refreshed."),
    ] = None
    stale: Annotated[bool, Meta(description="Whether base tables changed since.")] = False
    autorefresh: Annotated[bool, Meta(description="Whether Redshift refreshes it.")] = False


class Grant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Privileges on one thing, for one grantee. On a system view, SELECT lets its user see it."""

    privileges: Annotated[list[Privilege], Meta(min_length=1, description="What may be done.")]
    to: Annotated[
        str,
        Meta(pattern=r"^(public|(user|group|role) .+)$", description="As in `user ana`, `public`."),
    ]
    table: Annotated[str | None, Meta(description="On this table, view or system view.")] = None
    column: Annotated[str | None, Meta(description="On this column of the table only.")] = None
    schema: Annotated[str | None, Meta(description="On this schema.")] = None
    database: Annotated[str | None, Meta(description="On this database.")] = None
    admin: Annotated[bool, Meta(description="Whether it may be granted on.")] = False


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query monitoring rule."""

    name: Annotated[str, Meta(min_length=1, description="Its name.")]
    metric: Annotated[str, Meta(description="What is measured.")] = "query_execution_time"
    above: Annotated[float, Meta(description="The limit.")] = 0
    action: Annotated[
        Literal["log", "hop", "abort", "change_query_priority"],
        Meta(description="What is done above it."),
    ] = "log"


class Queue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue of the workload manager."""

    name: Annotated[str, Meta(min_length=1, max_length=64, description="Its name.")]
    slots: Annotated[
        Annotated[int, Meta(ge=1, le=50)] | None,
        Meta(description="Query slots; automatic if not given."),
    ] = None
    memory_mb: Annotated[Count | None, Meta(description="MB a slot and node, where manual.")] = None
    user_groups: Annotated[list[str], Meta(description="Groups whose queries it takes.")] = []
    query_groups: Annotated[list[str], Meta(description="Labels whose queries it takes.")] = []
    max_execution: Annotated[Count, Meta(description="Milliseconds until a query is ended.")] = 0
    concurrency_scaling: Annotated[
        Literal["auto", "off"], Meta(description="Whether waiting queries may run elsewhere.")
    ] = "off"
    priority: Annotated[
        Literal["highest", "high", "normal", "low", "lowest"],
        Meta(description="Of its queries, where automatic."),
    ] = "normal"
    rules: Annotated[list[Rule], Meta(description="Its query monitoring rules.")] = []


class Storage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The disks of a provisioned cluster."""

    node_gb: Annotated[int, Meta(ge=1, description="GB that a node has.")] = 2600
    used: Annotated[
        Percent | None, Meta(description="% in use; what the tables take, if not given.")
    ] = None


RawRows = dict[str, list[dict[str, Any]]]
