"""The folder of a catalog that is to be written: the files that change, or a new copy."""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opskit.documents import decode_text
from opskit.errors import InputError, UsageError
from opskit.files import make_folder, read_bytes, replace
from opskit.storage.catalog.load import BUNDLED
from opskit.unified import unified


def files(folder: Path) -> dict[str, bytes]:
    """The YAML files of a folder."""
    return {path.name: read_bytes(path) for path in sorted(folder.glob("*.yaml"))}


def is_new(folder: Path) -> bool:
    """Whether the bundled catalog has to be copied into it first: it is not there, or empty."""
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise InputError(
            f"cannot look into the folder: {error.strerror}",
            where=str(folder),
            hint="check the permissions",
        ) from None


def refuse_installed(folder: Path) -> None:
    """The prices inside an installed package are not written: the next update would undo it."""
    installed = {"site-packages", "dist-packages"} & set(BUNDLED.parts)
    if installed and folder.resolve() == BUNDLED:
        raise UsageError(
            "these are the prices of the installed package, which are not written",
            where=str(folder),
            hint="name another folder: a copy of them is made there",
        )


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file of the catalog with what it is to be; `commands/changes.py` shows and writes it."""

    path: Path
    before: bytes
    after: bytes

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def diff(self) -> str:
        """The change as a unified diff; empty where there is none."""
        if not self.changed:
            return ""
        old, new = (decode_text(each, self.name) for each in (self.before, self.after))
        return unified(self.name, old, new)

    def save(self) -> Path | None:
        """Write the file; the path of the backup. InputError where it changed meanwhile."""
        return replace(self.path, self.before, self.after)


@dataclass(frozen=True, slots=True)
class Copied:
    """A new folder with all the bundled files, some of them changed."""

    folder: Path
    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        return str(self.folder)

    @property
    def changed(self) -> bool:
        return True

    def diff(self) -> str:
        """The change of the prices; nothing where they are those that are bundled."""
        bundled = files(BUNDLED)
        parts = (
            Rewritten(self.folder / name, bundled.get(name, b""), data).diff()
            for name, data in self.files.items()
        )
        return "".join(parts)

    def save(self) -> Path | None:
        """Write the folder, whole or not at all; there is nothing to back up."""
        folder = self.folder.absolute()
        make_folder(folder.parent)
        made = folder.parent / f".opskit-{secrets.token_hex(8)}.tmp"
        try:
            made.mkdir()
            for name, data in self.files.items():
                (made / name).write_bytes(data)
            if folder.exists():
                folder.rmdir()  # it is empty; another program's file in it is an error
            os.replace(made, folder)  # noqa: PTH105 (as files.py does)
        except OSError as error:
            raise InputError(
                f"cannot write the folder: {error.strerror}",
                where=self.name,
                hint="check the path and its permissions",
            ) from None
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return None
