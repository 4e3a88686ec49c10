"""The check of role mappings: read, run the rules, report, mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from opskit.emrfs import fixes, load
from opskit.emrfs.fixes import Rewrite
from opskit.emrfs.load import Source
from opskit.emrfs.model import Design
from opskit.emrfs.rules import RULES
from opskit.findings import Finding, Report, place

SCHEMA = "opskit.emrfs.lint/1"


class File(NamedTuple):
    """A file that is checked: its bytes, and the design in them."""

    source: Source
    design: Design


def check(
    paths: Sequence[str | Path], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[list[File], Report]:
    """Read the files and run the rules over each; the report counts mappings.

    Raises InputError for a file that cannot be read or holds no role mappings.
    """
    sources = [load.take(path) for path in paths]
    files = [File(source, load.parse(source)) for source in sources]
    found = [finding for file in files for finding in _found(file, select, ignore)]
    checked = sum(len(file.design.mappings) for file in files)
    return files, Report(SCHEMA, sorted(found, key=place), checked, "mapping")


def mended(
    files: Sequence[File], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Rewrite]:
    """The files that change when what the selected rules find, and can be mended, is mended.

    What is mended can uncover more: it goes on until nothing is left to mend.
    """
    rewrites = []
    for first in files:
        file = first
        for _ in range(fixes.ROUNDS):
            data = fixes.mended(file.source, file.design, RULES.run(file.design, select=select, ignore=ignore))
            if data == file.source.data:
                break
            source = file.source._replace(data=data)
            file = File(source, load.parse(source))
        if file is not first:
            rewrites.append(Rewrite(first.source.name, first.source.data, file.source.data))
    return rewrites


def _found(file: File, select: Sequence[str], ignore: Sequence[str]) -> list[Finding]:
    findings = RULES.run(file.design, select=select, ignore=ignore)
    fixes.mark(file.source, file.design, findings)
    return findings
