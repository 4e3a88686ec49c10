"""The files that an edit is about: as named, and those in folders, as `kubectl -f` takes them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from opskit.errors import InputError, UsageError

SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATION = "Kustomization"


def files(
    paths: Sequence[str | Path], *, recursive: bool | None = None
) -> Iterator[tuple[str, bool]]:
    """Each file once, by its name (`-` is stdin), and whether it was named itself.

    A folder stands for the files in it that are called `*.yaml`, `*.yml`, `*.json` or
    `Kustomization`; with `recursive` for those below it, too (None: nobody can ask for that).
    Raises InputError for a folder that holds none, UsageError where stdin is not alone.
    """
    names = [str(path) for path in paths]
    if "-" in names and len(names) > 1:
        raise UsageError("stdin is edited by itself", hint="name - alone: the result is stdout")
    seen: set[str] = set()
    for name in names:
        is_folder = name != "-" and Path(name).is_dir()
        for file in _in_folder(name, recursive) if is_folder else [name]:
            real = file if file == "-" else os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file, not is_folder


def _in_folder(folder: str, recursive: bool | None) -> list[str]:
    found: list[str] = []

    def refuse(error: OSError) -> None:
        raise InputError(
            f"cannot be looked into: {error.strerror}",
            where=str(error.filename),
            hint="check the permissions of the folder",
        )

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        if not recursive:
            folders.clear()
        found += [
            str(Path(place, name))
            for name in sorted(names)
            if name.lower().endswith(SUFFIXES) or name == KUSTOMIZATION
        ]
    if not found:
        raise InputError(
            "holds no *.yaml, *.yml or *.json",
            where=folder,
            hint="-R looks into the folders below, too" if recursive is False else "name a file",
        )
    return found
