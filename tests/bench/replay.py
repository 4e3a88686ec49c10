"""Replay of S3 access logs, against DuckDB reading and cutting the same lines and no more."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from opskit.clients import duck
from opskit.emrfs.model import Design, Directory, Identifier, Kind, RoleMapping
from opskit.emrfs.replay import local, sources, sql
from opskit.emrfs.replay.replay import Replay
from opskit.emrfs.replay.replay import replay as play
from tests.bench.matrix import ACCOUNT, design
from tests.bench.measure import Ratio, ratio

#: Ten million lines take 5 GB of disk; the ratio is the same from some millions on.
LINES = int(os.environ.get("OPSKIT_BENCH_LINES", 5_000_000))
#: Mappings of the two files. S3 delivers logs by bucket, so that lines of one come together.
MAPPINGS = 60
_LINES = f"""
COPY (
  SELECT
    'owner bucket-' || (i // 5000 % 50) || ' ['
    || strftime(TIMESTAMP '2026-01-01' + to_seconds(i), '%d/%b/%Y:%H:%M:%S') || ' +0000] 10.0.0.'
    || (i % 250) || ' arn:aws:sts::{ACCOUNT}:assumed-role/role' || (i * 7919 % {MAPPINGS})
    || '/EmrFS-Session ' || md5(i::VARCHAR)[:16] || ' ' || operation || ' '
    || key || ' "' || split_part(operation, '.', 2) || ' /' || key || ' HTTP/1.1" '
    || CASE WHEN i % 40 = 0 THEN '403 AccessDenied' ELSE '200 -' END
    || ' 4096 4096 17 12 "-" "ElasticMapReduce/1.0.0 emrfs/s3n user:hadoop, aws-sdk-java/1.12.31'
    || ' Linux/5.10 OpenJDK_64-Bit_Server_VM/25.412-b08 java/1.8.0_412" - '
    || md5('a' || i) || md5('b' || i) || '= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader bucket-'
    || (i // 5000 % 50) || '.s3.eu-west-1.amazonaws.com TLSv1.3 - -' AS line
  FROM (
    SELECT
      i,
      'area/' || (i * 31 % {MAPPINGS}) || '/table/dt%253D2026-01-' || (i % 28) || '/part-' || i
        AS key,
      ['REST.GET.OBJECT', 'REST.HEAD.OBJECT', 'REST.PUT.OBJECT', 'REST.DELETE.OBJECT'][1 + i % 4]
        AS operation
    FROM range({LINES}) AS r (i)
  )
) TO '{{path}}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')
"""


def ratios() -> Iterator[Ratio]:
    with TemporaryDirectory(prefix="opskit-bench-") as folder:
        path = Path(folder, "access.log")
        duck.connect().execute(_LINES.format(path=path))
        yield ratio(
            f"replay of {LINES:,} lines",
            lambda: replay(path),
            "DuckDB reading the same columns",
            lambda: scan(path),
            2.0,
            3,
        )


def scan(path: Path) -> None:
    """Read the lines and cut them into columns, all of which are looked at."""
    connection = duck.connect()
    columns = (
        *("bucket_name", "requestdatetime", "requester", "operation", "key", "request_uri"),
        *("httpstatus", "errorcode"),
    )
    looked = ", ".join(f"max({column})" for column in columns)
    lines = f"lines AS ({local.lines_of([str(path)])})"
    query = f"WITH {lines}, cut AS ({sql.text('replay-lines')}) SELECT {looked} FROM cut"
    _, rows = duck.execute(connection, query)
    assert all(rows[0])


def replay(path: Path) -> Replay:
    """All of it, the answers included: the new file has two mappings the other way round."""
    found = sources.find([str(path)])
    old, new = _design(swapped=False), _design(swapped=True)

    def read(ranges: object, slots: object) -> object:
        return local.read(found, ranges, slots, sources.stream).tally  # type: ignore[arg-type]

    played = play(old, new, read)  # type: ignore[arg-type]
    assert played.judged + played.others == LINES
    return played


def _design(*, swapped: bool) -> Design:
    made = design()
    del made.mappings[MAPPINGS:]
    made.directory = Directory({f"u{n}": (f"group{n}",) for n in range(MAPPINGS)}, {}, True)
    if swapped:
        names = [Identifier("s3://bucket-1/area/3/")]
        made.mappings.insert(0, RoleMapping(0, "role5", Kind.PREFIX, tuple(names)))
        for index, mapping in enumerate(made.mappings):
            mapping.index = index
    return made
