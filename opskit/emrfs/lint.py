"""The check of role mappings: read, run the rules, report, mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from opskit.emrfs import fixes, load
from opskit.emrfs.fixes import Rewrite
from opskit.emrfs.load import Source
from opskit.emrfs.model import NOTICE, Design
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
    extra = {"notice": NOTICE}
    return files, Report(SCHEMA, sorted(found, key=_order), checked, "mapping", extra)


def mended(
    files: Sequence[File], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Rewrite]:
    """The files that change when what the selected rules find, and can be mended, is mended."""
    latest: dict[str, bytes] = {}  # several parts of one file are mended one after the other
    first: dict[str, bytes] = {}
    for source, _ in files:
        first.setdefault(source.name, source.data)
        data = latest.get(source.name, source.data)
        latest[source.name] = _mended(source._replace(data=data), select, ignore)
    rewrites = [Rewrite(name, data, latest[name]) for name, data in first.items()]
    return [rewrite for rewrite in rewrites if rewrite.changed]


def _mended(source: Source, select: Sequence[str], ignore: Sequence[str]) -> bytes:
    """The bytes of a file in which nothing is left to mend: mending can uncover more."""
    for _ in range(fixes.ROUNDS):
        design = load.parse(source)
        data = fixes.mended(source, design, RULES.run(design, select=select, ignore=ignore))
        if data == source.data:
            break
        source = source._replace(data=data)
    return source.data


def _found(file: File, select: Sequence[str], ignore: Sequence[str]) -> list[Finding]:
    findings = RULES.run(file.design, select=select, ignore=ignore)
    fixes.mark(file.source, file.design, findings)
    return findings


def _order(finding: Finding) -> tuple[str, bool, tuple[str, int, int, int, str]]:
    """By file and line; what is about a whole file comes last, the notice too."""
    at = finding.location
    return at.file if at else "", at is None or at.line is None, place(finding)
