"""`opskit redshift ddl`, as a shell sees it, from a capture."""

from pathlib import Path

import pytest

from opskit import cli
from opskit.redshift import capture, duck
from tests.redshift.rules.views import NOW
from tests.redshift.test_ddl import BASE, column


def taken(folder: Path, **rows: object) -> str:
    path = folder / "prod.duckdb"
    capture.take(duck.memory("provisioned", NOW, {**BASE, **rows}), path)  # type: ignore[arg-type]
    return str(path)


def run(*args: str) -> int:
    return cli.run(["redshift", "ddl", *args])


def test_a_table_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("Sales.items", "--no-owners", "--capture", taken(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert out == (
        'CREATE TABLE "sales"."items" (\n  "order_id" bigint ENCODE RAW\n)\nDISTSTYLE EVEN;\n'
        'ALTER TABLE "sales"."items" ADD CONSTRAINT "items_order" '
        'FOREIGN KEY ("order_id") REFERENCES "other"."orders" ("id");\n'
    )
    assert err == ""


def test_what_is_left_out_is_partial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [column(1001, 1, "order_id", attencodingtype=77), column(1002, 1, "id")]
    assert run("sales.items", "--capture", taken(tmp_path, pg_attribute=rows)) == 4
    out, err = capsys.readouterr()
    assert '"order_id" integer\n' in out
    assert 'warning: the encoding of "sales"."items"."order_id" is not known: 77' in err


def test_unknown_names_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sale", "--capture", taken(tmp_path)) == 2
    assert "did you mean sales?" in capsys.readouterr().err
