"""Kubeconfig files, read and merged as kubectl does ("Organizing Cluster Access Using kubeconfig
Files", Kubernetes documentation): of two things with one name the first file's counts.

The kubernetes package merges them too, but takes the current context of the last file.
"""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from opskit.documents import decode_text
from opskit.errors import InputError
from opskit.files import read_bytes

_LISTS = (("clusters", "cluster"), ("users", "user"), ("contexts", "context"))


class Entry(NamedTuple):
    """A cluster, a user or a context, and the file that it is from."""

    value: Mapping[str, Any]
    file: str

    @property
    def folder(self) -> str:
        """Where its relative paths start."""
        return os.path.dirname(os.path.abspath(self.file))  # noqa: PTH100, PTH120

    def text(self, name: str) -> str:
        """A field that is a text; empty where it is missing. InputError for something else."""
        value = self.value.get(name)
        if value is None or isinstance(value, str):
            return value or ""
        raise InputError(f"{name} is no text", where=self.file, hint="put it in quotes")


class Config(NamedTuple):
    """The merged files. `path` is how they were named."""

    path: str
    current: str
    clusters: Mapping[str, Entry]
    users: Mapping[str, Entry]
    contexts: Mapping[str, Entry]


def read(path: str) -> Config | None:
    """The files of a path list, those that are there; None where none is.

    InputError for one that cannot be read or is no kubeconfig.
    """
    files = [os.path.expanduser(each) for each in path.split(os.pathsep) if each]  # noqa: PTH111
    found = [(file, _document(file)) for file in files if os.path.exists(file)]  # noqa: PTH110
    if not found:
        return None
    current = next((each["current-context"] for _, each in found if each["current-context"]), "")
    merged: dict[str, dict[str, Entry]] = {plural: {} for plural, _ in _LISTS}
    for file, document in found:
        for plural, single in _LISTS:
            for name, value in _entries(file, document, plural, single):
                merged[plural].setdefault(name, Entry(value, file))
    return Config(path, current, **merged)


def _document(file: str) -> dict[str, Any]:
    import yaml

    from opskit.clients.kubeyaml import LOADER, refuse_many_aliases

    text = decode_text(read_bytes(file), file)
    try:
        refuse_many_aliases(text, file)
        made = yaml.load(text, Loader=LOADER)  # noqa: S506 (the safe one, in C)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise InputError(f"is no YAML: {error.problem}", where=where, hint="mend it") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        words = str(error).splitlines()[0]
        raise InputError(f"is no YAML: {words}", where=file, hint="mend it") from None
    if made is None:
        raise InputError("is empty", where=file, hint="name another one with --kubeconfig")
    current = made.get("current-context") or "" if isinstance(made, dict) else None
    if not isinstance(current, str) or not any(plural in made for plural, _ in _LISTS):
        hint = "'kubectl config view' shows one"
        raise InputError("is no kubeconfig", where=file, hint=hint)
    return {**made, "current-context": current}


def _entries(
    file: str, document: dict[str, Any], plural: str, single: str
) -> list[tuple[str, Mapping[str, Any]]]:
    found = document.get(plural) or []
    if not isinstance(found, list):
        raise InputError(f"its {plural} are no list", where=file, hint="mend it")
    for number, each in enumerate(found, 1):
        inner = each.get(single) or {} if isinstance(each, dict) else None
        if not isinstance(inner, dict) or each.get("name") in (None, ""):
            raise InputError(
                f"entry {number} of its {plural} has no name, or no {single}",
                where=file,
                hint=f"an entry is {{name: ..., {single}: {{...}}}}",
            )
    return [(str(each["name"]), each.get(single) or {}) for each in found]
