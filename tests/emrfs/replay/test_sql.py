"""The one SQL in three engines: DuckDB and Spark run it on the same hostile logs and give the same
groups, which are those that a naive reading in Python gives.

Of Athena it is proved that its text parses and holds none of DuckDB's own functions. Not proved
without Athena itself: that it accepts the text (a long one has many nested CASE), and that it runs
it alike. Spark stands for it in what is shared: Java's regular expressions and URL decoding,
strings compared by bytes, LIKE with an escape, no index behind the end of an array.
"""

import json
import os
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from shutil import which
from typing import Any

import pytest

from opskit.clients import duck
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.regions.atoms import Atom, Atoms, Mark
from opskit.emrfs.replay import athena, sql
from opskit.emrfs.replay.ranges import Ranges
from tests.emrfs.replay.logs import arn, encoded, event, record

KEYS: list[bytes] = [
    *(b"", b"a", b"data/part-0", b"data/", b"data0", b"data", b"-x", b"r" * 1024),
    *("data/dt=2026-01-01/é ü.csv".encode(), "日本/表".encode(), "🦆/🦆🦆".encode(), b"a b  c"),
    *(b'it\'s/"quoted"', b"100%/x", b"%25", b"%2525", b"a+b", b"+", b"back\\slash", b"tab\tnl\n"),
    *(b"nul\0nul", b"\0", "\ufffd/kept".encode(), "\ue000\uffff\U0010ffff".encode(), b"~!*_?[]{}"),
    *(b"x_y%z!", b"data/_tmp/1", b"data/_tmp/12", "é".encode() * 500, b"a/../b//c", b"\x7f\x01"),
]
#: No UTF-8: alone, overlong, surrogates, beyond Unicode, cut off, beside a U+FFFD that was written.
BROKEN = [b"\xff", b"a\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"data/\xc3", b"\xe2\x82x"]
BROKEN += ["\ufffd".encode() + b"\xff", b"\xc3" + "\ufffd".encode() + b"\xa9"]
BUCKETS = ("lake", "lake-2", "LAKE", "l.a.k.e", "other")
PEOPLE = [arn("r1"), arn("r2"), arn("base", "i-0123456789abcdef0"), arn("R+=,.@-_9")]
OTHERS = ["-", OWNER_ID := "79a59df900b9", arn("r1", "someone"), arn("base", "i-xyz"), arn("x", "")]
OBJECTS = ("REST.GET.OBJECT", "REST.PUT.OBJECT", "REST.COPY.OBJECT_GET", "BATCH.DELETE.OBJECT")
LISTS = ("REST.GET.BUCKET", "REST.GET.UPLOADS", "REST.GET.BUCKETVERSIONS", "REST.HEAD.BUCKET")
ANSWERS = [("200", "-"), ("404", "NoSuchKey"), ("403", "AccessDenied"), ("206", "-"), ("304", "-")]
TIMES = [datetime(2026, 11, 19, hour, 5, 7) for hour in (0, 3, 12, 23)]
SLOTS = [datetime(2026, 11, 19, 3, 5, 7), datetime(2026, 11, 19, 12)]
MARKS = (
    *(Mark("place", "lake/*/_tmp/?"), Mark("place", "*/it's*\"*"), Mark("place", "l*\\**")),
    *(Mark("key", "?"), Mark("key", "*%*"), Mark("key", "*!"), Mark("bucket", "lake?2")),
    *(
        Mark("place", "*/nul\0*l"),
        Mark("key", "*\\\\*"),
        Mark("place", "*\n*"),
        Mark("key", "🦆*?"),
    ),
)


def ranges(many: int) -> Ranges:
    """Prefixes and whole names that lie between the keys, and on them, and `many` more."""
    keys = [key.decode() for key in KEYS]
    places = [Atom(f"{bucket}/") for bucket in BUCKETS[:3]]
    places += [Atom(f"lake/{key}", exact=n % 2 == 0) for n, key in enumerate(keys) if key]
    places += [Atom(f"lake/data/p{n}/") for n in range(many)]
    listed = [Atom(key, exact=n % 3 == 0) for n, key in enumerate(keys)]
    return Ranges.of([Atoms(frozenset(places), frozenset(listed), MARKS, exact=True)])


RANGES = ranges(150)


@dataclass(frozen=True)
class Access:
    """What a log tells; `key` None where its encoding is broken, `who` None for others."""

    who: str | None
    operation: str
    status: str
    code: str
    bucket: str
    key: str | None
    time: datetime | None
    lists: bool = False

    @property
    def group(self) -> tuple[Any, ...]:
        """The group as told naively: the places counted, each pattern matched."""
        if self.who is None:
            return (0, None, *(None,) * 5, 0, "", len(SLOTS))
        place = None if self.key is None else f"{self.bucket}/{self.key}"
        slot = len(SLOTS) if self.time is None else bisect_right(SLOTS, self.time)
        listed = 0
        if self.lists:
            last = len(RANGES.listed)
            listed = (last if self.key is None else bisect_right(RANGES.listed, self.key)) - 1
        if place is None:
            return (0, None, *self.asked, None, listed, "", slot)
        region = bisect_right(RANGES.places, place) - 1
        texts = {"place": place, "bucket": self.bucket, "key": self.key or ""}
        marks = "".join("01"[matches(mark.pattern, texts[mark.over])] for mark in RANGES.marks)
        return (0, None, *self.asked, region, listed, marks, slot)

    @property
    def asked(self) -> tuple[str | None, ...]:
        who = self.who
        if who is not None and "/i-" in who:
            who = who[: who.index("/i-") + 3]
        return (who, self.operation, self.status, self.code)


def decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def access_lines(count: int) -> Iterator[tuple[str, Access]]:
    """Lines, each with what it tells."""
    dice = random.Random(7)
    for number in range(count):
        who = dice.choice(PEOPLE if dice.random() < 0.8 else OTHERS)
        raw = KEYS[number % len(KEYS)] if dice.random() < 0.9 else dice.choice(BROKEN)
        bucket, (status, code), time = (
            dice.choice(BUCKETS),
            dice.choice(ANSWERS),
            dice.choice(TIMES),
        )
        known = who if who in PEOPLE else None
        written = f"{time:%d/%b/%Y:%H:%M:%S}"
        if not raw or dice.random() < 0.25:
            operation = dice.choice(LISTS)
            prefix = encoded(raw, 1).replace("%20", dice.choice(("%20", "+")))
            uri = f"GET /?list-type=2&prefix={prefix}&delimiter=%2F HTTP/1.1"
            key = "" if operation == "REST.HEAD.BUCKET" else decoded(raw)
            line = record(who, operation, bucket, "-", status, code, uri=uri, time=written)
            lists = operation != "REST.HEAD.BUCKET"
        else:
            operation, lists, key = dice.choice(OBJECTS), False, decoded(raw)
            safe = dice.choice(("/", "/=:,()'!*+"))
            text = encoded(raw, 1 if operation.startswith("BATCH") else 2, safe)
            uri = dice.choice((None, 'GET /a"b" HTTP/1.1', ""))
            line = record(who, operation, bucket, text, status, code, uri=uri, time=written)
        yield line, Access(known, operation, status, code, bucket, key, time, lists)


def odd_keys() -> Iterator[tuple[str, Access]]:
    """Keys with percent signs that encode nothing, and a time that is none."""
    time = datetime(2026, 11, 19, 1, 2, 11)
    who, get = PEOPLE[0], "REST.GET.OBJECT"
    for written, key in (
        ("a%zz", "a%zz"),
        ("%", "%"),
        ("x%4", "x%4"),
        ("%%41", "%A"),
        ("é%", "é%"),
    ):
        line = record(who, get, "lake", written, uri="GET /x HTTP/1.1")
        yield line, Access(who, get, "200", "-", "lake", key, time)
    line = record(who, get, "lake", "a", time="31/Feb/2026:00:00:00")
    yield line, Access(who, get, "200", "-", "lake", "a", None)


def damaged_lines() -> list[str]:
    """Lines that are no whole records: cut anywhere, run into each other, something else."""
    whole = record(PEOPLE[0], "REST.GET.OBJECT", "lake", "data/part-0")
    cut = whole.index('HTTP/1.1" 200 -') + len('HTTP/1.1" 200')
    found = [whole[:size] for size in range(1, cut)]
    found += [whole[: len(whole) // 2] + whole, whole[:90] + whole[:300], whole + whole]
    found += [
        "\x00\x01\x02 binary",
        "{",
        '"' * 30,
        " " * 40,
        "x" * 9000,
        " ".join("abcdefghijklmno"),
    ]
    found += [whole.replace("+0000", "+0100"), whole.replace(" 200 - ", " OK - ")]
    return found


def rows_of(rows: Iterable[Sequence[Any]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {tuple(row[:10]): tuple(row[10:]) for row in rows}


def in_duckdb(kind: sql.Kind, table: str, rows: list[tuple[Any, ...]]) -> dict[Any, Any]:
    connection = duck.connect()
    connection.execute(f"CREATE TABLE {kind} ({table})")
    places = ", ".join("?" * len(rows[0]))
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO {kind} VALUES ({places})", rows)
    _, found = duck.execute(connection, sql.grouped(kind, RANGES, SLOTS))
    return rows_of((*row[:11], *map(_told, row[11:13]), row[13]) for row in found)


def _told(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    missing = _missing()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    from pyspark.sql import SparkSession

    made = SparkSession.builder.master("local[1]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        # short queries: compiling them takes longer than they run
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.log.level": "ERROR",
    }.items():
        made = made.config(name, value)
    session = made.getOrCreate()
    yield session
    session.stop()


def _missing() -> str:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "pyspark is not installed"
    return "" if which("java") else "java is not installed (Debian's package default-jre-headless)"


def in_spark(spark: Any, kind: sql.Kind, table: str, rows: list[tuple[Any, ...]]) -> dict[Any, Any]:
    spark.createDataFrame(rows, table.replace("VARCHAR", "STRING")).createOrReplaceTempView(kind)
    found = spark.sql(sql.grouped(kind, RANGES, SLOTS, dialect="spark"))
    times = [f"CAST({name} AS STRING) AS {name}" for name in ("first_time", "last_time")]
    chosen = found.selectExpr("damaged", *found.columns[1:11], *times, "witness")
    return rows_of(chosen.collect())


LINES = [*access_lines(3000), *odd_keys()]
LINE_ROWS = [(line, "a.log") for line, _ in LINES] + [(line, "b.log") for line in damaged_lines()]
LINE_TABLE = "line VARCHAR, file VARCHAR"


@pytest.fixture(scope="module")
def lines_in_duckdb() -> dict[Any, Any]:
    return in_duckdb("lines", LINE_TABLE, LINE_ROWS)


def test_groups_of_lines_are_those_of_a_naive_reading(lines_in_duckdb: dict[Any, Any]) -> None:
    expected: Counter[tuple[Any, ...]] = Counter(access.group for _, access in LINES)
    damaged = (1, "b.log", *(None,) * 5, 0, "", len(SLOTS))
    expected[damaged] = len(damaged_lines())
    assert {group: rest[0] for group, rest in lines_in_duckdb.items()} == expected
    assert len(expected) > 500


def test_every_group_names_one_of_its_places(lines_in_duckdb: dict[Any, Any]) -> None:
    least: dict[tuple[Any, ...], str | None] = {}
    for _, access in LINES:
        if access.who is not None and access.key is not None:
            place = f"{access.bucket}/{access.key}"
            least[access.group] = min(least.get(access.group) or place, place)
    assert {g: rest[3] for g, rest in lines_in_duckdb.items() if rest[3] is not None} == least


def test_spark_gives_the_same_groups_of_lines(spark: Any, lines_in_duckdb: dict[Any, Any]) -> None:
    assert in_spark(spark, "lines", LINE_TABLE, LINE_ROWS) == lines_in_duckdb


ACCESSLOG = ", ".join(
    f"{name} VARCHAR"
    for name in (
        *("file", "bucket_name", "requestdatetime", "requester", "operation", "key"),
        *("request_uri", "httpstatus", "errorcode"),
    )
)


def accesslog_rows() -> list[tuple[str | None, ...]]:
    """The columns of a table as AWS documents it for Athena: the URI in its quotation marks, the
    time with its zone, and all of them null for a line that its pattern does not match.
    """
    rows: list[tuple[str | None, ...]] = []
    for line, _ in LINES:
        head, _, rest = line.partition(" [")
        time, _, rest = rest.partition("] ")
        _, who, _, operation, key, rest = rest.split(" ", 5)
        middle = rest.index(' "-" "Elastic')
        asked, status, code, *_ = rest[:middle].rsplit(" ", 6)
        bucket = head.split(" ")[1]
        rows.append(("s3://f", bucket, time, who, operation, key, asked, status, code))
    return [*rows, ("s3://g", *(None,) * 8)]


def test_tables_as_documented_for_athena_give_the_groups_of_the_lines(
    spark: Any, lines_in_duckdb: dict[Any, Any]
) -> None:
    rows = accesslog_rows()
    found = in_duckdb("accesslog", ACCESSLOG, rows)
    lost = (1, "s3://g", *(None,) * 5, 0, "", len(SLOTS))
    assert found.pop(lost)[0] == 1
    assert found == {group: rest for group, rest in lines_in_duckdb.items() if not group[0]}
    again = in_spark(spark, "accesslog", ACCESSLOG, rows)
    assert again.pop(lost)[0] == 1
    assert again == found


CLOUDTRAIL = (
    "file VARCHAR, useridentity {arn}, eventtime VARCHAR, eventsource VARCHAR, eventname VARCHAR, "
    "errorcode VARCHAR, requestparameters VARCHAR"
)
EVENTS = ("GetObject", "PutObject", "ListObjects", "ListParts", "DeleteObjects", "HeadBucket")


def trail_rows(count: int) -> Iterator[tuple[tuple[Any, ...], list[Access]]]:
    """Events, each with what it tells; a copy is two accesses."""
    dice = random.Random(9)
    keys = [key.decode() for key in KEYS]
    for number in range(count):
        who = dice.choice(PEOPLE if dice.random() < 0.8 else OTHERS)
        known, key, bucket = who if who in PEOPLE else None, keys[number % len(keys)], "lake"
        code, name, time = (
            dice.choice((None, "AccessDenied")),
            dice.choice(EVENTS),
            TIMES[number % 4],
        )
        given: dict[str, Any] = {"bucketName": bucket, "Host": "x", "key": key}
        lists = name.startswith("List")
        if name == "ListObjects":
            given["prefix"] = given.pop("key")
        if dice.random() < 0.1:
            key, given = "", {"bucketName": bucket, "key": None, "prefix": None}
        told = [Access(known, name, "-", code or "-", bucket, key, time, lists)]
        if name == "PutObject":
            source, raw = dice.choice(BUCKETS), dice.choice(KEYS + BROKEN)
            version = dice.choice(("", "?versionId=3/L4kqtJ"))
            slash = dice.choice(("", "/"))
            given["x-amz-copy-source"] = f"{slash}{source}/{encoded(raw, 1)}{version}"
            text = decoded(raw)
            if known is not None and text is not None:
                told.append(Access(known, f"{name} source", "-", code or "-", source, text, time))
        made = event(who, name, given, code)
        yield (
            ("t.json", who, f"{time:%Y-%m-%dT%H:%M:%SZ}", made["eventSource"], name, code)
            + (json.dumps(given, ensure_ascii=number % 2 == 0),),
            told,
        )


def odd_events() -> list[tuple[Any, ...]]:
    """Events of other services, with no parameters, a source that is no place, no time, nothing."""
    who, time = PEOPLE[0], "2026-11-19T00:05:07Z"
    s3, put = "s3.amazonaws.com", "CopyObject"
    place = '{"bucketName": "lake", "key": "a"'
    return [
        ("t.json", who, time, "kms.amazonaws.com", "Decrypt", None, "{}"),
        ("t.json", who, time, s3, "GetObject", None, None),
        ("t.json", who, time, s3, "GetObject", None, "null"),
        ("t.json", who, time, s3, put, None, place + ', "x-amz-copy-source": "nowhere"}'),
        ("t.json", who, time, s3, put, None, place + ', "x-amz-copy-source": "/lake"}'),
        ("t.json", who, time, s3, put, None, place + ', "x-amz-copy-source": ""}'),
        ("t.json", who, "never", s3, "GetObject", None, place + "}"),
        ("t.json", None, time, s3, "GetObject", None, place + "}"),
        ("t.json", None, None, None, None, None, None),
    ]


TRAIL = list(trail_rows(1500))


def test_events_give_the_groups_of_a_naive_reading_and_of_spark(spark: Any) -> None:
    rows = [row for row, _ in TRAIL]
    found = in_duckdb("cloudtrail", *_typed("STRUCT(arn VARCHAR)", rows))
    expected = Counter(access.group for _, told in TRAIL for access in told)
    assert {group: rest[0] for group, rest in found.items()} == expected
    rows += odd_events()
    found = in_duckdb("cloudtrail", *_typed("STRUCT(arn VARCHAR)", rows))
    again = in_spark(spark, "cloudtrail", *_typed("STRUCT<arn: STRING>", rows))
    assert again == found


def _typed(kind: str, rows: list[tuple[Any, ...]]) -> tuple[str, list[tuple[Any, ...]]]:
    made = [(row[0], {"arn": row[1]}, *row[2:]) for row in rows]
    return CLOUDTRAIL.format(arn=kind), made


def test_a_copy_from_nowhere_is_at_no_place() -> None:
    rows = [row for row in odd_events() if row[4] == "CopyObject"]
    found = in_duckdb("cloudtrail", *_typed("STRUCT(arn VARCHAR)", rows))
    sources = [(group, rest) for group, rest in found.items() if group[3] == "CopyObject source"]
    assert [(group[6], rest[0], rest[3]) for group, rest in sources] == [(None, 3, None)]


#: What DuckDB has and Athena has not, or by another name.
_DUCKDB_ONLY = ("STR_SPLIT", "STRING_SPLIT", "ARRAY_LENGTH", "CONTAINS", "TRY_STRPTIME", "->>")
_DUCKDB_ONLY += (
    "REGION_OF",
    "LISTED_OF",
    "MARKS_OF",
    "SLOT_OF",
    "ENCODED(",
    "LOG_TIME",
    "DECODED(",
)


@pytest.mark.parametrize("kind", ["accesslog", "cloudtrail"])
def test_athenas_text_parses_and_is_its_own(kind: Any) -> None:
    import sqlglot
    from sqlglot import exp

    table = athena.Table("logs.access", kind, "year = '2026' AND month = '11'")
    text = athena.query(table, RANGES, SLOTS)
    assert not [name for name in _DUCKDB_ONLY if name in text]
    parsed = sqlglot.parse_one(text, read="athena")
    tables = {each.sql() for each in parsed.find_all(exp.Table) if each.db}
    assert tables == {'"logs"."access"'}
    assert '"$path"' in text
    unknown = {each.name for each in parsed.find_all(exp.Anonymous)}
    assert unknown <= {"URL_DECODE"}
    assert "\0" not in text
