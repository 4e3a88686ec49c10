"""RSH025 and RSH026: rules on the columns of tables."""

from typing import Any

import pytest

from tests.redshift.rules.test_tables import table
from tests.redshift.rules.views import findings


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_table_that_is_not_compressed(engine: Any) -> None:
    [found] = findings("RSH025", table(encoded="N"), engine=engine)
    assert found.data["sql"] == ['ALTER TABLE "sales"."orders" ALTER ENCODE AUTO;']
    assert found.data["undo"] == (
        'ALTER TABLE "sales"."orders" ALTER COLUMN <column> ENCODE RAW; only for columns whose '
        "encoding has changed, the others are refused"
    )


@pytest.mark.parametrize("encoded", ["Y", "Y, AUTO(ENCODE)", "N, AUTO(ENCODE)", None])
def test_compressed_tables_and_redshifts_own_choice(encoded: str | None) -> None:
    assert not findings("RSH025", table(encoded=encoded))


@pytest.mark.parametrize("changes", [{"sortkey1": "INTERLEAVED"}, {"table": "mv_tbl__daily__0"}])
def test_where_alter_is_refused_there_is_advice(changes: dict[str, Any]) -> None:
    [found] = findings("RSH025", table(encoded="N", **changes))
    assert found.data["sql"] == []
    assert "create it anew" in found.fix


def test_a_wide_text_column_is_looked_up_by_exact_name() -> None:
    [found] = findings("RSH026", table(max_varchar=65_535, table="o'rders"))
    assert found.observed == "VARCHAR(65535)"
    assert "table_schema = 'sales' AND table_name = 'o''rders'" in found.fix
    assert not findings("RSH026", table(max_varchar=10_000))
    assert not findings("RSH026", table(max_varchar=65_535, size=10))
