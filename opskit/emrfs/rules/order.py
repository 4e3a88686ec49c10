"""Rules on the order of the mappings: what never decides, and what decides too early."""

from collections import Counter
from collections.abc import Iterator, Sequence

from opskit.emrfs import prefixes
from opskit.emrfs.model import Design, Identifier, Kind, PrefixMatch, RoleMapping
from opskit.emrfs.prefixes import Spans
from opskit.emrfs.rules.mappings import (
    GUIDE,
    Prefix,
    about,
    listed,
    literal,
    role_name,
    same_role,
    shown,
    usable,
)
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

_OTHER: dict[PrefixMatch, PrefixMatch] = {"string": "path", "path": "string"}
_READ_AS: dict[PrefixMatch, str] = {
    "string": "where prefixes match as plain text, as is likely",
    "path": "where prefixes match by folders",
}
_Key = tuple[Kind, str]
_Place = tuple[RoleMapping, Identifier]


@RULES.rule(
    Rule(
        "EMR010",
        Severity.WARNING,
        title="an identifier that an earlier one shadows",
        why="The first mapping that matches decides. Behind the same identifier, or behind a "
        "prefix that covers it, an identifier never does: whoever reads the file takes it for "
        "access that nobody gets. The same identifier for another role is EMR011.",
        fix="move the narrower prefix up, or take out what never decides",
        reference=GUIDE,
        fixable=True,
    )
)
def shadowed(design: Design) -> Iterator[Finding]:
    """A repetition within one list is mended."""
    first = _first(design)
    for mapping, identifier in literal(design):
        earlier, same = first[_key(mapping, identifier)]
        if same is identifier:
            continue
        if earlier is mapping:
            message = f"{mapping.label} has {shown(identifier.text)} twice"
        elif same_role(design, mapping, earlier):
            message = (
                f"{mapping.label}: {shown(identifier.text)} never decides: {earlier.label} has it "
                "for the same role"
            )
        else:
            continue
        twice = earlier is mapping and same.text == identifier.text
        yield about(mapping, message, identifier, observed=identifier.text, fixable=twice)
    yield from _covered(design, first)


def _first(design: Design) -> dict[_Key, _Place]:
    """Where every identifier stands first."""
    found: dict[_Key, _Place] = {}
    for mapping, identifier in literal(design):
        found.setdefault(_key(mapping, identifier), (mapping, identifier))
    return found


def _key(mapping: RoleMapping, identifier: Identifier) -> _Key:
    prefix = mapping.kind is Kind.PREFIX
    return mapping.kind, prefixes.normal(identifier.text) if prefix else identifier.text


def _covered(design: Design, first: dict[_Key, _Place]) -> Iterator[Finding]:
    """Prefixes to which those before them leave no place, in either reading of the switch."""
    found = usable(design)
    chosen, other = design.prefix_match, _OTHER[design.prefix_match]
    here, there = _coverers(found, chosen), _coverers(found, other)
    for prefix in found:
        by = here.get(prefix.number) or there.get(prefix.number)
        if by is None or first[_key(prefix.mapping, prefix.identifier)][1] is not prefix.identifier:
            continue
        if prefix.number in here:
            only = "" if prefix.number in there else f", {_READ_AS[chosen]}"
            severity = None
        elif same_role(design, prefix.mapping, by.mapping):
            continue  # nobody would notice
        else:
            only, severity = f", {_READ_AS[other]}", Severity.INFO
        yield about(
            prefix.mapping,
            _told(design, prefix, by) + only,
            prefix.identifier,
            severity=severity,
            observed=prefix.identifier.text,
            expected="" if by.mapping is prefix.mapping else f"before {by.identifier.text}",
        )


def _coverers(found: Sequence[Prefix], match: PrefixMatch) -> dict[int, Prefix]:
    """For every prefix that can never decide the one that decides in its place."""
    spans = Spans.of(((prefix.text, prefix.number) for prefix in found), match)
    deciding = set(spans.first)
    coverers = {}
    for prefix in found:
        by = None if prefix.number in deciding else spans.at(prefix.text)
        if by is not None:
            coverers[prefix.number] = found[by]
    return coverers


def _told(design: Design, prefix: Prefix, by: Prefix) -> str:
    label = prefix.mapping.label
    text, broader = shown(prefix.identifier.text), shown(by.identifier.text)
    if by.mapping is prefix.mapping:
        return f"{label}: {text} adds nothing: {broader} before it covers it"
    if same_role(design, prefix.mapping, by.mapping):
        return f"{label}: {text} never decides: {by.mapping.label} has {broader} for the same role"
    role = role_name(design, by.mapping)
    return f"{label}: {text} never decides: {by.mapping.label} gives {role} for {broader}"


@RULES.rule(
    Rule(
        "EMR011",
        Severity.WARNING,
        title="an identifier that is mapped twice, to different roles",
        why="The first mapping decides; the roles are never united. The second role is not given "
        "to anybody through this identifier.",
        fix="take out one of the two; for both permissions put them into one role "
        "('opskit emrfs union')",
        reference=GUIDE,
    )
)
def two_roles(design: Design) -> Iterator[Finding]:
    """Told at the second."""
    first = _first(design)
    for mapping, identifier in literal(design):
        earlier, _ = first[_key(mapping, identifier)]
        if not same_role(design, mapping, earlier):
            yield about(
                mapping,
                f"{mapping.label}: {shown(identifier.text)} gets {role_name(design, earlier)} from "
                f"{earlier.label}, and never {role_name(design, mapping)}",
                identifier,
                observed=identifier.text,
                expected="one role",
            )


@RULES.rule(
    Rule(
        "EMR012",
        Severity.WARNING,
        title="a prefix before users or groups captures everyone",
        why="A prefix matches whoever asks. Users and groups that are mapped behind it get the "
        "prefix's role at that place, not their own.",
        fix="put prefixes behind users and groups, unless everyone is to have one role there",
        reference=GUIDE,
    )
)
def captures_everyone(design: Design) -> Iterator[Finding]:
    """Once a mapping; those behind it that give the same role do not count."""
    behind: Counter[str] = Counter()  # users' and groups' mappings, by their roles
    nearest: RoleMapping | None = None
    other: RoleMapping | None = None  # the nearest with another role than that of `nearest`
    for mapping in reversed(design.mappings):
        role = str(design.arn(mapping.role))
        if mapping.kind is not Kind.PREFIX:
            behind[role] += 1
            if nearest is not None and not same_role(design, nearest, mapping):
                other = nearest
            nearest = mapping
            continue
        caught = other if nearest and same_role(design, nearest, mapping) else nearest
        if caught is None:
            continue
        place = listed([each.text for each in mapping.identifiers])
        who = listed([each.text for each in caught.identifiers])
        more = behind.total() - behind[role] - 1
        rest = f"; and {more} more mapping{'s' if more > 1 else ''}" if more else ""
        yield about(
            mapping,
            f"{mapping.label}: at {place} everyone gets {role_name(design, mapping)}, also "
            f"{caught.label} behind it: {caught.kind.value.lower()} {who}{rest}",
            observed=f"{mapping.label} before {caught.label}",
            expected="prefixes behind users and groups",
        )
