"""Texts of queries that became slower or faster."""

from datetime import datetime, timedelta

from opskit.output import Column, Table
from opskit.redact import masked
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.source import Row
from opskit.redshift.trend.span import DAY, SCHEMA, rounded, span
from opskit.redshift.trend.statistics import Change, Series, changes

#: Blocks are shorter where the time before the recent one is.
SHORT = timedelta(days=14)
QUARTER = timedelta(hours=6)
#: Texts that took less in the recent time are worth nobody's night; seconds.
FLOOR = 10.0

#: Runs that ended well, without the time in a queue; `hash` is that of the query top-queries.
RUNS = {
    "provisioned": """
        SELECT
          MD5(REGEXP_REPLACE(TRIM(q.querytxt), '''[^'']*''', '?', 'g')) AS hash,
          TRIM(q.querytxt) AS text,
          q.starttime AS started,
          DATE_DIFF('us', q.starttime, q.endtime) - COALESCE(w.queue_us, 0) AS us,
          q.query AS id
        FROM stl_query AS q
        LEFT JOIN (
          SELECT query, SUM(total_queue_time)::BIGINT AS queue_us
          FROM stl_wlm_query
          GROUP BY query
        ) AS w ON w.query = q.query
        WHERE q.userid > 1 AND COALESCE(q.aborted, 0) = 0""",
    "serverless": """
        SELECT
          COALESCE(NULLIF(TRIM(generic_query_hash), ''), MD5(TRIM(query_text))) AS hash,
          TRIM(query_text) AS text,
          start_time AS started,
          execution_time AS us,
          query_id AS id
        FROM sys_query_history
        WHERE user_id > 1 AND TRIM(status) = 'success' AND NOT COALESCE(result_cache_hit, FALSE)""",
}


def queries(source: CaptureSource, since: datetime, *, recent: timedelta = DAY) -> Table:
    """Texts that became slower or faster in the last day, by what that costs."""
    now = source.now()
    size = DAY if now - recent - since >= SHORT else QUARTER
    found = source.rows(_blocks(source.engine), [now, size, since, now, now - recent])
    lately = recent // size
    judged = changes({row["hash"]: _series(row, lately) for row in found})
    rows = [_told(row, judged[row["hash"]], lately) for row in found]
    moved = [row for row in rows if row["verdict"] in ("slower", "faster")]
    moved.sort(key=lambda row: (-row["extra_seconds"], row["hash"]))
    tested = sum(change.verdict != "too few" for change in judged.values())
    return Table(
        SCHEMA.format("query"),
        [
            Column("verdict"),
            Column("ratio"),
            Column("before_seconds", "before", unit="s"),
            Column("recent_seconds", "recent", unit="s"),
            Column("extra_seconds", "extra", unit="s"),
            Column("runs"),
            Column("z"),
            Column("hash"),
            Column("text"),
        ],
        moved,
        extra={
            **span(source, since),
            "recent_since": now - recent,
            "block_hours": size // timedelta(hours=1),
            "texts": len(rows),
            "tested": tested,
            "too_few": len(rows) - tested,
        },
    )


def _blocks(engine: str) -> str:
    """For each text the median of its runs in each block; block 0 is the last before now."""
    return f"""
        WITH runs AS ({RUNS[engine]}),
        blocks AS (
          SELECT
            hash,
            FLOOR(EPOCH_US(?::TIMESTAMP - started) / EPOCH_US(?::INTERVAL))::INTEGER AS block,
            COUNT(*) AS runs,
            MEDIAN(us) AS middle,
            SUM(us)::BIGINT AS us,
            MAX(id) AS last_id
          FROM runs
          WHERE started >= ?::TIMESTAMP AND started < ?::TIMESTAMP AND us > 0
          GROUP BY ALL
        )
        SELECT
          b.hash,
          LIST(block ORDER BY block) AS block,
          LIST(middle ORDER BY block) AS middle,
          LIST(runs ORDER BY block) AS runs,
          LIST(us ORDER BY block) AS us,
          MAX(last_id) AS last_id,
          ANY_VALUE(t.text) AS text
        FROM blocks AS b
        LEFT JOIN (
          SELECT hash, MIN(LEFT(text, 200)) AS text FROM runs WHERE started >= ?::TIMESTAMP
          GROUP BY hash
        ) AS t USING (hash)
        GROUP BY b.hash
        ORDER BY b.hash"""


def _series(row: Row, recent: int) -> Series:
    """The blocks before and the recent ones; none of these where they took next to nothing."""
    blocks = list(zip(row["block"], row["middle"], row["us"], strict=True))
    spent = sum(us for block, _, us in blocks if block < recent) / 1e6
    return Series(
        [middle for block, middle, _ in blocks if block >= recent],
        [middle for block, middle, _ in blocks if block < recent] if spent >= FLOOR else [],
    )


def _told(row: Row, change: Change, recent: int) -> Row:
    """A text as a row; `extra_seconds` is what its recent runs took beyond the usual."""
    lately = sum(n for block, n in zip(row["block"], row["runs"], strict=True) if block < recent)
    extra = ((change.recent or 0) - (change.before or 0)) * lately / 1e6
    return {
        "hash": row["hash"],
        "verdict": change.verdict,
        "ratio": rounded(change.ratio, 2),
        "before_seconds": _seconds(change.before),
        "deviation_seconds": _seconds(change.deviation),
        "recent_seconds": _seconds(change.recent),
        "z": rounded(change.z, 1),
        "p": change.p,
        "runs": sum(row["runs"]),
        "recent_runs": lately,
        "extra_seconds": round(extra, 3),
        "last_query_id": row["last_id"],
        "text": masked(row["text"] or ""),
    }


def _seconds(microseconds: float | None) -> float | None:
    return rounded(microseconds and microseconds / 1e6, 3)
