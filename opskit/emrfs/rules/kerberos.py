"""EMR040 and EMR041: who users are, and the Kerberos blocks that say so.

Shapes: EMR Management Guide, "Security configuration and cluster settings for Kerberos on Amazon
EMR" and "Configuration examples".
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Location, Rule, Severity

_BLOCK = "AuthenticationConfiguration"
_GUIDE = "EMR Management Guide, Security configuration and cluster settings for Kerberos"
#: Formats that hold the blocks of a security configuration.
_WITH_BLOCKS = ("emrfs", "securityconfig", "cloudformation", "terraform")
_WHO = ("KerberosConfiguration", "LDAPConfiguration", "IdentityCenterConfiguration")
_PROVIDERS = {
    "ClusterDedicatedKdc": "ClusterDedicatedKdcConfiguration",
    "ExternalKdc": "ExternalKdcConfiguration",
}
#: What each part holds: the keys it has to have, and those it may.
_PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "KerberosConfiguration": (("Provider",), tuple(_PROVIDERS.values())),
    "ClusterDedicatedKdcConfiguration": (
        (),
        ("TicketLifetimeInHours", "CrossRealmTrustConfiguration"),
    ),
    "CrossRealmTrustConfiguration": (("Realm", "Domain", "AdminServer", "KdcServer"), ()),
    "ExternalKdcConfiguration": (
        ("KdcServerType", "AdminServer", "KdcServer"),
        ("TicketLifetimeInHours", "AdIntegrationConfiguration"),
    ),
    "AdIntegrationConfiguration": (("AdRealm", "AdDomain"), ("AdServer",)),
}


def _authenticates(block: Any) -> bool:
    """Whether the block has a part that says who users are."""
    if not isinstance(block, Mapping):
        return bool(block)  # what a template computes
    return any(block.get(part) for part in _WHO)


@RULES.rule(
    Rule(
        "EMR040",
        Severity.ERROR,
        title="user or group mappings without authentication",
        why="Hadoop takes a user's word for the name unless the cluster has Kerberos: with "
        "HADOOP_USER_NAME anybody gets the role of any user or group.",
        fix="add a KerberosConfiguration under AuthenticationConfiguration",
        reference="EMR Management Guide, Use Kerberos for authentication with Amazon EMR",
    )
)
def unauthenticated(design: Design) -> Iterator[Finding]:
    """At the first mapping that needs it; formats without the other blocks cannot tell."""
    if design.format not in _WITH_BLOCKS or _authenticates(design.blocks.get(_BLOCK)):
        return
    named = [mapping for mapping in design.mappings if mapping.kind is not Kind.PREFIX]
    if named:
        count = len(named)
        yield Finding(
            f"{count} mapping{'s are' if count > 1 else ' is'} by user or group, and nothing "
            "proves who a user is: there is no Kerberos",
            object=named[0].label,
            location=named[0].location or Location(design.source),
            observed=f"no {_BLOCK}",
            expected='{"KerberosConfiguration": {"Provider": ...}}',
        )


class Part(NamedTuple):
    """A part of the Kerberos block, its name, and the dotted path to it."""

    name: str
    path: str
    source: Mapping[str, Any]


def _parts(design: Design) -> Iterator[Part]:
    block = design.blocks.get(_BLOCK)
    found = block.get("KerberosConfiguration") if isinstance(block, Mapping) else None
    if isinstance(found, Mapping):
        yield from _below("KerberosConfiguration", "KerberosConfiguration", found)


def _below(name: str, path: str, source: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(name, path, source)
    for key, value in source.items():
        if key in _PARTS and isinstance(value, Mapping):
            yield from _below(key, f"{path}.{key}", value)


@RULES.rule(
    Rule(
        "EMR041",
        Severity.ERROR,
        title="a Kerberos configuration that is not whole",
        why="The cluster's KerberosAttributes and the security configuration's Kerberos block go "
        "together: EMR refuses one without the other. Two realms of one name cannot trust each "
        "other, and realms are written in upper case by convention: another spelling is another "
        "realm.",
        fix="write the keys that the guide asks for",
        reference=f"{_GUIDE}; EMR API Reference, KerberosAttributes",
    )
)
def incomplete(design: Design) -> Iterator[Finding]:
    """The form of the block, what the cluster adds, and the realms."""
    parts = list(_parts(design))
    at = design.block_locations.get(_BLOCK) or Location(design.source)
    for part in parts:
        yield from _shape(part, at)
    yield from _attributes(design, {part.name: part.source for part in parts}, at)


def _shape(part: Part, at: Location) -> Iterator[Finding]:
    def wrong(message: str, observed: str, expected: str) -> Finding:
        return Finding(message, object=part.path, location=at, observed=observed, expected=expected)

    needed, allowed = _PARTS[part.name]
    for key in needed:
        if not part.source.get(key):
            yield wrong(f"{part.path} has no {key}", "none", key)
    for key in part.source:
        if key not in needed and key not in allowed:
            yield wrong(f"{part.path} has the unknown key {key!r:.60}", key, ", ".join(allowed))
    if part.name == "KerberosConfiguration":
        provider = part.source.get("Provider")
        block = _PROVIDERS.get(str(provider))
        if provider and block is None and not PLACEHOLDER.search(str(provider)):
            yield wrong(
                f"{part.path} has the unknown Provider {provider!r:.60}",
                str(provider),
                " or ".join(_PROVIDERS),
            )
        elif block is not None and not isinstance(part.source.get(block), Mapping):
            yield wrong(f"{part.path} has no {block}", "none", f"{block} for {provider}")
    kind = part.source.get("KdcServerType", "Single")
    if part.name == "ExternalKdcConfiguration" and kind != "Single":
        yield wrong(f"{part.path} has the unknown KdcServerType {kind!r:.60}", str(kind), "Single")
    hours = part.source.get("TicketLifetimeInHours", 24)
    if not _is_hours(hours):
        yield wrong(
            f"{part.path}.TicketLifetimeInHours is {hours!r:.60}",
            str(hours),
            "a whole number of hours, 1 or more",
        )


def _is_hours(value: object) -> bool:
    if isinstance(value, str):
        return bool(PLACEHOLDER.search(value)) or (value.isascii() and value.isdigit())
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _attributes(
    design: Design, parts: Mapping[str, Mapping[str, Any]], at: Location
) -> Iterator[Finding]:
    """What the cluster's side lacks, and the realms of both sides."""
    cluster = design.cluster
    given = cluster.kerberos if cluster is not None else None
    places = cluster.locations if cluster is not None else {}
    where = places.get("kerberos-attributes") or places.get("") or at
    trust = parts.get("CrossRealmTrustConfiguration", {})
    directory = parts.get("AdIntegrationConfiguration", {})
    if parts and cluster is not None and given is None and _launches(design):
        yield Finding(
            "the security configuration has Kerberos, and the cluster no KerberosAttributes",
            object="KerberosAttributes",
            location=where,
            observed="none",
            expected="Realm, KdcAdminPassword",
            fix="add kerberos-attributes with Realm and KdcAdminPassword to the cluster",
        )
    if given is not None and not parts and design.format in _WITH_BLOCKS:
        yield Finding(
            "the cluster has KerberosAttributes, and the security configuration no Kerberos",
            object="KerberosAttributes",
            location=where,
            observed="no KerberosConfiguration",
            expected="both or neither",
        )
    for key in _missing(given or {}, cross_realm=bool(trust)) if given and parts else ():
        yield Finding(
            f"KerberosAttributes has no {key}",
            object="KerberosAttributes",
            location=where,
            observed="none",
            expected=key,
        )
    own = (given or {}).get("Realm", "")
    yield from _realms(own, where, "the cluster's realm")
    for realm in (trust.get("Realm"), directory.get("AdRealm")):
        if isinstance(realm, str):
            yield from _realms(realm, at, "the trusted realm")
            if own and own.upper() == realm.upper():
                yield Finding(
                    f"the cluster's realm and the one it is to trust are both {own!r:.80}",
                    object="Realm",
                    location=where,
                    observed=own,
                    expected="two names",
                    fix="give the cluster a realm of its own, such as EC2.INTERNAL",
                )


def _launches(design: Design) -> bool:
    """Whether the file says how clusters are launched, not only what they are configured with."""
    cluster = design.cluster
    return cluster is not None and bool(
        cluster.name or cluster.instance_profile or cluster.service_role or cluster.options
    )


def _missing(given: Mapping[str, str], *, cross_realm: bool) -> Iterator[str]:
    needed = ["Realm", "KdcAdminPassword"]
    if cross_realm:
        needed.append("CrossRealmTrustPrincipalPassword")
    if ("ADDomainJoinUser" in given) != ("ADDomainJoinPassword" in given):
        needed += ["ADDomainJoinUser", "ADDomainJoinPassword"]
    return (key for key in needed if not given.get(key))


def _realms(realm: str, at: Location, what: str) -> Iterator[Finding]:
    if realm != realm.upper() and not PLACEHOLDER.search(realm):
        yield Finding(
            f"{what} {realm!r:.80} is not in upper case",
            object="Realm",
            location=at,
            observed=realm,
            expected=realm.upper(),
            severity=Severity.WARNING,
            fix=f"write {realm.upper()}, as the realm itself is called",
        )
