"""A first document: from flags, or from what was read elsewhere."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Identifier, Kind, Role, RoleMapping
from opskit.emrfs.prefixes import path
from opskit.errors import InputError, UsageError
from opskit.files import make_folder, write_atomic
from opskit.redact import masked_value

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


def with_account(design: Design, account: str) -> Design:
    """The design with an account that was given, for the roles that do not say theirs."""
    made = replace(design, account=account)
    roles = [replace(role, arn=made.arn(role.arn.written)) for role in design.roles.values()]
    made.roles = {str(role.arn): role for role in roles}
    base = design.base_role
    if base is not None:
        made.base_role = replace(base, arn=made.arn(base.arn.written))
    return made


def without_secrets(design: Design, *, beside: bool = False) -> Design:
    """The design with references in the place of secrets that are written out, and a note.

    `beside` says that files of their own are named, not written out.
    """
    cluster = design.cluster
    if cluster is None or (beside and cluster.files):
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


@contextmanager
def example_folder() -> Iterator[Path]:
    """The folder of the published scenario."""
    with as_file(files("opskit.examples")) as folder:
        yield folder / "emrfs"


def example() -> Design:
    """The published scenario."""
    from opskit.emrfs.load import load

    with example_folder() as folder:
        return load(folder / "emrfs.yaml")


def write_example(target: Path, *, force: bool) -> list[Path]:
    """Write the document of the published scenario as `target`, and its files beside it."""
    from opskit.emrfs.load import load

    with example_folder() as folder:
        design = load(folder / "emrfs.yaml")
        wanted = {policy.location.file for policy in _policies(design) if policy.location}
        named = [Path(each) for each in sorted(wanted)]
        if design.cluster is not None:
            named += [folder / name for name in design.cluster.files.values()]
        made = [(target.name, (folder / "emrfs.yaml").read_bytes())]
        made += [(file.relative_to(folder).as_posix(), file.read_bytes()) for file in named]
    return write_files(target, made, force=force)


def _policies(design: Design) -> Iterator[Policy]:
    for role in design.roles.values():
        yield from filter(None, (role.trust, *(role.permissions or ()), role.boundary))


def write_files(target: Path, made: Iterable[tuple[str, bytes]], *, force: bool) -> list[Path]:
    """Write files beside `target`; InputError, with nothing written, where one is there already.

    The first is `target` itself. With `force` an old file is kept beside the new one.
    """
    named = [(target.parent / name, data) for name, data in made]
    there = [file for file, data in named if os.path.lexists(file) and not _same(file, data)]
    if there and not force:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise InputError(
            f"is there already{more}; nothing was written",
            where=str(there[0]),
            hint="name another file, or give --force: the old one is kept beside it",
        )
    for file, data in named:
        make_folder(file.parent)
        write_atomic(file, data, backup=True)
    return [file for file, _ in named]


def _same(file: Path, data: bytes) -> bool:
    try:
        return file.is_file() and file.read_bytes() == data
    except OSError:
        return False
