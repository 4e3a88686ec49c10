"""Warehouses with made-up rows in all views, at one time and at a later one."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from opskit.redshift import duck
from opskit.redshift.catalog import Engine, View, views
from opskit.redshift.history import selection

NOW = datetime(2026, 11, 20, 4, 0, 0)
Rows = dict[str, list[dict[str, Any]]]
_WORDS = ["", "a", "b", "Y", "t", "copy a from 's3://b/c'", "insert into t values ('x')"]
_WORDS += ["select 'é \\ \" \n'", "Seq Scan (tables with missing statistics: a)", "GET", "Undone"]
_STATED = {
    "http_method": ["GET"],
    "service_class": [6, 7, 100],
    "segment": [-1, 0, 1],
    "step_type": [-1, 3],
    "type": [2, 3],
    "userid": [1, 100, 101],
    "user_id": [1, 100, 101],
    "node": [-1, 0],
}


#: What is there once in a state: numbers of tables, users, schemas.
_NUMBERS = ("attnum", "usesysid", "stv_wlm_service_class_configservice_class")


class Made:
    """Rows for an engine as they are at `now`; `later` goes on from them."""

    def __init__(self, engine: Engine, seed: int, names: Iterable[str], count: int = 12) -> None:
        self.engine = engine
        self.now = NOW
        self._dice = random.Random(seed)
        self._count = count
        self._numbers = Counter[str]()
        self.rows: Rows = {view: [] for view in names}
        for view in self.rows:
            self._add(view, NOW - timedelta(days=2), count)

    def source(self) -> duck.DuckSource:
        return duck.memory(self.engine, self.now, self.rows)

    def later(self, hours: float) -> None:
        """New rows in logs, the end of what was running, other rows in states."""
        before, self.now = self.now, self.now + timedelta(hours=hours)
        for view, rows in self.rows.items():
            definition = views()[view]
            end = selection.end_of(definition)
            if definition.kind == "state":
                self.rows[view] = [row for row in rows if self._dice.random() < 0.7]
            elif end:
                for row in rows:
                    if row[end] is None and self._dice.random() < 0.6:
                        row[end] = self._between(before, self.now)
            self._add(view, before, self._count // 2)

    def _add(self, view: str, since: datetime, count: int) -> None:
        definition = views()[view]
        for _ in range(count):
            row = {c: self._value(view, c, kind, since) for c, kind in definition.columns.items()}
            if definition.kind == "log":
                self._date(row, definition, since)
            self.rows[view].append(row)
            if self._dice.random() < 0.1:
                self.rows[view].append(dict(row))  # a key, and a row, that is there twice

    def _date(self, row: dict[str, Any], definition: View, since: datetime) -> None:
        """A log's row began since then, and ended after it began or goes on."""
        start, end = definition.time, selection.end_of(definition)
        if start is None:
            return
        began = self._between(since, self.now)
        if definition.columns[start] == "bigint":
            row[start] = int((began - datetime(2000, 1, 1)).total_seconds()) * 1_000_000
        else:
            row[start] = began
        if end and end != start:
            on = self._dice.random() < 0.3
            row[end] = None if on else self._between(began, self.now)

    def _between(self, first: datetime, last: datetime) -> datetime:
        whole = int((last - first).total_seconds())
        return first + timedelta(seconds=self._dice.randint(0, max(whole, 0)))

    def _value(self, view: str, column: str, kind: str | None, since: datetime) -> Any:
        if kind == "oid" or column in _NUMBERS or view + column in _NUMBERS:
            self._numbers[view + column] += 1
            return self._numbers[view + column]
        if self._dice.random() < 0.1:
            return None
        if column in _STATED:
            return self._dice.choice(_STATED[column])
        match duck.column_type(kind).split("(")[0]:
            case "boolean":
                return self._dice.random() < 0.5
            case "smallint" | "integer" | "bigint":
                return self._dice.randint(1, 9)
            case "numeric" | "real" | "double precision":
                return self._dice.randint(0, 400) / 4
            case "timestamp" | "timestamptz":
                return self._between(since, self.now)
            case "date":
                return since.date()
        return self._dice.choice(_WORDS)
