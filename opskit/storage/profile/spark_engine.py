"""Inventories grouped by Apache Spark, where pyspark is installed: on a cluster, or on all cores.

Files in S3 are read where they are, by the file system that the cluster has for it: `s3` on
Amazon EMR, `s3a` where Hadoop's is there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opskit.errors import InputError, OpskitError, UnknownError
from opskit.output.text import count
from opskit.storage.profile import sql
from opskit.storage.profile.groups import Groups
from opskit.storage.profile.manifest import Manifest
from opskit.storage.profile.parts import local

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_VIEW = "opskit_inventory"
_UTC = "spark.sql.session.timeZone"


def read(
    found: Manifest,
    groups: Groups,
    is_remote: bool,
    *,
    verify: bool | None,
    say: Callable[[str], None],
) -> tuple[dict[str, str], bool]:
    """Add the rows of the query to the groups; the `known` columns, and whether the checksums
    were compared. UnknownError where there is no Spark, InputError for damaged files.
    """
    compared = False
    if is_remote:
        names = [f"s3://{found.destination}/{each.key}" for each in found.files]
    else:
        parts, compared = local(found, verify=verify, say=say)
        names = [str(part.path.absolute()) for part in parts]
    with _session() as spark:
        paths = [_escaped(name) for name in (_in_s3(spark, names) if is_remote else names)]
        say(f"grouping the objects of {count(len(paths), 'file')} with Spark")
        try:
            rows, columns = _rows(spark, paths, found)
        except OpskitError:
            raise
        except Exception as error:  # py4j has its own, pyspark others
            raise _damage(error, found) from None
    groups.add(rows)
    if groups.sizeless:
        raise InputError(
            f"{groups.sizeless:,} objects have no size, or one below zero",
            where=found.name,
            hint="--engine duckdb names the file and the line",
        )
    return columns, compared


@contextmanager
def _session() -> "Iterator[SparkSession]":
    """The session that there is, or one of this machine; times are in UTC while it is used."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise UnknownError(
            "pyspark is not installed", hint="pip install pyspark (it needs Java), or use DuckDB"
        ) from None
    was_there = SparkSession.getActiveSession() is not None
    try:
        quiet = SparkSession.builder.config("spark.ui.showConsoleProgress", "false")
        session = quiet.appName("opskit storage profile").getOrCreate()
    except Exception as error:  # no Java, or the wrong one
        raise UnknownError(
            f"Spark does not start: {_first(error)}", hint="check that Java 17 or later is there"
        ) from None
    before = session.conf.get(_UTC)
    session.conf.set(_UTC, "UTC")
    try:
        yield session
    finally:
        if was_there and before is not None:
            session.conf.set(_UTC, before)
        elif not was_there:
            session.stop()


def _rows(
    spark: "SparkSession", paths: Sequence[str], found: Manifest
) -> tuple[list[Any], dict[str, str]]:
    if not paths:
        return [], sql.known(found.schema)
    frame = _frame(spark, paths, found)
    columns = sql.known(frame.columns)
    if "size" not in columns:
        raise InputError(
            "the inventory has no Size",
            where=found.name,
            hint="add Size to the optional fields of the inventory's configuration",
        )
    frame.createOrReplaceTempView(_VIEW)
    query = sql.grouped(found.created, sql.source(columns, _VIEW, "spark"), dialect="spark")
    return [tuple(row) for row in spark.sql(query).collect()], columns


def _frame(spark: "SparkSession", paths: Sequence[str], found: Manifest) -> "DataFrame":
    if found.format == "Parquet":
        return spark.read.parquet(*paths)
    if found.format == "ORC":
        return spark.read.orc(list(paths))
    types = {there: kind.replace("VARCHAR", "STRING") for kind, there in sql.COLUMNS.values()}
    fields = []
    for name in found.schema:
        column = name.replace("`", "``")
        fields.append(f"`{column}` {types.get(sql.plain(name), 'STRING')}")
    reader = spark.read.schema(", ".join(fields))
    # all columns are parsed: with those asked for only, rows of another length would pass
    options = {"mode": "FAILFAST", "escape": '"', "columnPruning": "false"}
    return reader.options(**options).csv(list(paths))


def _in_s3(spark: "SparkSession", names: Sequence[str]) -> Sequence[str]:
    """The names under the scheme that this Spark has a file system for."""
    jvm: Any = spark._jvm
    context: Any = spark.sparkContext
    hadoop = context._jsc.hadoopConfiguration()
    if hadoop.get("fs.s3.impl"):
        return names
    try:
        jvm.java.lang.Class.forName("org.apache.hadoop.fs.s3a.S3AFileSystem")
    except Exception:  # ClassNotFoundException, as py4j has it
        raise UnknownError(
            "this Spark has no file system for S3",
            where=names[0] if names else "Spark",
            hint="run it on EMR or with the package hadoop-aws, or use DuckDB, which downloads",
        ) from None
    return ["s3a" + name[len("s3") :] for name in names]


def _escaped(path: str) -> str:
    """Spark takes wildcards in paths for patterns, and a backslash makes them plain."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", path)


def _first(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]


_FILE = re.compile(r"(?:reading file|file:?) (?:path )?['\"]?((?:file|s3a?)://?/?[^\s'\",]+)")


def _damage(error: Exception, found: Manifest) -> OpskitError:
    text = str(error)
    where = _FILE.search(text)
    return InputError(
        f"Spark cannot read the inventory: {_first(error)}",
        where=where[1].rstrip(".") if where else found.name,
        hint="--engine duckdb says more precisely what is damaged",
    )
