"""Role mappings and what bears on them, as settings of Hadoop: names and texts.

On a cluster EMR writes the mappings of the security configuration into `emrfs-site`, and since
EMR 7.10 for S3A into `core-site` too (EMR Release Guide, "Migrating from EMRFS to S3A"). The form
of the value is not documented: EMRFS names `<role>=<u|g|p>:<x>;<y>` in its own error message, and
nothing says how several mappings are joined or how anything is escaped. Read here is a list with
commas or line ends between the mappings, and no escapes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opskit.emrfs.formats.mappings import accounts
from opskit.emrfs.model import Cluster, Design, Fault, Identifier, Kind, RoleMapping
from opskit.findings import Location

#: The names of the mappings: EMRFS's, and S3A's since EMR 7.10.
MAPPINGS = ("fs.s3.authorization.roleMapping", "fs.s3a.authorization.roleMapping")
UGI_GROUPS = (
    "fs.s3.authorization.ugi.groupName.enabled",
    "fs.s3a.authorization.ugi.groupName.enabled",
)
FORM = "<role>=<u|g|p>:<x>;<y>"
#: From a configuration's number and a property to the property's place; the empty name stands
#: for the configuration itself.
Locate = Callable[[int, str], Location | None]

_KINDS = {"u": Kind.USER, "g": Kind.GROUP, "p": Kind.PREFIX}
_NEXT = re.compile(r"[,\n]\s*+(?=[^,;=\n]++=\s*+[ugp]\s*+:)", re.IGNORECASE)
_ENTRY = re.compile(r"([^=]*+)=\s*+([ugp])\s*+:(.*)", re.IGNORECASE | re.DOTALL)


def fill(design: Design, configurations: Sequence[Mapping[str, Any]], locate: Locate) -> None:
    """Put the mappings and the cluster's settings into a design.

    `configurations` are EMR's: each has a Classification and Properties. The mappings are not kept
    in them as well, where they would say something else when the design is changed.
    """
    found: dict[str, tuple[str, Location | None]] = {}
    for number, each in enumerate(configurations):
        properties = each.get("Properties")
        for name, value in properties.items() if isinstance(properties, Mapping) else ():
            found[name] = str(value), locate(number, name)
    design.cluster = design.cluster or Cluster()
    design.cluster.configurations = without_mappings(configurations)
    places = {name: place for name, (_, place) in found.items() if place is not None}
    first = locate(0, "") if configurations else None
    design.cluster.locations |= ({"configurations": first} if first else {}) | places
    texts = [(name, *found[name]) for name in MAPPINGS if name in found]
    if texts:
        _, text, place = texts[0]
        mappings, faults = mappings_of(text, place)
        design.mappings += mappings
        design.faults += faults
        design.notes += notes_on(mappings)
    if len({_spaceless(text) for _, text, _ in texts}) > 1:
        design.notes.append(f"{MAPPINGS[0]} and {MAPPINGS[1]} differ; the first was read")
    if not texts:
        design.notes.append(f"{MAPPINGS[0]} is not set: there are no role mappings")
    for name in UGI_GROUPS:
        if name in found:
            design.notes.append(
                f"{name} is {found[name][0]}: it decides whether secondary groups match, and AWS "
                "does not document how"
            )
    accounts(design)


def without_mappings(configurations: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Classifications without the settings for mappings; one that held no more is left out."""
    kept: list[dict[str, Any]] = []
    for each in configurations:
        made = dict(each)
        properties, inner = each.get("Properties"), each.get("Configurations")
        if isinstance(properties, Mapping):
            made["Properties"] = {k: v for k, v in properties.items() if k not in MAPPINGS}
        if isinstance(inner, list | tuple):
            listed = [one for one in inner if isinstance(one, Mapping)]
            made["Configurations"] = list(without_mappings(listed))
        if made == each or made.get("Properties") or made.get("Configurations"):
            kept.append(made)
    return tuple(kept)


def mappings_of(text: str, place: Location | None) -> tuple[list[RoleMapping], list[Fault]]:
    """The mappings in the value of a setting; a part that is none is a fault, and left out."""
    mappings: list[RoleMapping] = []
    faults: list[Fault] = []
    parts = (part.strip(" \t\r\n,") for part in _NEXT.split(text))
    for index, part in enumerate(filter(None, parts)):
        entry = _ENTRY.fullmatch(part)
        if entry is None or not entry[1].strip():
            message = f"mappings[{index}] is not of the form {FORM}"
            faults.append(Fault("EMR004", message, place, part[:200], FORM))
            continue
        names = [name.strip() for name in entry[3].rstrip("; \t\r\n").split(";")]
        identifiers = tuple(Identifier(name, place) for name in names)
        kind = _KINDS[entry[2].lower()]
        mappings.append(RoleMapping(index, entry[1].strip(), kind, identifiers, place, place))
    return mappings, faults


def notes_on(mappings: Sequence[RoleMapping]) -> list[str]:
    """What cannot be told: a comma may be part of a name, or the end of a mapping."""
    return [
        f"{mapping.label}: {identifier.text!r} holds a comma, which may end a mapping for EMRFS"
        for mapping in mappings
        for identifier in mapping.identifiers
        if "," in identifier.text
    ]


def _spaceless(text: str) -> str:
    return "".join(text.split())
