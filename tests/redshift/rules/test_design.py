"""RSH023, RSH024, RSH027 and RSH028: rules on how tables are distributed and sorted."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.redshift.rules.test_tables import TABLE, table
from tests.redshift.rules.views import ago, findings


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
@pytest.mark.parametrize(
    ("diststyle", "undo"),
    [
        ('KEY(or"der)', 'ALTER TABLE "sales"."orders" ALTER DISTSTYLE KEY DISTKEY "or""der";'),
        ("KEY(f(x))", 'ALTER TABLE "sales"."orders" ALTER DISTSTYLE KEY DISTKEY "f(x)";'),
        (
            "AUTO(KEY(order_id))",
            'ALTER TABLE "sales"."orders" ALTER DISTSTYLE KEY DISTKEY "order_id"; '
            'ALTER TABLE "sales"."orders" ALTER DISTSTYLE AUTO;',
        ),
    ],
)
def test_skew_is_undone_with_what_was_there(diststyle: str, undo: str, engine: Any) -> None:
    [found] = findings("RSH023", table(skew_rows=4, diststyle=diststyle), engine=engine)
    assert found.data["sql"] == ['ALTER TABLE "sales"."orders" ALTER DISTSTYLE EVEN;']
    assert found.data["undo"] == undo
    assert found.data["reversible"]


@pytest.mark.parametrize("diststyle", ["EVEN", "AUTO(EVEN)"])
def test_rows_that_are_even_by_name_only_are_moved_by_a_key(diststyle: str) -> None:
    [found] = findings("RSH023", table(skew_rows=9, diststyle=diststyle))
    assert found.fix.startswith('ALTER TABLE "sales"."orders" ALTER DISTKEY <column> distributes')
    assert "no ALTER" not in found.fix
    [found] = findings("RSH023", table(skew_rows=9, diststyle=diststyle, sortkey1="INTERLEAVED"))
    assert "forbids ALTER DISTSTYLE" in found.fix


def test_a_materialized_view_is_altered_by_its_own_name() -> None:
    rows = table(skew_rows=40, diststyle="KEY(id)", table="mv_tbl__daily__0")
    [found] = findings("RSH023", rows)
    assert found.data["sql"] == ['ALTER MATERIALIZED VIEW "sales"."daily" ALTER DISTSTYLE EVEN;']


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"diststyle": "EVEN"}, id="no key to take away"),
        pytest.param({"diststyle": None}, id="unknown"),
        pytest.param({"sortkey1": "INTERLEAVED"}, id="ALTER DISTSTYLE is refused"),
    ],
)
def test_skew_that_no_statement_mends_has_advice(changes: dict[str, Any]) -> None:
    [found] = findings("RSH023", table(skew_rows=9, **changes))
    assert found.data["sql"] == []
    assert "copy it" in found.fix


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"skew_rows": 3.99}, id="below the threshold"),
        pytest.param({"skew_rows": None}, id="unknown"),
        pytest.param({"skew_rows": 9, "diststyle": "ALL"}, id="all rows everywhere"),
        pytest.param({"skew_rows": 9, "diststyle": "AUTO(ALL)"}, id="automatic ALL"),
        pytest.param({"skew_rows": 9, "size": 10}, id="small"),
    ],
)
def test_skew_stays_quiet(changes: dict[str, Any]) -> None:
    assert not findings("RSH023", table(**changes))


def keys(*skews: float, **changes: Any) -> dict[str, list[dict[str, Any]]]:
    """A table of 10 GB with an interleaved key of so many columns."""
    columns = [
        {"tbl": 100, "col": n, "interleaved_skew": skew, "last_reindex": ago(days=30)}
        for n, skew in enumerate(skews)
    ]
    return table(sortkey1="INTERLEAVED", **changes) | {"svv_interleaved_columns": columns}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_an_interleaved_key_is_as_skewed_as_its_worst_column(engine: Any) -> None:
    [found] = findings("RSH024", keys(1.0, 3.65), engine=engine)
    assert found.data["sql"] == ['VACUUM REINDEX "sales"."orders";']
    assert found.observed == "skew 3.65, last VACUUM REINDEX: 2026-10-21"
    assert "ALTER SORTKEY AUTO" in found.fix


def test_interleaved_keys_stay_quiet() -> None:
    assert not findings("RSH024", keys(1.4))
    assert not findings("RSH024", keys(9.0, size=10))
    assert not findings("RSH024", keys(9.0, table_id=101))


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_large_table_on_every_node(engine: Any) -> None:
    rows = table(diststyle="ALL", tbl_rows=4_000_000, estimated_visible_rows=3_500_000)
    [found] = findings("RSH027", rows, engine=engine)
    assert found.data["sql"] == ['ALTER TABLE "sales"."orders" ALTER DISTSTYLE AUTO;']
    assert found.data["undo"] == 'ALTER TABLE "sales"."orders" ALTER DISTSTYLE ALL;'
    assert found.observed == "3,500,000 rows, 10.0 GB, distribution ALL"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"diststyle": "ALL", "tbl_rows": 3_000_000}, id="at the threshold"),
        pytest.param({"diststyle": "AUTO(ALL)", "tbl_rows": 9_000_000}, id="Redshift's choice"),
        pytest.param({"diststyle": "EVEN", "tbl_rows": 9_000_000}, id="another distribution"),
        pytest.param({"diststyle": "ALL", "tbl_rows": None}, id="unknown"),
        pytest.param({"diststyle": "ALL", "tbl_rows": 9_000_000, "size": 9}, id="small"),
    ],
)
def test_small_tables_may_be_on_every_node(changes: dict[str, Any]) -> None:
    changes.setdefault("estimated_visible_rows", changes["tbl_rows"])
    assert not findings("RSH027", table(**changes))


def test_rows_that_may_have_been_counted_by_node_are_no_excess() -> None:
    rows = table(diststyle="ALL", tbl_rows=8_000_000, estimated_visible_rows=2_000_000)
    assert not findings("RSH027", rows)


def test_a_large_table_without_a_sort_key() -> None:
    bare = TABLE | {"sortkey1": None, "sortkey_num": 0}
    [found] = findings("RSH028", {"svv_table_info": [bare]})
    assert found.severity is Severity.INFO
    assert found.data["sql"] == ['ALTER TABLE "sales"."orders" ALTER SORTKEY AUTO;']
    assert found.data["undo"] == 'ALTER TABLE "sales"."orders" ALTER SORTKEY NONE;'
    for changes in ({"sortkey1": "AUTO(SORTKEY)"}, {"size": 10_239}, {"sortkey_num": 1}):
        assert not findings("RSH028", {"svv_table_info": [bare | changes]})
