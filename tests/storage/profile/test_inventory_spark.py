"""The one SQL in two engines: DuckDB and Spark give the same profile of the same inventory, which
is that of a naive count (`test_inventory.py` compares DuckDB's with it).

One session for all: it takes longer to start than a query. Spark here has no file system for S3.
"""

import gzip
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from opskit.errors import InputError, UnknownError
from opskit.storage.profile import spark_engine
from opskit.storage.profile.inventory import read
from tests.storage.profile.inventories import Format, cells, objects, write

LISTED = objects(1500)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        missing = "pyspark is not installed"
    else:
        missing = "" if which("java") else "java is not installed"
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    made = SparkSession.builder.master("local[1]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        # not the one of inventories: what is read is not to depend on it
        "spark.sql.session.timeZone": "Asia/Tokyo",
        # short queries: compiling them takes longer than they run
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.log.level": "OFF",
    }.items():
        made = made.config(name, value)
    session = made.getOrCreate()
    yield session
    session.stop()


@pytest.mark.parametrize("kind", ["CSV", "ORC", "Parquet"])
def test_spark_and_duckdb_give_the_same_profile(spark: Any, tmp_path: Path, kind: Format) -> None:
    made = write(tmp_path / "a [x]*", LISTED, kind)
    found = read(str(made.manifest), engine="spark")
    assert found == read(str(made.manifest), engine="duckdb")
    assert found.stored == cells(LISTED)
    assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"


def test_few_fields_give_the_same_profile(spark: Any, tmp_path: Path) -> None:
    listed = [replace(each, size=each.size or 0, marker=False) for each in LISTED[:200]]
    made = write(tmp_path, listed, "CSV", fields=["Bucket", "Key", "Size"])
    found = read(str(made.manifest), engine="spark")
    assert found == read(str(made.manifest), engine="duckdb")


@pytest.mark.parametrize(
    "text", ['"lake","a","5x"\n', '"lake","a"\n', '"lake","a","5","6"\n', '"lake","a","-5"\n']
)
def test_damage_is_bad_input_for_both(spark: Any, tmp_path: Path, text: str) -> None:
    made = write(tmp_path, LISTED[:20], "CSV", fields=["Bucket", "Key", "Size"])
    made.files[1].write_bytes(gzip.compress(('"lake","a","5"\n' * 9 + text).encode()))
    made.accept()
    for engine in ("spark", "duckdb"):
        with pytest.raises(InputError):
            read(str(made.manifest), engine=engine)


def test_truncated_files_are_bad_input(spark: Any, tmp_path: Path) -> None:
    for kind in ("CSV", "Parquet"):
        made = write(tmp_path / kind, LISTED, kind)
        made.files[1].write_bytes(made.files[1].read_bytes()[:-9])
        made.accept()
        with pytest.raises(InputError) as refused:
            read(str(made.manifest), engine="spark")
        assert made.files[1].name in refused.value.where


def test_a_spark_without_a_file_system_for_s3_says_so(spark: Any) -> None:
    with pytest.raises(UnknownError, match="no file system for S3") as refused:
        spark_engine._in_s3(spark, ["s3://b/k"])
    assert "hadoop-aws" in refused.value.hint
