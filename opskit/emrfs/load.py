"""Whatever a command is pointed at, as a design: a file of any kind that is read, or stdin."""

import re
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from opskit.documents import Document, parse_document
from opskit.emrfs.formats import StructuredFormat
from opskit.emrfs.model import Design
from opskit.errors import InputError
from opskit.files import display_name, read_bytes
from opskit.nodes import ListNode, MapNode

DEFAULT = "emrfs.yaml"
#: Tried in this order on YAML and JSON: what is told apart most surely comes first.
STRUCTURED = (
    "emrfs",
    "securityconfig",
    "cloudformation",
    "terraformjson",
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
    "opskit reads its own emrfs.yaml, EMR security configurations and classifications, "
    "CloudFormation, Terraform, emrfs-site and core-site XML, amazon-emr-user-role-mapper and "
    "Trino files"
)
#: What else people have at hand: a key on top, what the file is then, and what to do.
_OTHERS = {
    "Statement": ("is an IAM policy", "name it under 'roles' in emrfs.yaml"),
    "SecurityConfigurations": (
        "holds names of security configurations",
        "'aws emr describe-security-configuration --name NAME' prints one",
    ),
    "terraform_version": ("is a plan or a state of Terraform", "name the .tf file instead"),
    "schema": ("is what a command printed", "name the file that the command was given"),
}
_XML = re.compile(rb"\s*<[?!A-Za-z]")
_UTF16_XML = (b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<")
_KEY = re.compile(r"[\w./-]{1,40}")
_DOCUMENTS = (".yaml", ".yml", ".json", ".template")
_TERRAFORM = (".tf", ".hcl")


def load(source: str | Path) -> Design:
    """The design in a file, or in stdin for `-`, to be worked with.

    Raises InputError for what cannot be read, is no role mapping, or breaks a rule on its form
    (`Design.faults`); `read` leaves the last to lint.
    """
    return usable(read(source))


def usable(design: Design) -> Design:
    """The same design; InputError where its file breaks a rule on its form."""
    if design.faults:
        first, *others = design.faults
        lines = [f"{first.message} ({first.rule})"]
        lines += [f"{each.location}: {each.message} ({each.rule})" for each in others[:9]]
        if len(others) > 9:
            lines.append(f"... and {len(others) - 9} more")
        where = str(first.location or design.source)
        raise InputError("\n".join(lines), where=where, hint="'opskit emrfs lint' explains each")
    return design


def read(source: str | Path) -> Design:
    """The design in a file as far as it can be told, faults of its form included.

    `template.yaml#Name` is the security configuration of that logical name in a template.
    """
    return parse(take(source))


class Source(NamedTuple):
    """A file as it was read: what messages call it, its bytes, and which part of it is meant."""

    name: str
    data: bytes
    part: str = ""

    def document(self) -> Document:
        """The file as YAML or JSON."""
        is_json = self.name.lower().endswith(".json")
        return parse_document(self.data, self.name, is_json=is_json, tags=INTRINSICS)


def take(source: str | Path) -> Source:
    """The bytes of a file, or of stdin for `-`; see `read`."""
    path, part = _selected(str(source))
    return Source(display_name(path), read_bytes(path), part)


def parse(source: Source) -> Design:
    """The design in what was read; see `read`."""
    if not source.data.strip():
        raise InputError("is empty", where=source.name, hint=_KNOWN)
    reader = _reader(source.data, source.name.lower())
    if reader and not source.part:
        return cast("_Reader", _module(reader)).read(source.data, source.name)
    return _structured(source.document(), source.part)


class _Reader(Protocol):
    """A module that reads bytes: Terraform's, and that of XML."""

    def read(self, data: bytes, name: str) -> Design: ...

    def fits(self, data: bytes) -> bool: ...


def _selected(source: str) -> tuple[str, str]:
    """A path, and what stands behind a `#` where the file has none in its name."""
    path, mark, selected = source.rpartition("#")
    return (path, selected) if mark and path and not Path(source).exists() else (source, "")


def _reader(data: bytes, name: str) -> str:
    """The module for what is neither YAML nor JSON; empty for what may be."""
    if _XML.match(data.removeprefix(b"\xef\xbb\xbf")) or data.startswith(_UTF16_XML):
        return "sitexml"
    if name.endswith(_TERRAFORM):
        return "terraform"
    if name.endswith(_DOCUMENTS):
        return ""
    return "terraform" if cast("_Reader", _module("terraform")).fits(data) else ""


def _structured(document: Document, selected: str) -> Design:
    if selected:
        from opskit.emrfs.formats import cloudformation

        if not cloudformation.recognises(document):
            message = f"has no parts to choose from, and #{selected} was asked for"
            raise InputError(message, where=document.name, hint="only templates take a #Name")
        return cloudformation.read(document, selected)
    for name in STRUCTURED:
        found = cast("StructuredFormat", _module(name))
        if found.recognises(document):
            return found.read(document)
    raise _unknown(document)


def _unknown(document: Document) -> InputError:
    """What a YAML or JSON file is that holds no role mappings."""
    root = document.root
    if isinstance(root, MapNode):
        for key, (what, hint) in _OTHERS.items():
            if key in root.items:
                return InputError(f"{what}, not role mappings", where=document.name, hint=hint)
        what = f"has the keys {_keys(root)}" if root.items else "is an empty object"
    elif isinstance(root, ListNode):
        what = f"is a list of {len(root.items)}"
    else:
        what = "is plain text"
    return InputError(f"{what}: no role mappings", where=document.name, hint=_KNOWN)


def _keys(root: MapNode) -> str:
    """The first keys. Of a file that is no document, /etc/shadow say, nothing is printed."""
    shown = [key if _KEY.fullmatch(key) else "..." for key in list(root.items)[:5]]
    return ", ".join(dict.fromkeys(shown)) + (" ..." if len(root.items) > 5 else "")


def _module(name: str) -> object:
    return import_module(f"opskit.emrfs.formats.{name}")
