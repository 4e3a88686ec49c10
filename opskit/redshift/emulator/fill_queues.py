"""The queues of the workload manager, as rows of the tables of `made.sql`."""

from collections.abc import Sequence
from typing import Any

from opskit.redshift.emulator.scenario import Scenario

#: Manual queues are numbered from 6 on, automatic ones from 100 on (AWS, WLM query queue names).
MANUAL, AUTOMATIC = 6, 100


def rows(scenario: Scenario) -> dict[str, list[Sequence[Any]]]:
    """Queues, what sends queries there, and monitoring rules."""
    queues: list[Sequence[Any]] = []
    conditions: list[Sequence[Any]] = []
    rules: list[Sequence[Any]] = []
    if not scenario.queues:
        queues.append((100, "Default queue", None, None, 0, "off", "Normal"))
    for n, queue in enumerate(scenario.queues):
        automatic = queue.slots is None
        number = (AUTOMATIC if automatic else MANUAL) + n
        shape = (queue.slots, queue.memory_mb, queue.max_execution, queue.concurrency_scaling)
        row = (number, queue.name, *shape, queue.priority.capitalize())
        queues.append(row)
        conditions += [(number, f"(user group: {group})") for group in queue.user_groups]
        conditions += [(number, f"(query group: {label})") for label in queue.query_groups]
        rules += [(number, r.name, r.action, r.metric, r.above) for r in queue.rules]
    return {"queues": queues, "conditions": conditions, "rules": rules}
