"""What opskit proposes can be rehearsed: the next look finds it done."""

from typing import Any

import pytest

from tests.redshift.emulator.servers import ask, driver, psql, refused, serving

TABLES = """
tables:
  - {name: s.big, owner: etl, rows: 800, deleted: 200, size_mb: 1000, unsorted: 40, stats_off: 30,
     sortkey: [a], sort_benefit: 12, interleaved: true, interleaved_skew: 2.5,
     columns: [{name: a, type: int}]}
  - {name: s.tidy, rows: 990, deleted: 10, size_mb: 100, unsorted: 4, sortkey: [a],
     columns: [{name: a, type: int}]}
views:
  svv_table_info: [{schema: r, table: raw, table_id: 1, size: 5, unsorted: 50, stats_off: 60,
    tbl_rows: 10, estimated_visible_rows: 5}]
"""
INFO = (
    "SELECT unsorted, tbl_rows - estimated_visible_rows, size, stats_off FROM svv_table_info "
    "WHERE \"schema\" || '.' || \"table\" = '{}'"
)


def state(connection: Any, table: str) -> list[float]:
    [row] = ask(connection, INFO.format(table))
    return [float(value) for value in row]


@pytest.mark.parametrize(
    ("sql", "after"),
    [
        ("VACUUM", [0, 0, 800, 30]),
        ("VACUUM FULL s.big", [0, 0, 800, 30]),
        ("vacuum sort only s.big", [0, 200, 1000, 30]),
        ('VACUUM DELETE ONLY "s"."big"', [40, 0, 800, 30]),
        ("VACUUM SORT ONLY s.big TO 50 PERCENT", [40, 200, 1000, 30]),
        ("VACUUM s.big TO 100 PERCENT BOOST", [0, 0, 800, 30]),
        ("VACUUM RECLUSTER s.big", [0, 200, 1000, 30]),
        ("ANALYZE s.big", [40, 200, 1000, 0]),
        ("ANALYZE s.big (a)", [40, 200, 1000, 0]),
        ("analyze", [40, 200, 1000, 0]),
        ("ANALYZE s.tidy", [40, 200, 1000, 30]),
        ("VACUUM s.tidy", [40, 200, 1000, 30]),
    ],
)
def test_vacuum_and_analyze(sql: str, after: list[float]) -> None:
    with serving(TABLES) as server, driver(server) as connection:
        assert state(connection, "s.big") == [40, 200, 1000, 30]
        ask(connection, sql)
        assert state(connection, "s.big") == after
        [[rows, blocks]] = ask(
            connection,
            "SELECT (SELECT SUM(rows) FROM stv_tbl_perm AS p JOIN pg_class c ON c.oid = p.id "
            "WHERE relname = 'big'), (SELECT COUNT(*) FROM stv_blocklist AS b JOIN pg_class c "
            "ON c.oid = b.tbl WHERE relname = 'big')",
        )
        assert [rows - 800, blocks] == after[1:3]


def test_nothing_is_done_to_a_table_that_is_tidy_enough() -> None:
    with serving(TABLES) as server, driver(server) as connection:
        ask(connection, "VACUUM s.tidy")
        assert state(connection, "s.tidy") == [4, 10, 100, 0]
        ask(connection, "VACUUM s.tidy TO 100 PERCENT")
        assert state(connection, "s.tidy") == [0, 0, 99, 0]


def test_reindex() -> None:
    with serving(TABLES) as server, driver(server) as connection:
        ask(connection, "VACUUM REINDEX s.big")
        [[skew, when]] = ask(
            connection, "SELECT interleaved_skew, last_reindex FROM svv_interleaved_columns"
        )
        assert skew == 1
        assert str(when) == "2026-11-20 04:00:00"


def test_rows_that_are_written_out_are_mended_too() -> None:
    with serving(TABLES) as server, driver(server) as connection:
        ask(connection, "VACUUM r.raw")
        ask(connection, "ANALYZE r.raw")
        assert state(connection, "r.raw") == [0, 0, 5, 0]


def test_an_analyze_is_logged() -> None:
    with serving(TABLES) as server, driver(server) as connection:
        ask(connection, "ANALYZE s.big")
        [[name, ended]] = ask(connection, "SELECT table_name, endtime FROM stl_analyze")
        assert name == "big"
        assert str(ended) == "2026-11-20 04:00:05"


def test_only_owners_mend() -> None:
    with serving(TABLES) as server:
        done = psql(server, "VACUUM s.big", "ANALYZE s.big", user="ana")
        assert done.stdout.splitlines() == ["VACUUM", "ANALYZE"]
        assert 'skipping "big" --- only table or database owner can vacuum it' in done.stderr
        assert psql(server, "VACUUM s.big", user="etl").stderr == ""
        with driver(server) as connection:
            assert state(connection, "s.big") == [0, 0, 800, 30]


@pytest.mark.parametrize(
    "sql", ["VACUUM s.nope", "ANALYZE nope", "DROP TABLE s.nope", "TRUNCATE s.nope"]
)
def test_what_is_not_there_is_refused(sql: str) -> None:
    with serving(TABLES) as server, driver(server) as connection:
        assert refused(connection, sql)[0] == "42P01"


@pytest.mark.parametrize(
    ("sql", "tag"),
    [
        ('ALTER TABLE "s"."big" ALTER DISTSTYLE AUTO', "ALTER TABLE"),
        ("GRANT SELECT ON s.big TO ana", "GRANT"),
        ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "REVOKE"),
        ("DROP TABLE s.big", "DROP TABLE"),
        ("UNLOAD ('SELECT 1') TO 's3://b/p' IAM_ROLE default PARQUET", "UNLOAD"),
        ("INSERT INTO s.big VALUES (1)", "INSERT 0 0"),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW"),
        ("REFRESH MATERIALIZED VIEW v", "REFRESH"),
    ],
)
def test_the_rest_is_accepted_and_changes_nothing(sql: str, tag: str) -> None:
    with serving(TABLES) as server:
        done = psql(server, sql, "SELECT COUNT(*) FROM svv_table_info")
    assert done.stdout.splitlines() == [tag, "3"]
    assert "the emulator has changed nothing" in done.stderr
