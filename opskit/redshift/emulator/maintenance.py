"""VACUUM and ANALYZE: what they change, so that the next look finds less to do."""

import re
from typing import NamedTuple

from opskit.redshift.emulator.database import Account, Database
from opskit.redshift.emulator.refusals import SqlError

#: % sorted, or not deleted, from which VACUUM passes a table over (AWS, VACUUM).
DEFAULT_THRESHOLD = 95

_PART = r'(?:"(?:[^"]|"")+"|[^\s."();,]+)'
_NAME = rf"({_PART}(?:\s*\.\s*{_PART})?)"
_VACUUM = re.compile(
    r"\AVACUUM(?:\s+(?P<kind>FULL|SORT\s+ONLY|DELETE\s+ONLY|REINDEX|RECLUSTER)\b)?"
    rf"(?:\s+(?!TO\b)(?P<name>{_NAME}))?"
    r"(?:\s+TO\s+(?P<to>[\d.]+)\s+PERCENT)?(?:\s+BOOST)?\s*\Z",
    re.IGNORECASE,
)
_ANALYZE = re.compile(
    r"\AANALYZE(?:\s+VERBOSE\b)?"
    rf"(?:\s+(?!PREDICATE\b|ALL\b)(?P<name>{_NAME})\s*(?:\([^)]*\))?)?"
    r"(?:\s+(?:PREDICATE|ALL)\s+COLUMNS)?\s*\Z",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"\A(?:DROP\s+TABLE(?P<maybe>\s+IF\s+EXISTS)?|ALTER\s+TABLE|TRUNCATE(?:\s+TABLE)?)\s+"
    rf"(?P<name>{_NAME})",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """A table that a statement names: in the scenario by its number, or in rows written out."""

    schema: str
    name: str
    oid: int | None


def vacuum(database: Database, account: Account, sql: str) -> list[str]:
    """Do it; what there is to say. SqlError where the table is not there."""
    found = _VACUUM.match(sql)
    if found is None:
        raise SqlError("42601", "syntax error in VACUUM")
    kind = " ".join((found["kind"] or "FULL").upper().split())
    kind = "SORT ONLY" if kind == "RECLUSTER" else kind
    said, tables = _tables(database, account, found["name"], "vacuum")
    for table in tables:
        _vacuum(database, table, kind, 100 - float(found["to"] or DEFAULT_THRESHOLD))
    return said


def _vacuum(database: Database, table: Found, kind: str, spared: float) -> None:
    """Sort where more than `spared` percent are unsorted, delete where more are deleted."""
    made, raw = [], []
    if kind != "DELETE ONLY":
        unsorted = f"unsorted = CASE WHEN unsorted > {spared} THEN 0 ELSE unsorted END"
        made += [unsorted, f"sort_benefit = {_zero('sort_benefit', spared)}"]
        raw += [unsorted, f"vacuum_sort_benefit = {_zero('vacuum_sort_benefit', spared)}"]
    if kind != "SORT ONLY":
        many = f"deleted * 100 > {spared} * (live + deleted)"
        made += [
            f"size_mb = CASE WHEN {many} THEN greatest(size_mb * live // (live + deleted), 1) "
            "ELSE size_mb END",
            f"deleted = CASE WHEN {many} THEN 0 ELSE deleted END",
        ]
        many = f"(tbl_rows - estimated_visible_rows) * 100 > {spared} * tbl_rows"
        raw += [f"tbl_rows = CASE WHEN {many} THEN estimated_visible_rows ELSE tbl_rows END"]
    if kind == "REINDEX":
        made += ["interleaved_skew = 1", "last_reindex = redshift_now()"]
    with database.lock:
        if table.oid is not None:
            database.execute(
                "INSERT INTO made.vacuums SELECT oid, owner, 860000 + oid, redshift_now(), ?, "
                "live + deleted, live, size_mb FROM made.relations WHERE oid = ?",
                [kind, table.oid],
            )
            database.execute(
                f"UPDATE made.relations SET {', '.join(made)} WHERE oid = ?", [table.oid]
            )
        _raw(database, table, raw)


def _zero(column: str, spared: float) -> str:
    """0 for what a sort would win, where there was one and a number was known."""
    return f"CASE WHEN unsorted > {spared} AND {column} IS NOT NULL THEN 0 ELSE {column} END"


def analyze(database: Database, account: Account, sql: str) -> list[str]:
    """Do it; what there is to say. SqlError where the table is not there."""
    if re.match(r"ANALYZE\s+COMPRESSION\b", sql, re.IGNORECASE):
        return ["the emulator has no rows to analyze the compression of"]
    found = _ANALYZE.match(sql)
    if found is None:
        raise SqlError("42601", "syntax error in ANALYZE")
    said, tables = _tables(database, account, found["name"], "analyze")
    for table in tables:
        with database.lock:
            if table.oid is not None:
                database.execute(
                    "UPDATE made.relations SET stats_off = 0 WHERE oid = ?", [table.oid]
                )
                database.execute(
                    "INSERT INTO made.analyses SELECT oid, owner, 810000 + oid, redshift_now(), "
                    "live FROM made.relations WHERE oid = ?",
                    [table.oid],
                )
            _raw(database, table, ["stats_off = 0"])
    return said


def refuse_missing(database: Database, sql: str) -> None:
    """SqlError for DROP, ALTER and TRUNCATE of a table that is not there."""
    found = _TABLE.match(sql)
    if found is not None and not found["maybe"]:
        _find(database, found["name"])


def _raw(database: Database, table: Found, changes: list[str]) -> None:
    database.execute(
        f'UPDATE raw.svv_table_info SET {", ".join(changes)} WHERE "schema" = ? AND "table" = ?',
        [table.schema, table.name],
    )


def _tables(
    database: Database, account: Account, written: str | None, what: str
) -> tuple[list[str], list[Found]]:
    """The tables that are meant, all without a name; with words for those of others."""
    tables = [_find(database, written)] if written else _all(database)
    said, mine = [], []
    for table in tables:
        owner = database.execute("SELECT owner FROM made.relations WHERE oid = ?", [table.oid])
        if account.superuser or not owner or owner[0][0] == account.id:
            mine.append(table)
        else:
            # PostgreSQL's words, which say it and go on.
            said.append(f'skipping "{table.name}" --- only table or database owner can {what} it')
    return said, mine


def _all(database: Database) -> list[Found]:
    rows = database.execute(
        "SELECT n.name, t.name, t.oid FROM made.relations AS t "
        "JOIN made.spaces AS n ON n.oid = t.space WHERE t.kind = 'r' "
        'UNION ALL SELECT "schema", "table", NULL FROM raw.svv_table_info'
    )
    return [Found(*row) for row in rows]


def _find(database: Database, written: str) -> Found:
    parts = [_folded(part) for part in re.findall(_PART, written)]
    schema, name = parts if len(parts) == 2 else ("public", parts[0])
    for table in _all(database):
        if (table.schema, table.name) == (schema, name):
            return table
    raise SqlError("42P01", f'relation "{written}" does not exist')


def _folded(part: str) -> str:
    """The name that an identifier stands for."""
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
