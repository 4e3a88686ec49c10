"""Whatever a command is pointed at, as a design: a file of any kind that is read, or stdin."""

from importlib import import_module
from pathlib import Path
from typing import cast

from opskit.documents import Document, parse_document
from opskit.emrfs.formats import StructuredFormat
from opskit.emrfs.model import Design
from opskit.errors import InputError
from opskit.files import display_name, read_bytes

DEFAULT = "emrfs.yaml"
#: Tried in this order on YAML and JSON: what is told apart most surely comes first.
STRUCTURED = (
    "emrfs",
    "securityconfig",
    "cloudformation",
    "rolemapper",
    "trino",
    "configurations",
)
#: The short forms of CloudFormation's functions (User Guide, "Intrinsic function reference").
INTRINSICS = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{
        f"!{name}": f"Fn::{name}"
        for name in (
            *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If"),
            *("ImportValue", "Join", "Length", "Not", "Or", "Select", "Split", "Sub"),
            *("ToJsonString", "Transform"),
        )
    },
}
_KNOWN = (
    "opskit reads its own emrfs.yaml, EMR security configurations, CloudFormation, Terraform, "
    "emrfs-site and core-site XML, amazon-emr-user-role-mapper and Trino files"
)


def load(source: str | Path) -> Design:
    """The design in a file, or in stdin for `-`, to be worked with.

    Raises InputError for what cannot be read, is no role mapping, or breaks a rule on its form
    (`Design.faults`); `read` leaves the last to lint.
    """
    design = read(source)
    if design.faults:
        first, *others = design.faults
        lines = [f"{first.message} ({first.rule})"]
        lines += [f"{each.location}: {each.message} ({each.rule})" for each in others[:9]]
        if len(others) > 9:
            lines.append(f"... and {len(others) - 9} more")
        where = str(first.location or display_name(source))
        raise InputError("\n".join(lines), where=where, hint="'opskit emrfs lint' explains each")
    return design


def read(source: str | Path) -> Design:
    """The design in a file as far as it can be told, faults of its form included."""
    data, name = read_bytes(source), display_name(source)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    suffix = Path(str(source)).suffix.lower()
    if start == b"<":
        return _module("sitexml").read(data, name)
    if suffix in (".tf", ".hcl") or (suffix not in _DOCUMENTS and _module("terraform").fits(data)):
        return _module("terraform").read(data, name)
    return _structured(parse_document(data, name, is_json=suffix == ".json", tags=INTRINSICS))


_DOCUMENTS = (".yaml", ".yml", ".json")


def _structured(document: Document) -> Design:
    for name in STRUCTURED:
        found = cast("StructuredFormat", _module(name))
        if found.recognises(document):
            return found.read(document)
    raise InputError("holds no role mappings that opskit knows", where=document.name, hint=_KNOWN)


def _module(name: str) -> "object":
    return import_module(f"opskit.emrfs.formats.{name}")
