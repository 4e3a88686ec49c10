"""Queries in files, one question each: `queries/redshift/*.sql`, and the user's own folders.

A file starts with a comment that is a YAML document (`Header`). A question that is asked of other
views on provisioned clusters than on serverless workgroups has a file for each:
`NAME.provisioned.sql` and `NAME.serverless.sql`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from opskit.decode import decode
from opskit.documents import decode_text, parse_document
from opskit.errors import InputError, UsageError
from opskit.files import read_bytes
from opskit.redshift.catalog import Engine
from opskit.redshift.sqltext import Value, bind

ENGINES: tuple[Engine, ...] = ("provisioned", "serverless")
#: The parameters that every query may use; the window and the time come from the command.
STANDARD = ("since", "now")
#: How messages call the folder of opskit's own queries.
BUNDLED = "queries/redshift/"


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What a query says of itself."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$", description="The name, as the file's.")]
    title: Annotated[str, Meta(min_length=1, description="The question, in one line.")]
    engine: Annotated[
        Literal["provisioned", "serverless", "any"],
        Meta(description="Where it can be asked; any is both."),
    ]
    views: Annotated[tuple[str, ...], Meta(description="The system views that it reads.")]
    privilege: Annotated[str, Meta(description="The least that its user needs.")]
    columns: Annotated[
        dict[str, str], Meta(description="What it returns: each column, with its unit.")
    ]
    reference: Annotated[str, Meta(description="Where the question comes from.")]
    parameters: Annotated[
        dict[str, str],
        Meta(description="Each parameter: its type (text, integer, timestamp), then a default."),
    ] = {}


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its header, its text, and the file that it stands in, from `line` on."""

    header: Header
    sql: str
    file: str
    line: int = 1
    bundled: bool = False

    def bound(self, since: datetime, now: datetime, given: Mapping[str, str] | None = None) -> str:
        """The text with its parameters as literals; UsageError where one is missing or wrong."""
        values: dict[str, Value] = {"since": since, "now": now}
        given = dict(given or {})
        for name, spec in self.header.parameters.items():
            kind, _, default = spec.partition(" ")
            text = given.pop(name, default)
            if text or (kind == "text" and spec.endswith(" ")):
                values[name] = _parse(name, kind, text)
        for name in STANDARD:
            if name in given:
                values[name] = _parse(name, "timestamp", given.pop(name))
        if given:
            known = ", ".join((*self.header.parameters, *STANDARD))
            raise UsageError(
                f"{self.header.id} has no parameter {next(iter(given))!r}", hint=f"it has {known}"
            )
        return bind(self.sql, values)


def _parse(name: str, kind: str, text: str) -> Value:
    try:
        if kind == "integer":
            return int(text)
        if kind == "timestamp":
            return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--param {name}: expected {kind}, found {text[:80]!r}",
            hint="times are written as 2026-01-31 or 2026-01-31T04:00:00",
        ) from None
    return text


class Library:
    """The queries of opskit, and those of the user's folders, which come first."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(folders)
        for folder in self._folders:
            if not folder.is_dir():
                raise InputError(
                    "is no folder", where=str(folder), hint="name a folder of *.sql files"
                )
            if not any(folder.glob("*.sql")):
                raise InputError(
                    "no query file in this folder",
                    where=str(folder),
                    hint="name a folder of *.sql files; those in folders below it do not count",
                )

    def find(self, name: str, engine: Engine) -> Query:
        """The query of that name for an engine; UsageError where there is none."""
        for data, file in self._candidates(name, engine):
            query = self._parse(data, file)
            if query.header.engine in (engine, "any"):
                return query
        names = self.names()
        if name in names:
            other = next(e for e in ENGINES if e != engine)
            raise UsageError(
                f"{name} cannot be asked of {engine}: it reads views of {other} only",
                hint="'opskit redshift query' lists what can be asked",
            )
        close = get_close_matches(name, names, n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        raise UsageError(
            f"no query is called {name!r}", hint=f"{meant}'opskit redshift query' lists them"
        )

    @staticmethod
    def _parse(data: bytes, file: str) -> Query:
        return replace(parse(data, file), bundled=file.startswith(BUNDLED))

    def has(self, name: str, engine: Engine) -> bool:
        """Whether there is such a query for an engine."""
        return any(True for _ in self._candidates(name, engine))

    def _candidates(self, name: str, engine: Engine) -> Iterator[tuple[bytes, str]]:
        for file in (f"{name}.{engine}.sql", f"{name}.sql"):
            for folder in self._folders:
                if (folder / file).is_file():
                    yield read_bytes(folder / file), str(folder / file)
        for file in (f"{name}.{engine}.sql", f"{name}.sql"):
            bundled = files("opskit.queries").joinpath("redshift", file)
            if bundled.is_file():
                yield bundled.read_bytes(), BUNDLED + file

    def names(self) -> list[str]:
        """The names of all queries, sorted."""
        return sorted({Path(file).name.split(".")[0] for _, file in self._files()})

    def all(self, *, bundled: bool = True) -> list[Query]:
        """Every query of every engine, by name; a bad file is an InputError."""
        found = [self._parse(data, file) for data, file in self._files(bundled)]
        return sorted(found, key=lambda query: (query.header.id, query.header.engine))

    def _files(self, with_own: bool = True) -> Iterator[tuple[bytes, str]]:
        for folder in self._folders:
            for path in sorted(folder.glob("*.sql")):
                yield read_bytes(path), str(path)
        if not with_own:
            return
        bundled = files("opskit.queries").joinpath("redshift")
        for entry in sorted(bundled.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".sql"):
                yield entry.read_bytes(), BUNDLED + entry.name


def parse(data: bytes, file: str) -> Query:
    """The query in a file; InputError with the place of what is wrong in its header."""
    text = decode_text(data, file)
    lines = text.split("\n")
    count = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    if not count:
        raise InputError(
            "has no header",
            where=f"{file}:1",
            hint="start the file with a comment that says id, title, engine, views, ...",
        )
    # Blanks instead of the dashes: what is wrong stands at the same line and column.
    head = "\n".join("  " + line[2:] for line in lines[:count])
    header = decode(parse_document(head.encode(), file), Header)
    below = "\n".join(lines[count:])
    sql = below.strip().rstrip(";")
    if not sql:
        raise InputError("has no query below its header", where=f"{file}:{count + 1}")
    line = count + 1 + below[: below.index(sql[0])].count("\n")
    stem = Path(file).name.removesuffix(".sql").split(".")[0]
    if header.id != stem:
        raise InputError(f"is called {header.id!r} inside", where=f"{file}:1", hint="rename one")
    return Query(header, sql, file, line)
