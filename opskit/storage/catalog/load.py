"""The catalog read from its files, checked, and in a form that loads at once.

The bundled files have a compiled form beside them. It carries checksums of the files that it was
made from, so that a file that was changed is read itself, with its lines in every error.
"""

import os
from functools import cache
from pathlib import Path
from zlib import crc32

import msgspec

from opskit.errors import InputError
from opskit.storage.catalog.model import Law, Provider

BUNDLED = Path(__file__).resolve().parent
COMPILED = BUNDLED / "compiled.json"
LAWS = "laws.yaml"


class Catalog(msgspec.Struct, frozen=True):
    """All providers by name, in the order of their names, and what laws set."""

    providers: dict[str, Provider]
    law: Law

    def provider(self, name: str) -> Provider:
        """The provider of a name; UsageError with what was meant where there is none."""
        if name in self.providers:
            return self.providers[name]
        from opskit.errors import UsageError
        from opskit.suggestions import Suggestions

        close = Suggestions(self.providers)(name)
        meant = f"; did you mean {close}?" if close else ""
        raise UsageError(
            f"{name[:40]!r} is no provider of the catalog{meant}",
            hint=f"the providers are {', '.join(self.providers)}",
        )


class _Compiled(msgspec.Struct, frozen=True):
    checksums: dict[str, str]
    catalog: Catalog


def load(folder: Path | None = None) -> Catalog:
    """The bundled catalog, or that of a folder; InputError with file and line for bad facts."""
    return _load(folder.resolve() if folder else BUNDLED)


@cache
def _load(folder: Path) -> Catalog:
    if folder == BUNDLED:
        return _compiled() or read(folder)
    return read(folder)


def _compiled() -> Catalog | None:
    """The compiled form, if it was made from the files as they are."""
    try:
        found = msgspec.json.decode(COMPILED.read_bytes(), type=_Compiled)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found.catalog if found.checksums == _checksums(BUNDLED) else None


def _checksums(folder: Path) -> dict[str, str]:
    """Enough to see that a file was changed; a cryptographic hash takes longer to import."""
    names = sorted(each for each in os.listdir(folder) if each.endswith(".yaml"))  # noqa: PTH208
    contents = ((name, folder.joinpath(name).read_bytes()) for name in names)
    return {name: f"{len(data)}-{crc32(data):08x}" for name, data in contents}


def read(folder: Path) -> Catalog:
    """The catalog of the YAML files of a folder, each fact checked."""
    files = _files(folder)
    if not [each for each in files if each.name != LAWS]:
        raise InputError(
            "there is no provider's file (*.yaml) in it",
            where=str(folder),
            hint="copy the bundled catalog there: opskit storage catalog refresh --catalog FOLDER",
        )
    providers: dict[str, Provider] = {}
    for file in files:
        if file.name == LAWS:
            continue
        provider = _provider(file)
        if provider.name in providers:
            raise InputError(f"a second file for {provider.name}", where=str(file))
        providers[provider.name] = provider
    laws = folder / LAWS
    return Catalog(dict(sorted(providers.items())), _law(laws if laws.exists() else BUNDLED / LAWS))


def _files(folder: Path) -> list[Path]:
    """The YAML files of a folder; InputError for one that is none, or is called otherwise."""
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        hint = "check the path; without --catalog, the bundled catalog is taken"
        raise InputError("no such folder", where=str(folder), hint=hint) from None
    except NotADirectoryError:
        hint = f"a catalog is a folder of files: {folder.parent}"
        raise InputError("is a file, not a folder", where=str(folder), hint=hint) from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        hint = "check the permissions of the folder and of those above it"
        raise InputError(f"cannot be read: {what}", where=str(folder), hint=hint) from None
    for each in entries:
        if each.suffix.lower() in (".yml", ".yaml") and each.suffix != ".yaml":
            hint = f"name it {each.stem}.yaml, or take it out of the folder"
            raise InputError("the files of a catalog end in .yaml", where=str(each), hint=hint)
    return [each for each in entries if each.suffix == ".yaml"]


def _provider(file: Path) -> Provider:
    from opskit.decode import decode
    from opskit.documents import Problems, read_document
    from opskit.nodes import MapNode
    from opskit.storage.catalog.check import check_provider

    document = read_document(file)
    provider = decode(document, Provider)
    problems = Problems(document)
    assert isinstance(document.root, MapNode)
    check_provider(problems, document.root, provider)
    problems.check()
    return provider


def _law(file: Path) -> Law:
    from opskit.decode import decode
    from opskit.documents import Problems, read_document
    from opskit.nodes import MapNode
    from opskit.storage.catalog.check import check_law

    document = read_document(file)
    law = decode(document, Law)
    problems = Problems(document)
    assert isinstance(document.root, MapNode)
    check_law(problems, document.root, law)
    problems.check()
    return law


def compiled() -> bytes:
    """What the compiled form has to be, for the files as they are."""
    made = _Compiled(_checksums(BUNDLED), read(BUNDLED))
    return msgspec.json.encode(made) + b"\n"
