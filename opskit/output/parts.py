"""Parts of a finding as programs want them: its file, the file's URI, all that it says."""

import os

from opskit.findings import Finding

STDIN = ("-", "<stdin>")


def file_of(finding: Finding) -> str:
    """The finding's file, forward slashes, relative where it lies under the working directory.

    Empty where the finding has no file or the file was stdin.
    """
    if not finding.location or finding.location.file in ("", *STDIN):
        return ""
    file = finding.location.file
    if "://" in file:
        return file
    from pathlib import Path, PurePath

    path = PurePath(os.path.normpath(file))
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def uri_of(file: str) -> str:
    """What `file_of` returns as a percent-encoded URI, relative unless the path is absolute."""
    from pathlib import PurePath
    from urllib.parse import quote

    if "://" in file:
        return quote(os.fsencode(file), safe=":/?#[]@!$&'()*+,;=%")
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(file))


def details(finding: Finding) -> list[tuple[str, str]]:
    """What the finding says beside its message: `observed`, `expected`, `fix`, its domain's."""
    labelled = {"observed": finding.observed, "expected": finding.expected, "fix": finding.fix}
    labelled |= finding.told
    return [(label, text.strip("\n")) for label, text in labelled.items() if text.strip("\n")]


def whole_message(finding: Finding) -> str:
    """The message and the details, one below the other."""
    return "\n".join([finding.message, *(f"{label}: {text}" for label, text in details(finding))])
