"""EMR's configuration classifications: Hue's, and those of Hadoop and EMRFS.

EMR Release Guide, "Configure applications" and "Configure Hue for LDAP users"; Hadoop, "Hadoop
Groups Mapping".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opskit.emrfs.build import checks, launch, secrets
from opskit.emrfs.build.iam import text
from opskit.emrfs.formats.hadoop import MAPPINGS
from opskit.emrfs.model import Cluster, Design, Kind
from opskit.errors import InputError

_LETTERS = {Kind.USER: "u", Kind.GROUP: "g", Kind.PREFIX: "p"}
_MAPPING = "hadoop.security.group.mapping"
_LDAP = f"{_MAPPING}.ldap"
_CLASS = "org.apache.hadoop.security.LdapGroupsMapping"
#: What Hue calls the settings of its directory, and what Hadoop calls them.
_SAME = {
    "ldap_url": f"{_LDAP}.url",
    "base_dn": f"{_LDAP}.base",
    "bind_dn": f"{_LDAP}.bind.user",
}


def hue(design: Design, notes: list[str], *, secret: str = "") -> str:
    """The classification `hue-ini`, its bind password a reference."""
    safe = launch.configurations(design, notes, secret=secret)
    found = [each for each in safe if each.get("Classification") == "hue-ini"]
    if not found:
        raise InputError(
            "holds no hue-ini",
            where=design.source,
            hint="put Hue's settings into 'configurations' of 'cluster'",
        )
    return text(found)


def core_site(design: Design, notes: list[str]) -> str:
    """The classifications `emrfs-site` with the mappings and `core-site` with groups from LDAP.

    On a cluster with the security configuration EMR writes the first itself. That commas join
    mappings is not documented (`opskit.emrfs.formats.hadoop`).
    """
    checks.check(design)
    made = [_site("emrfs-site", {MAPPINGS[0]: role_mapping(design, notes)})]
    groups = dict(_groups(design, notes))
    if groups:
        made.append(_site("core-site", groups))
    return text(made)


def _site(name: str, properties: dict[str, str]) -> dict[str, Any]:
    return {"Classification": name, "Properties": properties}


def role_mapping(design: Design, notes: list[str]) -> str:
    """The mappings as `fs.s3.authorization.roleMapping` holds them."""
    entries = []
    for mapping in design.mappings:
        arn = checks.role_arn(design, mapping)
        if any(character in arn for character in "=,;"):
            raise InputError(
                f"the role of {mapping.label} has one of = , ; in its name, which part the list",
                where=str(mapping.role_location or design.source),
                hint="use the security configuration, or give the role another name",
            )
        names = [identifier.text for identifier in mapping.identifiers]
        if any("," in name for name in names):
            notes.append(f"{mapping.label} has a comma, which may end a mapping for EMRFS")
        entries.append(f"{arn}={_LETTERS[mapping.kind]}:{';'.join(names)}")
    return ",".join(entries)


def _groups(design: Design, notes: list[str]) -> Iterator[tuple[str, str]]:
    """How Hadoop finds groups, where the document says that they come from LDAP."""
    cluster = design.cluster or Cluster()
    where = str(cluster.locations.get("configurations", design.source))
    sites = [each for each in cluster.configurations if each.get("Classification") == "core-site"]
    safe = secrets.without(sites, notes, secret="", where=where)
    known = dict(_properties(safe, ("core-site",)))
    own = {key: value for key, value in known.items() if key.startswith(_MAPPING)}
    if own:
        yield from own.items()
        return
    joined = "ADDomainJoinUser" in (cluster.kerberos or {})
    directory = {
        k: v for k, v in _properties(cluster.configurations, ("hue-ini",)) if k in _SAME and v
    }
    if joined or "ldap_url" not in directory or not any(design.identifiers(Kind.GROUP)):
        return
    notes.append(
        "Hue has its users from LDAP: the groups of the mappings are taken from there, too; leave "
        "core-site out where the nodes know them themselves"
    )
    yield _MAPPING, _CLASS
    for key, name in _SAME.items():
        if key in directory:
            yield name, directory[key]
    if "bind_dn" in directory:
        where = secrets.LDAP_PATH
        notes.append(f"put the password of {directory['bind_dn']} into the file {where}")
        yield secrets.LDAP_FILE, where


def _properties(
    configurations: Sequence[Mapping[str, Any]], names: tuple[str, ...], *, inside: bool = False
) -> Iterator[tuple[str, str]]:
    """The properties of the named classifications and of those inside of them."""
    for each in configurations:
        here = inside or each.get("Classification") in names
        properties = each.get("Properties")
        if here and isinstance(properties, Mapping):
            yield from ((str(key), str(value)) for key, value in properties.items())
        inner = each.get("Configurations")
        if isinstance(inner, list):
            yield from _properties(inner, names, inside=here)
