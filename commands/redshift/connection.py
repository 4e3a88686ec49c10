"""The options that say which warehouse is meant; every command that asks one takes them all.

`connected` puts them behind a command's own parameters, as one value: a `Where`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from opskit.redshift.source import Source
    from opskit.redshift.target import Target


class Where(NamedTuple):
    """Which warehouse to ask, as the command line says it; the settings fill in the rest.

    `command` is whose command line it is.
    """

    target: str | None = None
    capture: Path | None = None
    at: str | None = None
    engine: Literal["auto", "provisioned", "serverless"] | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    user: str | None = None
    sslmode: Literal["verify-full", "verify-ca", "disable"] | None = None
    password_file: Path | None = None
    cluster: str | None = None
    workgroup: str | None = None
    secret: str | None = None
    profile: str | None = None
    region: str | None = None
    data_api: bool = False
    statement_timeout: int = 120
    command: str = "check"


_OPTIONS: dict[str, Any] = {
    "target": typer.Option(metavar="NAME|URL", help="A URL, or a name in redshift.targets."),
    "capture": typer.Option(metavar="FILE", help="A capture instead of a warehouse."),
    "at": typer.Option(metavar="TIME", help="With --capture: as it was then (UTC)."),
    "engine": typer.Option(help="What it is; auto asks."),
    "host": typer.Option(metavar="HOST", help="The host, without --target."),
    "port": typer.Option(metavar="PORT", help="5439 if not set."),
    "database": typer.Option("--database", "-d", metavar="NAME", help="The database."),
    "user": typer.Option("--user", "-U", metavar="NAME", help="The user."),
    "sslmode": typer.Option(help="verify-full if not set."),
    "password_file": typer.Option(
        metavar="FILE", help="Holds the password; else OPSKIT_REDSHIFT_PASSWORD or PGPASSWORD."
    ),
    "cluster": typer.Option(metavar="NAME", help="A cluster; the login comes from IAM."),
    "workgroup": typer.Option(metavar="NAME", help="A workgroup; the login comes from IAM."),
    "secret": typer.Option(metavar="ARN", help="The login, in Secrets Manager."),
    "profile": typer.Option(metavar="NAME", help="The AWS profile."),
    "region": typer.Option(metavar="NAME", help="The AWS region."),
    "data_api": typer.Option("--data-api", help="Ask over the Data API, not the driver."),
    "statement_timeout": typer.Option(
        "--statement-timeout", metavar="SECONDS", min=1, help="The longest that a query may take."
    ),
}


def connected(command: Callable[..., int]) -> Callable[..., int]:
    """The command with the options of `Where` in place of its parameter `where`."""
    return _with(command, _OPTIONS)


def connected_live(command: Callable[..., int]) -> Callable[..., int]:
    """The same without those that name a capture: only a warehouse will do."""
    live = {name: option for name, option in _OPTIONS.items() if name not in ("capture", "at")}
    return _with(command, live)


def _with(command: Callable[..., int], options: Mapping[str, Any]) -> Callable[..., int]:
    own = [
        p
        for p in inspect.signature(command, eval_str=True).parameters.values()
        if p.name != "where"
    ]
    kinds = inspect.get_annotations(Where, eval_str=True)
    more = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=Where._field_defaults[name],
            annotation=Annotated[kinds[name], option],
        )
        for name, option in options.items()
    ]

    @wraps(command)
    def run(**values: Any) -> int:
        given = {name: values.pop(name) for name in options}
        where = Where(**given, command=command.__name__)
        return command(**values, where=where)

    run.__signature__ = inspect.Signature([*own, *more])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*own, *more)}
    return run


def target_of(where: Where) -> "Target":
    """The warehouse that the flags and the settings name; UsageError where it is incomplete."""
    from opskit.commands.results import load_settings
    from opskit.errors import UsageError
    from opskit.redshift import target as targets

    flags = {
        name.replace("_", "-"): str(value)
        for name, value in where._asdict().items()
        if name in targets.Target.__slots__ and name != "data_api" and value is not None
    }
    settings = load_settings(**{"redshift.target": where.target})
    named = settings.get("redshift.target")
    place = {"host", "cluster", "workgroup"} & set(flags)
    if not named and not place:
        raise UsageError("no warehouse is named", hint=_sources(where.command))
    if named and not (place and not where.target):  # flags win over a target of the settings
        base = targets.find(named, settings.get("redshift.targets") or {})
    else:
        base = targets.Target()
    if where.data_api:
        from dataclasses import replace

        base = replace(base, data_api=True)
    return targets.with_values(base, flags).checked()


def _sources(command: str) -> str:
    """The hint where nothing says what to ask: what can be, and where to read of it."""
    capture = "" if command == "capture" else ", or --capture FILE"
    target = "give --target redshift://USER@HOST:5439/DATABASE"
    return f"{target}{capture}; see 'opskit redshift {command} --help'"


@contextmanager
def asked(where: Where, *, workers: int = 4) -> "Iterator[Source]":
    """The source that is meant: a capture, or a warehouse that answers."""
    from opskit.commands.results import load_settings
    from opskit.errors import UsageError

    flag = where.engine
    engine = flag or load_settings().get("redshift.engine")
    engine = None if engine == "auto" else engine
    if where.at and not where.capture:
        raise UsageError("--at is a time of a capture", hint="give --capture FILE with it")
    if where.capture:
        from opskit.output import message
        from opskit.redshift.capture import open_capture

        _alone(where)
        at = moment(where)
        with open_capture(where.capture, at) as source:
            if at and at != source.now():
                message(f"as of {source.now()} UTC, the last snapshot before that time")
            yield source
        return
    from opskit.redshift.live import open_source

    yield open_source(target_of(where), engine, where.statement_timeout, workers)


def _alone(where: Where) -> None:
    """UsageError where a warehouse is named beside a capture: one of them would not be asked."""
    from opskit.errors import UsageError

    for name in ("target", "host", "cluster", "workgroup", "secret"):
        if getattr(where, name):
            raise UsageError(f"--capture and --{name} are two sources", hint="give one of them")


def moment(where: Where) -> "datetime | None":
    """The time of `--at`."""
    from opskit.redshift.check import at_time

    return at_time(where.at) if where.at else None
