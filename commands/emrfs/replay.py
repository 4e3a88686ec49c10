"""`opskit emrfs replay`: past accesses under a new file."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import AwsProfile, AwsRegion, RowsOutput, YesScan

if TYPE_CHECKING:
    from opskit.emrfs.replay.activity import Activity
    from opskit.emrfs.replay.groups import Tally
    from opskit.emrfs.replay.local import Reading
    from opskit.emrfs.replay.replay import Read, Replay, Row
    from opskit.emrfs.replay.sources import Source
    from opskit.output import Table


def replay(
    logs: Annotated[
        list[str] | None,
        typer.Argument(metavar="LOGS...", help="Files, folders, s3://bucket/prefix; - is stdin."),
    ] = None,
    file: DesignFile = DEFAULT_FILE,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What ran at the time; else --file itself.")
    ] = None,
    yarn: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Who ran what: YARN's ResourceManager log (repeat)."),
    ] = None,
    spark: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Spark's, likewise (repeat).")
    ] = None,
    engine: Annotated[
        Literal["duckdb", "athena"], typer.Option(help="What reads the logs.")
    ] = "duckdb",
    table: Annotated[str, typer.Option(metavar="DB.TABLE", help="Athena: the table of logs.")] = "",
    kind: Annotated[
        Literal["accesslog", "cloudtrail"], typer.Option(help="Athena: what the table holds.")
    ] = "accesslog",
    where: Annotated[str, typer.Option(metavar="SQL", help="Athena: the partitions to read.")] = "",
    workgroup: Annotated[str, typer.Option(metavar="NAME", help="Athena: the workgroup.")] = "",
    result: Annotated[
        str, typer.Option(metavar="S3-URI", help="Athena: where it writes results.")
    ] = "",
    fail_on: Annotated[
        Literal["broken", "widened", "any", "never"],
        typer.Option(help="Exit with 1 where accesses are broken, widened, or either."),
    ] = "any",
    profile: AwsProfile = "",
    region: AwsRegion = "",
    yes: YesScan = False,
    output: RowsOutput = None,
) -> int:
    """Say which past accesses a new file keeps or breaks.

    Reads S3 server access logs and CloudTrail's data events, compressed or not. They name the role
    and never the Hadoop user, so that an answer is one for candidates: those to whom --against
    gives that role there. With --yarn and --spark, only users who ran something at the time.

    Exit status 0 when all is kept, 1 when something is broken or widened, 3 when that cannot be
    told, 4 when all that could be read is kept.

    \b
    Example:
      opskit emrfs replay logs/ --against emrfs.yaml -f proposed.yaml
      opskit emrfs replay --engine athena --table s3logs.access -f proposed.yaml
    """
    from opskit.commands.emrfs.common import finish_rows, loaded
    from opskit.emrfs.replay.replay import replay as play
    from opskit.errors import ExitCode
    from opskit.output import message, progress

    new = loaded(file)
    old = new if against is None else loaded(against)
    activity = _activity(yarn or [], spark or [])
    readings: list[Reading] = []
    with progress() as say:
        if engine == "athena":
            read = _athena(table, kind, where, workgroup, result, (profile, region), logs, yes, say)
        else:
            read = _local(logs or [], (profile, region), readings, say)
        try:
            found = play(old, new, read, activity)
        except _DeclinedError:
            message("nothing was scanned")
            return ExitCode.NO
    finish_rows(_table(found, readings), output)
    _say(found, readings)
    return _status(found, readings, fail_on)


class _DeclinedError(Exception):
    """Somebody was asked whether to scan what has a price, and said no."""


def _activity(yarn: Sequence[Path], spark: Sequence[Path]) -> "Activity | None":
    from opskit.emrfs.replay import activity

    if not yarn and not spark:
        return None
    made = activity.Activity()
    activity.yarn(yarn, made)
    activity.spark(spark, made)
    return made


def _local(
    logs: Sequence[str], account: tuple[str, str], readings: "list[Reading]", say: Any
) -> "Read":
    from opskit.clients import aws
    from opskit.emrfs.replay import local, sources
    from opskit.errors import UsageError

    if not logs:
        raise UsageError("name the logs", hint="opskit emrfs replay logs/ -f proposed.yaml")
    s3 = None
    if sources.needs_s3(logs):
        s3 = aws.client("s3", profile=account[0], region=account[1])
    found = sources.find(logs, s3)

    def opener(source: "Source") -> Iterable[bytes]:
        return sources.stream(source, s3)

    def read(ranges: Any, slots: Any) -> "Tally":
        readings.append(local.read(found, ranges, slots, opener, say))
        return readings[0].tally

    return read


def _athena(
    table: str,
    kind: Literal["accesslog", "cloudtrail"],
    where: str,
    workgroup: str,
    result: str,
    account: tuple[str, str],
    logs: Sequence[str] | None,
    yes: bool,
    say: Any,
) -> "Read":
    from opskit.clients import aws
    from opskit.clients.athena import PRICE
    from opskit.emrfs.replay import athena
    from opskit.errors import UsageError
    from opskit.output import confirm

    if not table or logs:
        raise UsageError(
            "with --engine athena name the --table of the logs, and no files",
            hint="opskit emrfs replay --engine athena --table s3logs.access -f proposed.yaml",
        )
    asked = athena.Table(table, kind, where)

    def read(ranges: Any, slots: Any) -> "Tally":
        athena.query(asked, ranges, slots)  # what is wrong with it is said before the question
        part = f"where {where}" if where else "all of it: --where narrows it to partitions"
        question = f"Scan {table} ({part}) at about {PRICE} US dollars a TB?"
        if not confirm(question, yes=yes):
            raise _DeclinedError
        client = aws.client("athena", profile=account[0], region=account[1])
        return athena.read(
            client, asked, ranges, slots, workgroup=workgroup, output=result, say=say
        )

    return read


def _table(found: "Replay", readings: "Sequence[Reading]") -> "Table":
    from opskit.output import Column, Table

    columns = [
        Column("verdict"),
        Column("action"),
        Column("logged"),
        Column("where", least=30),
        Column("requests"),
        Column("role_before", "role before", least=24),
        Column("roles_after", "role after", least=24),
        Column("who", "may have been", least=20),
        Column("why", least=30),
    ]
    tally = found.tally
    troubles = [{"file": name, "what": what} for each in readings for name, what in each.troubles]
    counts = {
        "judged": found.judged,
        "other_requesters": found.others,
        "without_answer": found.passed,
        "damaged": tally.unreadable,
    }
    extra = {"counts": counts, "damaged": tally.damaged, "troubles": troubles}
    return Table("opskit.emrfs.replay/1", columns, [_row(row) for row in found.rows], extra=extra)


def _row(row: "Row") -> dict[str, Any]:
    kind, names = row.kind, row.people
    after = ["not known" if arn is None else arn.rpartition("/")[2] for arn in kind.after]
    who = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
    return {
        "verdict": kind.verdict,
        "action": kind.action,
        "where": f"s3://{kind.within}" if kind.within else "",
        "requests": row.requests,
        "role_before": kind.role,
        "roles_after": after,
        "who": who,
        "why": kind.why,
        "logged": kind.before,
        "candidates": names,
        "narrowed": row.narrowed,
        "example": f"s3://{row.example}" if row.example else None,
        "first": row.first,
        "last": row.last,
    }


def _say(found: "Replay", readings: "Sequence[Reading]") -> None:
    from opskit.output import message, warn

    for reading in readings:
        for name, what in reading.troubles[:20]:
            warn(f"{name}: {what}")
        if reading.troubles[20:]:
            warn(f"and {_count(len(reading.troubles) - 20, 'more trouble')} with files")
    tally = found.tally
    for name, count in list(tally.damaged.items())[:10]:
        warn(f"{name}: {_count(count, 'record')} that could not be read")
    message(
        f"{_count(found.judged, 'access')} judged, {_count(found.others, 'request')} of others, "
        f"{found.passed:,} without an answer on permissions, {tally.unreadable:,} damaged"
    )
    message("the logs name roles, not users: who may have been is who could have had the role")


def _count(number: int, noun: str) -> str:
    from opskit.output.text import plural

    return f"{number:,} {noun if number == 1 else plural(noun)}"


def _status(found: "Replay", readings: "Sequence[Reading]", fail_on: str) -> int:
    from opskit.emrfs.replay.judge import Verdict
    from opskit.errors import ExitCode

    broken, widened = (Verdict.BROKEN, Verdict.PARTLY), (Verdict.WIDENED,)
    wanted = {"broken": broken, "widened": widened, "any": broken + widened, "never": ()}[fail_on]
    if found.has(*wanted):
        return ExitCode.NO
    if not found.judged or found.has(Verdict.UNKNOWN):
        return ExitCode.UNKNOWN
    lost = found.tally.unreadable or any(reading.troubles for reading in readings)
    return ExitCode.PARTIAL if lost else ExitCode.OK
