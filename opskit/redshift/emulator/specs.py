"""What single values of a scenario's statements come to."""

from typing import Any

from opskit.redshift.emulator.fill_queues import AUTOMATIC, MANUAL
from opskit.redshift.emulator.moments import microseconds
from opskit.redshift.emulator.numbers import Names
from opskit.redshift.emulator.work import Load, Query

_MB = 1_048_576


def of_query(query: Query) -> dict[str, Any]:
    return {
        "plan_us": microseconds(query.planning),
        "compile_us": microseconds(query.compile),
        "lock_us": microseconds(query.lock_wait),
        "fails": query.fails,
        "running": query.running,
        "status": query.status,
        "error": query.error,
        "result_rows": query.rows,
        "result_bytes": round(query.result_mb * _MB),
        "spill_mb": query.spill_mb,
        "scaling": query.concurrency_scaling,
        "rule": query.rule,
    }


def kind_of(text: str) -> str:
    """The word of sys_query_history for what a statement is."""
    words = text.split(None, 1)
    word = words[0].upper() if words else ""
    if word in ("SELECT", "INSERT", "UPDATE", "DELETE", "COPY", "UNLOAD"):
        return word
    if word == "WITH":
        return "SELECT"
    return "DDL" if word in ("CREATE", "ALTER", "DROP", "TRUNCATE") else "UTILITY"


def queue_of(names: Names, queue: str | None) -> int | None:
    """The service class: manual queues from 6 on, automatic ones from 100 on; none on serverless.

    Without queues there is one automatic queue, as on a new cluster.
    """
    if names.scenario.engine == "serverless":
        return None
    if not names.scenario.queues:
        return AUTOMATIC
    number, found = next(
        (n, q) for n, q in enumerate(names.scenario.queues) if queue is None or q.name == queue
    )
    return (AUTOMATIC if found.slots is None else MANUAL) + number


def copy_text(load: Load) -> str:
    """The COPY as somebody would write it."""
    table = load.table
    shape = {
        "csv": "FORMAT AS CSV",
        "text": "DELIMITER '|'",
        "json": "FORMAT AS JSON 'auto'",
        "avro": "FORMAT AS AVRO 'auto'",
        "orc": "FORMAT AS ORC",
        "parquet": "FORMAT AS PARQUET",
    }[load.format]
    packed = f" {load.compression.upper()}" if load.compression else ""
    return f"COPY {table} FROM '{load.prefix}' IAM_ROLE default {shape}{packed}"
