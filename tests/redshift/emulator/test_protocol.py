"""The protocol, as the real driver and psql speak it."""

import socket
import struct
import threading
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from typing import Any

import pytest
import redshift_connector

from tests.redshift.emulator.servers import NOW, ask, driver, psql, refused, serving

VALUES: list[tuple[str, Any]] = [
    ("1::smallint", 1),
    ("-7", -7),
    ("9000000000::bigint", 9_000_000_000),
    ("1.25::real", 1.25),
    ("2.5::double precision", 2.5),
    ("12.34::numeric(10,2)", Decimal("12.34")),
    ("-0.01::numeric(38,10)", Decimal("-0.0100000000")),
    ("TRUE", True),
    ("'é''x'", "é'x"),
    ("''", ""),
    ("NULL", None),
    ("'2026-02-28'::date", date(2026, 2, 28)),
    ("'1999-12-31'::date", date(1999, 12, 31)),
    ("'2026-02-28 01:02:03.000004'::timestamp", datetime(2026, 2, 28, 1, 2, 3, 4)),
    ("'1997-01-01 00:00:00'::timestamp", datetime(1997, 1, 1)),
    (
        "'2026-02-28 01:02:03+00'::timestamptz",
        datetime(2026, 2, 28, 1, 2, 3, tzinfo=UTC),
    ),
    ("'04:05:06'::time", clock(4, 5, 6)),
    ("INTERVAL '1 day 2 hours'", timedelta(days=1, hours=2)),
]


@pytest.mark.parametrize("protocol", [0, 1, 2])
@pytest.mark.parametrize(("sql", "value"), VALUES)
def test_values_come_back_as_they_are(sql: str, value: Any, protocol: int, server: Any) -> None:
    with driver(server, client_protocol_version=protocol) as connection:
        [[found]] = ask(connection, f"SELECT {sql} AS it")
    assert found == value
    assert type(found) is type(value)


@pytest.fixture(scope="module")
def server() -> Any:
    text = "groups: [g]\ntables: [{name: s.t, primary_key: [b, a], columns: [{name: a, type: int}, "
    with serving(text + "{name: b, type: int}]}]\n") as found:
        yield found


@pytest.mark.parametrize("protocol", [0, 2])
def test_arrays_of_the_catalog(server: Any, protocol: int) -> None:
    with driver(server, client_protocol_version=protocol) as connection:
        assert ask(connection, "SELECT conkey, confkey FROM pg_constraint") == [[[2, 1], None]]
        assert ask(connection, "SELECT grolist AS members FROM pg_group") == [[[]]]


@pytest.mark.parametrize("value", [5, -(2**40), 2.5, "it's \\ é", None, True, Decimal("1.50")])
def test_parameters(server: Any, value: Any) -> None:
    with driver(server) as connection:
        [[found]] = ask(connection, "SELECT %s AS it", [value])
        assert found == (str(value) if value is None and found else value)
        asked = "SELECT COUNT(*) FROM pg_namespace WHERE oid > %s AND nspname <> %s"
        assert ask(connection, asked, [0, "s"]) == [[4]]
        assert ask(connection, asked, [11, "x"]) == [[4]]


def test_times_as_parameters(server: Any) -> None:
    moment = datetime(2026, 11, 20, 4, 0, 0, 5)
    with driver(server) as connection:
        asked = "SELECT GETDATE() < %s, %s::date"
        assert ask(connection, asked, [moment, date(2026, 1, 2)]) == [[True, date(2026, 1, 2)]]


def test_names_of_columns_are_redshifts(server: Any) -> None:
    with driver(server) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT COUNT(*), 1, oid, MAX(oid) AS m, nspname::varchar(3), GETDATE() "
            "FROM pg_namespace GROUP BY oid, nspname"
        )
        names = [column[0] for column in cursor.description]
    assert names == ["count", "?column?", "oid", "m", "nspname", "getdate"]


def test_who_and_what_it_is(server: Any) -> None:
    with driver(server) as connection:
        asked = "SELECT current_user, session_user, version(), current_database(), pg_backend_pid()"
        [[user, session, version, database, pid]] = ask(connection, asked)
        assert (user, session, database) == ("ops", "ops", "dev")
        assert version.startswith("PostgreSQL 8.0.2 on ")
        assert "Redshift 1.0." in version
        assert pid > 0
        assert ask(connection, "SHOW server_version") == [["8.0.2"]]


@pytest.mark.parametrize(
    ("sql", "state", "words"),
    [
        ("SELECT nope FROM pg_class", "42703", 'column "nope" does not exist'),
        ("SELECT c.nope FROM pg_class AS c", "42703", "column c.nope does not exist"),
        ("SELECT * FROM nowhere", "42P01", 'relation "nowhere" does not exist'),
        ("SELECT * FROM a.b", "42P01", 'relation "a.b" does not exist'),
        ("SELECT nope(1)", "42883", "function nope"),
        ("SELECT FROM WHERE", "42601", "syntax error"),
        ("SELEC 1", "42601", 'syntax error at or near "SELEC"'),
        ("SELECT 1/0", "22012", "Divide by zero"),
        ("SELECT 'x'::int", "22P02", "x"),
        ("SELECT COUNT(*), oid FROM pg_class", "42803", "GROUP BY"),
        ("SELECT * FROM s.t", "0A000", "no rows to read"),
        ("SELECT * FROM read_csv('/etc/passwd')", "0A000", "FROM"),
        ("SELECT * FROM made.users", "42P01", "does not exist"),
        ("SELECT * FROM raw.stl_query", "42P01", "does not exist"),
        ("SELECT 1; SELECT 2", "42601", "multiple commands"),
        ("SELECT $1", "42P02", "there is no parameter $1"),
        ("WITH a AS (SELECT 1) INSERT INTO pg_class SELECT * FROM a", "0A000", "keeps no tables"),
        ("SELECT 1 AS a INTO b", "0A000", "keeps no tables"),
        ("SET nope = 1", "42704", "unrecognized"),
        ("SET statement_timeout = 'soon'", "22023", "statement_timeout"),
        ("SHOW nope", "42704", "unrecognized"),
        ("ALTER TABLE s.nope ADD COLUMN x INT", "42P01", "s.nope"),
    ],
)
def test_refusals_have_their_sqlstate(server: Any, sql: str, state: str, words: str) -> None:
    with driver(server) as connection:
        found = refused(connection, sql)
        assert found[0] == state
        assert words in found[1]
        assert ask(connection, "SELECT 1") == [[1]]


def test_nothing_outside_can_be_read(server: Any) -> None:
    with driver(server) as connection:
        for sql in (
            "SELECT content FROM '/etc/passwd'",
            "SELECT getenv('HOME')",
            "COPY s.t FROM '/etc/passwd'",
        ):
            try:
                rows = ask(connection, sql)
            except redshift_connector.error.ProgrammingError:
                continue
            assert "root" not in str(rows)


def test_a_prepared_statement_runs_again(server: Any) -> None:
    with driver(server) as connection:
        for number in (1, 2, 3):
            assert ask(connection, "SELECT %s + 1", [number]) == [[number + 1]]


def test_a_large_result_arrives_whole() -> None:
    text = "queries: [{text: 'select {n}', user: etl, count: 30000, since: -2h, until: -1m}]\n"
    with serving(text) as server, driver(server) as connection:
        rows = ask(connection, "SELECT query, querytxt FROM stl_query ORDER BY query")
    assert len(rows) == 30_000
    assert rows[-1][1] == "select 30000"


def test_many_connections_one_after_the_other() -> None:
    with serving() as server:
        for _ in range(200):
            with driver(server) as connection:
                assert ask(connection, "SELECT 1") == [[1]]
        deadline = time.monotonic() + 10
        while server.pids() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not server.pids()


def test_sessions_at_a_time() -> None:
    found: list[int] = []

    def work() -> None:
        with driver(server) as connection:
            [[count]] = ask(connection, "SELECT COUNT(*) FROM stl_query")
            found.append(count)

    with serving("queries: [{text: select 1, user: etl, count: 500, until: -1m}]\n") as server:
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert found == [500] * 16


# psql and the simple protocol


def test_psql(server: Any) -> None:
    done = psql(
        server, "SELECT 1, 'é', NULL, TRUE; SELECT COUNT(*) FROM pg_namespace", "\\conninfo"
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["1|é||t", "5"]
    assert 'as user "ops"' in lines[2]


def test_psql_is_told_of_errors_and_notices(server: Any) -> None:
    done = psql(server, "SELECT nope", "GRANT SELECT ON s.t TO ana", "", "SELECT 2")
    assert 'ERROR:  column "nope" does not exist' in done.stderr
    assert "NOTICE:  GRANT: the emulator has changed nothing" in done.stderr
    assert done.stdout.splitlines() == ["GRANT", "2"]


def test_text_of_every_type(server: Any) -> None:
    sql = "SELECT " + ", ".join(f"{each}" for each, _ in VALUES)
    [line] = psql(server, sql).stdout.splitlines()
    assert line.split("|") == [
        *("1", "-7", "9000000000", "1.25", "2.5", "12.34", "-0.0100000000", "t", "é'x", "", ""),
        *("2026-02-28", "1999-12-31", "2026-02-28 01:02:03.000004", "1997-01-01 00:00:00"),
        *("2026-02-28 01:02:03+00", "04:05:06", "1 day 02:00:00"),
    ]


# Logging in

PASSWORDS = "users: {ops: {superuser: true, password: 'geheim é'}, ana: {}}\n"


def test_the_right_password_is_taken() -> None:
    with serving(head=NOW + PASSWORDS) as server:
        with driver(server, password="geheim é") as connection:
            assert ask(connection, "SELECT 1") == [[1]]
        assert psql(server, "SELECT 1", password="geheim é").stdout == "1\n"
        with driver(server, user="ana", password="anything") as connection:
            assert ask(connection, "SELECT 1") == [[1]]


@pytest.mark.parametrize(("user", "password"), [("ops", "wrong"), ("ops", ""), ("nobody", "x")])
def test_a_wrong_password_is_refused(user: str, password: str) -> None:
    with serving(head=NOW + PASSWORDS) as server:
        done = psql(server, "SELECT 1", user=user, password=password or "empty")
        assert done.returncode == 2
        assert f'FATAL:  password authentication failed for user "{user}"' in done.stderr
        with (
            pytest.raises(redshift_connector.error.Error) as error,
            driver(server, user=user, password=password or "empty"),
        ):
            pass
        assert error.value.args[0]["C"] == "28000"


def test_another_database_is_not_there(server: Any) -> None:
    with pytest.raises(redshift_connector.error.Error, match='database "other" does not exist'):
        redshift_connector.connect(
            host=server.host,
            port=server.port,
            user="ops",
            password="x",
            database="other",
            ssl=False,
        )


# What is no protocol


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        struct.pack("!ii", 8, 196608 + 65536),
        struct.pack("!i", 2**31 - 1) + b"x" * 100,
        struct.pack("!i", 0),
        struct.pack("!ii", 8, 80877103)[:5],
        b"",
    ],
)
def test_garbage_ends_the_connection_and_not_the_server(server: Any, data: bytes) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    with driver(server) as connection:
        assert ask(connection, "SELECT 1") == [[1]]


def test_garbage_after_the_login_ends_the_session(server: Any) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as client:
        body = struct.pack("!i", 196608) + b"user\0ops\0database\0dev\0\0"
        client.sendall(struct.pack("!i", len(body) + 4) + body)
        seen = b""
        while not seen.endswith(b"Z\0\0\0\5I"):
            seen += client.recv(4096)
        client.sendall(b"!" + struct.pack("!i", 4))
        answer = b""
        while part := client.recv(4096):
            answer += part
    assert b"FATAL" in answer
    assert b"08P01" in answer
