"""The security configuration: its mappings and its other blocks."""

from collections.abc import Iterator
from typing import Any
from zlib import crc32

from opskit.clients.aws import MissingError
from opskit.emrfs.arns import RoleArn
from opskit.emrfs.build import securityconfig as building
from opskit.emrfs.formats import securityconfig
from opskit.emrfs.formats.securityconfig import without_added
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.model import Design, RoleMapping
from opskit.emrfs.naming import family_of, name_of
from opskit.emrfs.verify.rows import Row, compared, unknown
from opskit.errors import InputError, UnknownError


def rows(design: Design, emr: Emr, cluster: str, name: str) -> list[Row]:
    """The configuration of that name, of the cluster, or of the document."""
    item = "security configuration"
    try:
        names = [name] if name else _names(design, emr, cluster)
        found = _first(emr, names, "" if name or cluster else design.name)
    except UnknownError as error:
        return [unknown(item, error, design.name)]
    if found is None:
        why = "EMR has none of this name: 'opskit emrfs apply' creates it"
        return [Row(item, "missing", " or ".join(names), why=why)]
    which, source = found
    live = Design(which, "aws", [])
    securityconfig.fill(live, source, lambda path: None)
    first = compared(item, names[0], which, "it has another content")
    return [first, *_mappings(design, live), *_blocks(design, live)]


def _names(design: Design, emr: Emr, cluster: str) -> list[str]:
    """The names that the document's configuration may have, the one of its content first."""
    if cluster:
        used = str(emr.cluster(cluster).get("SecurityConfiguration") or "")
        if not used:
            raise InputError("the cluster has no security configuration", where=cluster)
        return [used]
    if not design.name:
        raise InputError(
            "the security configuration has no name",
            where=design.source,
            hint="give --security-configuration or --cluster, or write 'name:'",
        )
    try:
        text = building.render(design)
    except InputError:  # of an unknown account: then only the plain name can be looked for
        return [design.name]
    return [name_of(design.name, text), design.name]


def _first(emr: Emr, names: list[str], base: str) -> tuple[str, dict[str, Any]] | None:
    """The first that is there; else the newest that was applied under the name."""
    for name in names:
        try:
            return name, emr.configuration(name)
        except MissingError:
            continue
    try:
        family = family_of(emr.names(), base) if base else []
    except UnknownError:  # a permission that is needed for this alone
        return None
    return (family[0], emr.configuration(family[0])) if family else None


def _mappings(design: Design, live: Design) -> Iterator[Row]:
    for index in range(max(len(design.mappings), len(live.mappings))):
        one = design.mappings[index] if index < len(design.mappings) else None
        two = live.mappings[index] if index < len(live.mappings) else None
        account_ = design.account or live.account
        documented = _words(one, design, account_) if one else ""
        found = _words(two, live, account_) if two else ""
        item = f"mappings[{index}]"
        if one is None:
            yield Row(item, "differs", "", found, "EMR has it, the document has not")
        elif two is None:
            yield Row(item, "missing", documented, "", "EMR does not have it")
        else:
            yield compared(item, documented, found)


def _words(mapping: RoleMapping, design: Design, account_: str) -> str:
    """A mapping as a text; the order of its identifiers does not matter."""
    role = RoleArn.parse(mapping.role, partition=design.partition, account=account_)
    names = sorted(identifier.text for identifier in mapping.identifiers)
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    if len(names) > 20:  # the rest counts as well
        shown += f" ({crc32(repr(names).encode()):08x})"
    return f"{mapping.kind.lower()} {shown}: {role}"


def _blocks(design: Design, live: Design) -> Iterator[Row]:
    for name in dict.fromkeys((*design.blocks, *live.blocks)):
        if name not in live.blocks:
            yield Row(name, "missing", "documented", "", "EMR does not have it")
        elif name not in design.blocks:
            yield Row(name, "differs", "", "in EMR", "EMR has it, the document has not")
        else:
            equal = without_added(design.blocks[name]) == without_added(live.blocks[name])
            where = "; ".join(list(_paths(design.blocks[name], live.blocks[name]))[:3])
            yield Row(name, "same") if equal else Row(name, "differs", why=f"at {where}")


def _paths(one: Any, two: Any, path: str = "") -> Iterator[str]:
    """Where two plain values differ; the values themselves may be secret."""
    if isinstance(one, dict) and isinstance(two, dict):
        for key in dict.fromkeys((*one, *two)):
            yield from _paths(one.get(key), two.get(key), f"{path}.{key}" if path else str(key))
    elif without_added(one) != without_added(two):
        yield path or "the top"
