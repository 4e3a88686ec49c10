"""`opskit storage profile`: what is stored, measured where it is."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from opskit.commands.options import AwsProfile, AwsRegion, RecordOutput, YesScan


def profile(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A folder, s3://BUCKET/PREFIX, inventory:MANIFEST or cloudwatch:BUCKET.",
        ),
    ] = "",
    egress: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Sent to the internet in a month.")
    ] = None,
    reads: Annotated[
        str | None, typer.Option(metavar="COUNT", help="GET and HEAD requests in a month.")
    ] = None,
    writes: Annotated[
        str | None, typer.Option(metavar="COUNT", help="PUT, COPY and POST requests in a month.")
    ] = None,
    lists: Annotated[
        str | None, typer.Option(metavar="COUNT", help="LIST requests in a month.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Requests (or local processes) at a time."),
    ] = None,
    cross_mounts: Annotated[
        bool, typer.Option("--cross-mounts", help="Local: enter other file systems, too.")
    ] = False,
    endpoint_url: Annotated[
        str, typer.Option(metavar="URL", help="S3: an endpoint of another provider.")
    ] = "",
    provider: Annotated[
        str,
        typer.Option(metavar="NAME", help="S3: whose endpoint it is, as the catalog has it: b2."),
    ] = "",
    budget_calls: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="S3: at most so many requests; samples.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="S3: a journal, to go on from where a listing ended."),
    ] = None,
    no_sign_request: Annotated[
        bool, typer.Option("--no-sign-request", help="S3: without credentials, for public data.")
    ] = False,
    engine: Annotated[
        Literal["auto", "duckdb", "athena", "spark"],
        typer.Option(help="Inventory: what reads it."),
    ] = "auto",
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Inventory: compare the checksums of all its files."),
    ] = False,
    table: Annotated[
        str, typer.Option(metavar="DB.TABLE", help="Athena: the table of the inventory.")
    ] = "",
    where: Annotated[str, typer.Option(metavar="SQL", help="Athena: the partitions to read.")] = "",
    workgroup: Annotated[str, typer.Option(metavar="NAME", help="Athena: the workgroup.")] = "",
    result: Annotated[
        str, typer.Option(metavar="S3-URI", help="Athena: where it writes results.")
    ] = "",
    aws_profile: AwsProfile = "",
    region: AwsRegion = "",
    yes: YesScan = False,
    output: RecordOutput = None,
) -> int:
    """Measure what is stored: sizes, ages, classes, versions.

    As JSON it is the profile that the other commands of the group read. A local folder is read in
    one pass; times of reading are used where its file system keeps them. A bucket is listed in
    parallel, with --budget-calls a sample of it. The use in a month is known to nobody but you:
    --egress, --reads, --writes and --lists put it in.

    Exit status 4 where a part could not be read: the notes say what is not counted.

    \b
    Example:
      opskit storage profile /srv/shares
      opskit storage profile s3://lake --egress 2TB --reads 1M -o json > p.json
      opskit storage profile inventory:s3://inv/2026-11-01T01-00Z/manifest.json
    """
    from opskit.commands.results import finish_record
    from opskit.commands.storage.profile_text import record, say_notes
    from opskit.commands.storage.profiling import Asked, taken
    from opskit.commands.storage.usage import Use
    from opskit.errors import ExitCode
    from opskit.output import message

    asked = Asked(
        what=what,
        workers=workers,
        cross_mounts=cross_mounts,
        endpoint_url=endpoint_url,
        provider=provider,
        budget_calls=budget_calls,
        resume=resume,
        no_sign_request=no_sign_request,
        engine=engine,
        verify=verify,
        table=table,
        where=where,
        workgroup=workgroup,
        result=result,
        aws_profile=aws_profile,
        region=region,
        yes=yes,
    )
    use = Use(egress=egress, reads=reads, writes=writes, lists=lists)
    found = taken(asked, use)
    if found is None:
        message("nothing was scanned")
        return ExitCode.NO
    finish_record(record(found), output)
    say_notes(found)
    return ExitCode.PARTIAL if found.skipped else ExitCode.OK
