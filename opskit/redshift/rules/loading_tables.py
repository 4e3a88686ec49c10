"""Rules on what is loaded into tables: refused rows, too many loads, compression analyzed again."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import listed, number, seconds
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import at, many
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

ERRORS = "https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html"
SINGLE_COPY = (
    "https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-single-copy-command.html"
)
INSERTS = "https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-multi-row-inserts.html"
COMPUPDATE = "https://docs.aws.amazon.com/redshift/latest/dg/c_Loading_tables_auto_compress.html"

#: What mends a reason that Redshift gives, by a part of it in lower case.
_REMEDIES = (
    ("ddl length", "widen the column with ALTER TABLE, or cut the texts with TRUNCATECOLUMNS"),
    ("utf8", "write the file in UTF-8, or replace what is not with ACCEPTINVCHARS"),
    ("multibyte", "write the file in UTF-8, or replace what is not with ACCEPTINVCHARS"),
    ("delimiter not found", "check DELIMITER, or fill short rows with FILLRECORD"),
    ("extra column", "check DELIMITER and QUOTE, and the list of columns of the COPY"),
    ("timestamp", "name the format with TIMEFORMAT 'auto'"),
    ("date format", "name the format with DATEFORMAT 'auto'"),
    ("missing data", "the column is NOT NULL: check NULL AS and EMPTYASNULL"),
)
_REMEDY = (
    "correct the files or the columns; MAXERROR lets a COPY pass over bad rows, and loses them"
)


def table_of(row: Row) -> str:
    """The table as SQL writes it; what it is called where it is not in this database."""
    if row["schema"] and row["table"]:
        return name(row["schema"], row["table"])
    return name(row["table"]) if row["table"] else "a table that is not in this database"


@RULES.rule(
    RedshiftRule(
        "RSH044",
        Severity.ERROR,
        title="rows that COPY refused",
        why="The COPY failed, or the rows were left out of the table where MAXERROR allows that.",
        fix="correct the files, the columns or the options of the COPY",
        reference=ERRORS,
        group=Group.LOADING,
        reads=("load-errors",),
    )
)
def load_errors(warehouse: Warehouse) -> Iterator[Finding]:
    """One finding a table; values of rows are not shown, they may be anybody's."""
    tables: dict[str, list[Row]] = {}
    for row in warehouse.rows("load-errors"):
        if row["errors"]:
            tables.setdefault(table_of(row), []).append(row)
    for table, rows in tables.items():
        count = sum(number(row["errors"]) for row in rows)
        reasons = dict.fromkeys(_reason(row) for row in rows)
        last = max(number(row["last_query_id"]) for row in rows)
        examples = [row["example"] for row in rows if row["example"]]
        yield finding(
            f"COPY refused {count:,.0f} rows for {table}",
            object=table,
            observed=f"{listed(reasons)}; last in query {last:.0f}"
            + (f"; as in {examples[0]}" if examples else ""),
            expected="none",
            advice="; ".join(dict.fromkeys(_remedy(row) for row in rows)),
        )


def _reason(row: Row) -> str:
    reason = row["reason"] or "no reason given"
    return f"{reason} in {row['column']}" if row["column"] else str(reason)


def _remedy(row: Row) -> str:
    reason = str(row["reason"] or "").lower()
    return next((remedy for part, remedy in _REMEDIES if part in reason), _REMEDY)


@RULES.rule(
    RedshiftRule(
        "RSH045",
        Severity.WARNING,
        title="too many COPYs into one table",
        why="Loads into one table run one after the other, each with a commit of its own, and "
        "leave it unsorted bit by bit.",
        fix="collect the files and load them with one COPY",
        reference=SINGLE_COPY,
        group=Group.LOADING,
        reads=("copies-by-table",),
        thresholds=("copies",),
    )
)
def too_many_copies(warehouse: Warehouse) -> Iterator[Finding]:
    """The busiest hour of the clock decides; one finding a table."""
    limit = warehouse.limit("copies")
    tables: dict[str, list[Row]] = {}
    for row in warehouse.rows("copies-by-table"):
        if number(row["copies"]) > limit:
            tables.setdefault(row["target"] or "a table that is not known", []).append(row)
    for target, rows in tables.items():
        busiest = max(rows, key=lambda row: number(row["copies"]))
        yield finding(
            f"{many(busiest['copies'])} COPYs into {target} in an hour",
            object=target,
            observed=f"{many(busiest['copies'])} from {at(busiest['hour'])} on; "
            f"{len(rows)} hours above {limit:g}",
            expected=f"at most {limit:g} an hour",
            seconds=sum(seconds(row["duration_us"]) for row in rows),
            advice="collect the files and load them with one COPY, by a prefix or a manifest; "
            "every few minutes is often enough",
        )


@RULES.rule(
    RedshiftRule(
        "RSH046",
        Severity.WARNING,
        title="INSERTs of few rows",
        why="Data lies in blocks of 1 MB a column: an INSERT of one row touches one in every "
        "column, and commits. One COPY of the same rows does that once.",
        fix="load with COPY, or insert many rows with one statement",
        reference=INSERTS,
        group=Group.LOADING,
        reads=("small-inserts",),
        thresholds=("inserts", "insert-rows"),
    )
)
def small_inserts(warehouse: Warehouse) -> Iterator[Finding]:
    """Sizes come in classes, up to 1, 10, 100 and 1000 rows; those up to the threshold count."""
    limit, most = warehouse.limit("inserts"), warehouse.limit("insert-rows")
    tables: dict[str, dict[object, list[Row]]] = {}
    for row in warehouse.rows("small-inserts"):
        if 0 < number(row["most_rows"]) <= most:
            hours = tables.setdefault(table_of(row), {})
            hours.setdefault(row["hour"], []).append(row)
    for table, hours in tables.items():
        rows = max(hours.values(), key=lambda some: sum(number(row["inserts"]) for row in some))
        count = sum(number(row["inserts"]) for row in rows)
        if count <= limit:
            continue
        every = [row for some in hours.values() for row in some]
        yield finding(
            f"{count:,.0f} INSERTs of few rows into {table} in an hour",
            object=table,
            observed=f"{count:,.0f} from {at(rows[0]['hour'])} on, with "
            f"{sum(number(row['rows']) for row in rows):,.0f} rows",
            expected=f"at most {limit:g} an hour of {most:g} rows or less",
            seconds=sum(seconds(row["elapsed_us"]) for row in every),
            advice="collect the rows and COPY them, or INSERT many with one VALUES list, in one "
            "transaction",
        )


@RULES.rule(
    RedshiftRule(
        "RSH047",
        Severity.WARNING,
        title="compression analyzed again by COPY",
        why="A COPY into an empty table samples the data to choose encodings; where the table is "
        "emptied before every load, each load does.",
        fix="add COMPUPDATE OFF to the COPY once the encodings are chosen",
        reference=COMPUPDATE,
        group=Group.LOADING,
        reads=("compression-analyses",),
        thresholds=("compressions",),
    )
)
def compression_again(warehouse: Warehouse) -> Iterator[Finding]:
    """COMPUPDATE PRESET samples nothing, and is not counted."""
    limit = warehouse.limit("compressions")
    for row in warehouse.rows("compression-analyses"):
        if number(row["analyses"]) <= limit:
            continue
        table = table_of(row)
        yield finding(
            f"COPY analyzed the compression of {table} {many(row['analyses'])} times",
            object=table,
            observed=f"{many(row['analyses'])} times in {warehouse.hours:.0f} hours",
            expected=f"at most {limit:g} times",
            seconds=None if row["elapsed_us"] is None else seconds(row["elapsed_us"]),
            advice=f"add COMPUPDATE OFF to the COPY into {table}; its encodings stay as they are",
        )
