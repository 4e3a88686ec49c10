"""RSH029: what Redshift Advisor recommends."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.redshift.rules.test_tables import table
from tests.redshift.rules.views import findings

KEY = 'ALTER TABLE "sales"."orders" ALTER DISTSTYLE KEY DISTKEY "customer"'
ALTER = 'ALTER TABLE "sales"."orders" ALTER'
SORT = 'ALTER TABLE "sales"."orders" ALTER COMPOUND SORTKEY ("ordered_at")'


def advice(ddl: str, group: int = -1, **changes: Any) -> dict[str, list[dict[str, Any]]]:
    row = {
        "type": "diststyle",
        "database": "dev",
        "table_id": 100,
        "group_id": group,
        "ddl": ddl,
        "auto_eligible": "f",
    }
    return table(**changes) | {"svv_alter_table_recommendations": [row]}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_advisors_own_statement_is_the_fix(engine: Any) -> None:
    [found] = findings("RSH029", advice(KEY, 2), engine=engine)
    assert found.severity is Severity.INFO
    assert found.fix == f"{KEY};"
    assert found.object == '"sales"."orders"'
    assert "group 2, run them all" in found.observed
    assert found.data["undo"] == (
        'ALTER TABLE "sales"."orders" ALTER DISTSTYLE KEY DISTKEY "order_id";'
    )


@pytest.mark.parametrize(
    ("sortkey1", "undo"),
    [
        (None, 'ALTER TABLE "sales"."orders" ALTER SORTKEY NONE;'),
        ("AUTO(SORTKEY)", f"{ALTER} SORTKEY NONE; {ALTER} SORTKEY AUTO;"),
        ("AUTO(SORTKEY(id))", f'{ALTER} COMPOUND SORTKEY ("id"); {ALTER} SORTKEY AUTO;'),
        ("id", f'{ALTER} COMPOUND SORTKEY ("id");'),
        (
            "INTERLEAVED",
            "-- no ALTER makes the key interleaved again: copy the rows into a new table",
        ),
    ],
)
def test_a_sort_key_is_undone_as_far_as_it_is_known(sortkey1: str | None, undo: str) -> None:
    [found] = findings("RSH029", advice(SORT, sortkey1=sortkey1))
    assert found.data["undo"] == undo
    [found] = findings("RSH029", advice(SORT, sortkey1="id", sortkey_num=2))
    assert found.data["undo"] == '-- the old sort key: note what SHOW TABLE "sales"."orders" says'


@pytest.mark.parametrize(
    ("diststyle", "undo"),
    [
        ("AUTO(EVEN)", f"{ALTER} DISTSTYLE EVEN; {ALTER} DISTSTYLE AUTO;"),
        ("AUTO(KEY(id))", f'{ALTER} DISTSTYLE KEY DISTKEY "id"; {ALTER} DISTSTYLE AUTO;'),
        ("ALL", f"{ALTER} DISTSTYLE ALL;"),
        (None, ""),
    ],
)
def test_a_distribution_is_stated_before_it_is_automatic_again(
    diststyle: str | None, undo: str
) -> None:
    [found] = findings("RSH029", advice(KEY, diststyle=diststyle))
    assert found.data["undo"] == undo


def test_a_table_that_is_empty_has_its_number() -> None:
    [found] = findings("RSH029", advice(KEY, table_id=7))
    assert found.object == "100"
    assert found.fix == f"{KEY};"


def test_a_statement_that_was_cut_is_not_run() -> None:
    [found] = findings("RSH029", advice(KEY + "x" * 1024))
    assert found.data["sql"] == []
    assert "console" in found.fix
    assert not findings("RSH029", advice(""))
