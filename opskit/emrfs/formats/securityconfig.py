"""EMR security configurations: the JSON itself, or what the AWS CLI prints and takes around it.

Shapes: EMR Management Guide, "Create a security configuration with the Amazon EMR console or with
the AWS CLI". Read as well are the answer of `aws emr describe-security-configuration` and the
input of `create-security-configuration --cli-input-json`, where the configuration is a text.

Other readers that meet a security configuration inside of their own format use `fill`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opskit.documents import Document, parse_document
from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.formats.mappings import ADDED, accounts, mappings_of
from opskit.emrfs.iam.policy import Locate
from opskit.emrfs.model import Design, Fault
from opskit.errors import InputError
from opskit.findings import Location
from opskit.nodes import MapNode, Node, ScalarNode

NAME = "securityconfig"
_AUTHORIZATION = "AuthorizationConfiguration"
_EMRFS = "EmrFsConfiguration"
_MAPPINGS = "RoleMappings"
#: The blocks on top.
TOP = (
    _AUTHORIZATION,
    "AuthenticationConfiguration",
    "EncryptionConfiguration",
    "InstanceMetadataServiceConfiguration",
)
#: Where each block belongs, where a wrong place makes it count for nothing.
HOMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TOP, ()),
    **dict.fromkeys(
        (_EMRFS, "RangerConfiguration", "IAMConfiguration", "LakeFormationConfiguration"),
        (_AUTHORIZATION,),
    ),
    _MAPPINGS: (_AUTHORIZATION, _EMRFS),
    "KerberosConfiguration": ("AuthenticationConfiguration",),
    "AtRestEncryptionConfiguration": ("EncryptionConfiguration",),
    "InTransitEncryptionConfiguration": ("EncryptionConfiguration",),
    "S3EncryptionConfiguration": ("EncryptionConfiguration", "AtRestEncryptionConfiguration"),
}
_WRITTEN = {name.lower(): name for name in HOMES}
_Path = tuple[str | int, ...]


def recognises(document: Document) -> bool:
    root = document.root
    if not isinstance(root, MapNode):
        return _is_text(root)
    inner = root.items.get("SecurityConfiguration")
    if inner is not None and len(root.items) <= 4:
        return _is_text(inner[1]) or isinstance(inner[1], MapNode)
    return "Resources" not in root.items and any(key.lower() in _WRITTEN for key in root.items)


def _is_text(node: Node) -> bool:
    """Whether this is JSON as a text, as `--query SecurityConfiguration` prints it."""
    return isinstance(node, ScalarNode) and node.quoted and node.text.lstrip().startswith("{")


def read(document: Document) -> Design:
    """The design; InputError where the JSON inside of the CLI's JSON is none."""
    design = Design(document.name, NAME, [])
    root: Any = document.plain()
    if isinstance(root, str):
        root = {"SecurityConfiguration": root}
    if "SecurityConfiguration" not in root:
        fill(design, root, document.location)
        return design
    design.name = str(root.get("Name", ""))
    path = ("SecurityConfiguration",)
    inner = root["SecurityConfiguration"]
    if isinstance(inner, str):
        where = document.location(path)
        fill(design, parse_text(inner, where), lambda _: where)
    else:
        fill(design, inner, lambda rest: document.location((*path, *rest)))
    return design


def parse_text(text: str, where: Location) -> object:
    """The plain values of JSON that stands as a text in another file, at `where`."""
    try:
        return parse_document(text.encode(), "SecurityConfiguration", is_json=True).plain()
    except InputError as error:
        inner = error.where.rpartition("SecurityConfiguration:")[2]
        message = f"the text of the security configuration {error.message} (at {inner} in it)"
        raise InputError(message, where=str(where), hint=error.hint) from None


def fill(design: Design, source: object, locate: Locate) -> None:
    """Put the mappings, the other blocks and the faults of a security configuration into a design.

    `source` is its plain JSON; `locate` turns keys and indexes in it into a place. Account and
    partition are taken from the roles unless the design has them.
    """
    if not isinstance(source, Mapping):
        where = str(locate(()) or design.source)
        raise InputError("a security configuration is a JSON object", where=where)
    listed: object = None
    path: _Path = ()
    for name, value, at in _blocks(source):
        design.faults += _misplaced(name, at, locate)
        design.faults += _formless(name, value, locate(at))
        if name == _MAPPINGS and listed is None:
            listed, path = value, at
    if path:
        mappings, faults = mappings_of(listed, lambda rest: locate((*path, *rest)))
        design.mappings += mappings
        design.faults += faults
    _other_blocks(design, source, locate)
    design.notes += _unknown(source)
    accounts(design)


def _blocks(source: object, path: _Path = ()) -> Iterator[tuple[str, Any, _Path]]:
    """Every known block wherever it stands, under its right name: (name, value, path)."""
    if isinstance(source, Mapping):
        for key, value in source.items():
            name = _WRITTEN.get(str(key).lower())
            if name is not None:
                yield name, value, (*path, key)
            if name != _MAPPINGS:
                yield from _blocks(value, (*path, key))


def _names(path: Sequence[str | int]) -> tuple[str | int, ...]:
    return tuple(_WRITTEN.get(str(part).lower(), part) for part in path)


def _misplaced(name: str, path: _Path, locate: Locate) -> Iterator[Fault]:
    *above, written = path
    right = ".".join((*HOMES[name], name))
    if written != name:
        message = f"{written} is not the name of a block; {name} is"
        yield Fault("EMR004", message, locate(path), str(written), name)
    elif _names(above) != HOMES[name] and _names(above[-1:]) != HOMES[name][-1:]:
        found = ".".join(map(str, path))
        yield Fault("EMR004", f"{name} is in the wrong place", locate(path), found, right)


def _formless(name: str, value: object, where: Location | None) -> Iterator[Fault]:
    """A block that is no object; what only a deployment tells may still become one."""
    unfilled = isinstance(value, str) and PLACEHOLDER.search(value)
    if name == _MAPPINGS and unfilled:
        message = f"only a deployment tells the role mappings: {value!s:.80}"
        hint = "'aws emr describe-security-configuration' prints what was deployed"
        raise InputError(message, where=str(where or ""), hint=hint)
    if name != _MAPPINGS and not isinstance(value, Mapping) and not unfilled:
        yield Fault("EMR004", f"{name} is not an object", where, str(value)[:200])


def _other_blocks(design: Design, source: Mapping[str, Any], locate: Locate) -> None:
    """All but the mappings and what the service adds."""
    for key, value in source.items():
        kept = without_added(value)
        if key == _AUTHORIZATION and isinstance(kept, dict):
            kept = _without_mappings(kept)
        if key in (_MAPPINGS, _EMRFS) or (key == _AUTHORIZATION and not kept):
            continue
        design.blocks[key] = kept
        where = locate((key,))
        if where is not None:
            design.block_locations[key] = where


def _without_mappings(authorization: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in authorization.items() if k not in (_EMRFS, _MAPPINGS)}
    emrfs = authorization.get(_EMRFS)
    others = {k: v for k, v in emrfs.items() if k != _MAPPINGS} if isinstance(emrfs, dict) else {}
    return kept | ({_EMRFS: others} if others else {})


def without_added(value: Any) -> Any:
    """Plain JSON without the keys that the service adds by itself."""
    if isinstance(value, Mapping):
        return {key: without_added(each) for key, each in value.items() if key not in ADDED}
    return [without_added(each) for each in value] if isinstance(value, list) else value


def _unknown(source: Mapping[str, Any]) -> Iterator[str]:
    for key in source:
        if str(key).lower() not in _WRITTEN and key not in ADDED:
            yield f"the block {key} is not known, and kept as it is"
