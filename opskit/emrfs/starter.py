"""A first document: from flags, or from what was read elsewhere."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from opskit.emrfs.model import Design, Identifier, Kind, Role, RoleMapping
from opskit.emrfs.prefixes import path
from opskit.errors import InputError, UsageError
from opskit.files import write_atomic
from opskit.redact import masked_value

EXAMPLE = "opskit.examples.emrfs"
_FORM = {Kind.USER: "NAME=ROLE", Kind.GROUP: "NAME=ROLE", Kind.PREFIX: "s3://BUCKET/FOLDER/=ROLE"}


def from_flags(
    base_role: str,
    users: Iterable[str],
    groups: Iterable[str],
    prefixes: Iterable[str],
) -> Design:
    """A design of users, then groups, then prefixes; UsageError for what is no mapping.

    Names in a row that have one role become one mapping.
    """
    design = Design("", "emrfs", [])
    given = ((Kind.USER, users), (Kind.GROUP, groups), (Kind.PREFIX, prefixes))
    for kind, texts in given:
        for text in texts:
            name, role = _pair(kind, text)
            last = design.mappings[-1] if design.mappings else None
            if last is not None and (last.kind, last.role) == (kind, role):
                last.identifiers = (*last.identifiers, Identifier(name))
            else:
                made = RoleMapping(len(design.mappings), role, kind, (Identifier(name),))
                design.mappings.append(made)
    if not design.mappings:
        raise UsageError(
            "there is nothing to map",
            hint="give --user, --group or --prefix; or --cluster, --from, --example",
        )
    design.base_role = Role(_arn(design, base_role, "--base-role"))
    return design


def _pair(kind: Kind, text: str) -> tuple[str, str]:
    option = f"--{kind.lower()}"
    name, _, role = text.rpartition("=")
    if not name.strip() or not role.strip():
        raise UsageError(f"{option} takes {_FORM[kind]}, not {text!r:.80}")
    if kind is Kind.PREFIX:
        path(name)  # refuses what is no place
    _arn(Design("", "", []), role, option)
    return name, role


def _arn(design: Design, role: str, option: str) -> Any:
    arn = design.arn(role)
    if not arn.well_formed:
        raise UsageError(
            f"{role!r:.80} in {option} is no role", hint="give the name of an IAM role or its ARN"
        )
    return arn


def with_base_role(design: Design, base_role: str) -> Design:
    """The design with a base role that was given; one that was read keeps its policies."""
    made = design.role(base_role)
    _arn(design, base_role, "--base-role")
    return replace(design, base_role=made)


def without_secrets(design: Design) -> Design:
    """The design with references in the place of secrets that are written out, and a note."""
    cluster = design.cluster
    if cluster is None or cluster.files:
        return design
    names: list[str] = []
    kerberos = cluster.kerberos
    if kerberos is not None:
        kerberos = {key: _hidden(key, value, names) for key, value in kerberos.items()}
    configurations = [_without(each, names) for each in cluster.configurations]
    if not names:
        return design
    note = f"secrets are left out, put them into the environment: {', '.join(sorted(set(names)))}"
    return replace(
        design,
        cluster=replace(cluster, kerberos=kerberos, configurations=tuple(configurations)),
        notes=[*design.notes, note],
    )


def _without(value: Any, names: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _hidden(key, each, names) if isinstance(each, str) else _without(each, names)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without(each, names) for each in value]
    return value


def _hidden(key: str, value: str, names: list[str]) -> str:
    """`${BIND_PASSWORD}` for the value of `bind_password`."""
    if masked_value(key, value) == value:
        return value
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    name = re.sub(r"\W+", "_", words).upper()
    names.append(name)
    return f"${{{name}}}"


def example_files() -> Iterator[tuple[str, bytes]]:
    """The files of the published scenario: names relative to its folder, and what is in them."""
    with as_file(files(EXAMPLE)) as folder:
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_file() and file.suffix in (".yaml", ".json", ".csv", ".log"):
                yield name, file.read_bytes()


def write_files(target: Path, made: Iterable[tuple[str, bytes]], *, force: bool) -> list[Path]:
    """Write files beside `target`; InputError, with nothing written, where one is there already.

    The first is `target` itself. With `force` an old file is kept beside the new one.
    """
    named = [(target.parent / name, data) for name, data in made]
    there = [file for file, data in named if file.exists() and not _same(file, data)]
    if there and not force:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise InputError(
            f"is there already{more}; nothing was written",
            where=str(there[0]),
            hint="name another file, or give --force: the old one is kept beside it",
        )
    for file, data in named:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, data, backup=True)
    return [file for file, _ in named]


def _same(file: Path, data: bytes) -> bool:
    try:
        return file.is_file() and file.read_bytes() == data
    except OSError:
        return False
