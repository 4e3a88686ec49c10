"""The lint of query files: our own are clean, and each rule fires where it should."""

from pathlib import Path

import pytest

from opskit import cli
from opskit.errors import InputError, UsageError
from opskit.findings import Severity
from opskit.redshift import queries, query_rules
from opskit.redshift.queries import Library

HEADER = """\
-- id: q
-- title: A question
-- engine: {engine}
-- views: [{views}]
-- privilege: none
-- columns: {{{columns}}}
-- reference: none
"""


def lint(
    sql: str, views: str = "stl_query", columns: str = "n: count", engine: str = "provisioned"
) -> list[str]:
    text = HEADER.format(views=views, columns=columns, engine=engine) + sql
    report = query_rules.lint([queries.parse(text.encode(), "q.sql")])
    return [
        f"{f.rule[-2:]}:{f.location.line}:{f.location.column}"
        for f in report.findings
        if f.location
    ]


def test_our_own_queries_are_clean() -> None:
    report = query_rules.lint(Library().all())
    assert not [f"{f.location}: {f.rule} {f.message}" for f in report.findings]
    assert report.checked >= 9


BOUND = "WHERE starttime >= :since"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (f"SELECT COUNT(*) AS n FROM stl_query {BOUND}", []),
        ("SELECT COUNT(* AS n", ["01:8:1"]),
        (f"SELECT COUNT(*) AS n FROM stl_query {BOUND}; SELECT 1", ["02:8:1"]),
        ("DELETE FROM stl_query", ["02:8:1", "05:8:1"]),
        ("VACUUM", ["02:8:1", "05:8:1"]),
        (f"SELECT pg_terminate_backend(pid) AS n FROM stl_query {BOUND}", ["02:8:1"]),
        (f"SELECT f_ours(pid) AS n FROM stl_query {BOUND}", ["02:8:1"]),
        (f"SELECT FORMAT_TYPE(pid, 1) AS n FROM stl_query {BOUND}", []),
        (f"SELECT query AS n FROM stl_query, read_csv('/etc/passwd') {BOUND}", ["02:8:1"]),
        (f"SELECT query AS n FROM stl_query, read_text('/x') {BOUND}", ["02:8:1"]),
        (f"SELECT COUNT(*) AS n INTO x FROM stl_query {BOUND}", ["02:8:1"]),
        (f"SELECT COUNT(*) AS n\nFROM stl_qury {BOUND}", ["05:8:1", "05:8:1", "03:9:6"]),
        (f"SELECT COUNT(querry) AS n FROM stl_query {BOUND}", ["04:8:14"]),
        (f"SELECT COUNT(q.querry) AS n FROM stl_query AS q {BOUND}", ["04:8:16"]),
        (f"SELECT COUNT(x.query) AS n FROM stl_query AS q {BOUND}", ["04:8:16"]),
        (f"WITH w AS (SELECT query AS m FROM stl_query {BOUND}) SELECT k AS n FROM w", ["04:8:79"]),
        (f"SELECT query AS n FROM stl_query {BOUND} ORDER BY n", []),
        ("SELECT COUNT(*) AS n FROM stl_query", ["07:8:27"]),
        ("SELECT COUNT(*) AS n FROM stl_query WHERE starttime = :since", ["07:8:27"]),
        (f"SELECT COUNT(*) AS m FROM stl_query {BOUND}", ["06:8:1"]),
        (f"SELECT LISTAGG(querytxt) AS n FROM stl_query {BOUND}", ["08:8:1"]),
        (f"SELECT COUNT(*) AS n FROM stl_query {BOUND} AND userid = :user", ["10:8:1"]),
    ],
)
def test_rules(sql: str, found: list[str]) -> None:
    assert lint(sql) == found


def test_correlated_subqueries_see_what_is_outside() -> None:
    inside = "SELECT 1 FROM stl_scan AS s WHERE s.query = q.{} AND s.starttime >= :since"
    sql = f"SELECT COUNT(*) AS n FROM stl_query AS q {BOUND} AND EXISTS ({inside})"
    assert lint(sql.format("query"), "stl_query, stl_scan") == []
    assert len(lint(sql.format("quary"), "stl_query, stl_scan")) == 1


def test_a_view_of_the_other_engine() -> None:
    sql = f"SELECT COUNT(*) AS n FROM stl_query {BOUND}"
    assert lint(sql, engine="any") == ["09:8:27"]
    assert lint(sql, engine="serverless") == ["09:8:27"]


def test_a_column_that_an_incomplete_catalog_lacks_is_not_known_to_be_wrong() -> None:
    text = (
        HEADER.format(views="pg_conf", columns="n: x", engine="any")
        + "SELECT nme AS n FROM pg_conf"
    )
    [found] = query_rules.lint([queries.parse(text.encode(), "q.sql")]).findings
    assert found.severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("SELECT 1", "q.sql:1"),
        ("-- id: q\n", "q.sql:1:4"),
        (HEADER.format(views="", columns="", engine="mars") + "SELECT 1", "q.sql:3:12"),
        (HEADER.format(views="", columns="", engine="any"), "q.sql:8"),
        ("-- id: [\nSELECT 1", "q.sql:1"),
    ],
)
def test_a_bad_header_has_its_place(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        queries.parse(text.encode(), "q.sql")
    assert error.value.where.startswith(where)


def test_the_users_own_queries_come_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = HEADER.format(views="svv_table_info", columns="n: rows", engine="any")
    own = own.replace("id: q", "id: mine")
    (tmp_path / "mine.sql").write_text(own + "SELECT COUNT(*) AS n FROM svv_table_info\n")
    library = Library([tmp_path])
    assert "mine" in library.names()
    assert library.find("mine", "serverless").file == str(tmp_path / "mine.sql")
    assert cli.run(["redshift", "queries", "lint", str(tmp_path)]) == 0
    (tmp_path / "mine.sql").write_text(own + "SELECT nope AS n FROM svv_table_info\n")
    assert cli.run(["redshift", "queries", "lint", str(tmp_path), "-o", "github"]) == 1
    assert f"file={tmp_path}" in (out := capsys.readouterr().out)
    assert "RSQ004" in out


def test_a_query_that_there_is_not() -> None:
    with pytest.raises(UsageError) as error:
        Library().find("table-inf", "provisioned")
    assert "did you mean table-info?" in error.value.hint
    with pytest.raises(InputError):
        Library([Path("no-such-folder")])


def test_a_folder_without_queries_is_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "q.sql").write_text("SELECT 1")
    for words in (["queries", "lint"], ["query", "--queries"]):
        assert cli.run(["redshift", *words, str(tmp_path)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert f"{tmp_path}: no query file in this folder" in err


def test_no_line_of_the_help_is_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.run(["redshift", "queries", "--help"]) == 0
    _, _, commands = capsys.readouterr().out.partition("Commands:")
    assert "lint" in commands
    assert "..." not in commands
