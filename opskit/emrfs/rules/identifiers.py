"""Rules on the names of users and groups, and on the characters of every identifier."""

import re
from collections.abc import Iterator

from opskit.emrfs import lookalikes
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.emrfs.rules.mappings import GUIDE, about, literal, shown
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

_REALM = re.compile(r"(?P<user>[^@/\\]+)(?:/[^@]*)?@.+")
_DOMAIN = re.compile(r"[^\\]*\\+(?P<name>.+)")


@RULES.rule(
    Rule(
        "EMR003",
        Severity.ERROR,
        title="an identifier that is empty, padded, or holds what breaks a list",
        why="EMRFS keeps the identifiers of a mapping as one text, <role>=<u|g|p>:<x>;<y>: a ';' "
        "ends an identifier, and a ',' may end a mapping. Names are compared character by "
        "character, with white space, invisible characters and look-alikes.",
        fix="write the name as 'id' and 'hdfs groups' print it; give a group another name where "
        "its own holds such characters",
        reference=f"{GUIDE}; fs.s3.authorization.roleMapping in emrfs-site",
        fixable=True,
    )
)
def characters(design: Design) -> Iterator[Finding]:
    """One finding an identifier: the worst that is wrong with it. Padding is mended."""
    for mapping, identifier in literal(design):
        text = identifier.text
        if not text.strip():
            yield about(
                mapping,
                f"{mapping.label} has an empty identifier",
                identifier,
                observed=text,
                expected=f"a {mapping.kind.value.lower()}",
            )
        elif text != text.strip():
            yield about(
                mapping,
                f"{mapping.label}: {text!r:.120} has white space around it, and matches nothing",
                identifier,
                observed=text,
                expected=text.strip(),
                fixable=True,
            )
        else:
            yield from _within(mapping, identifier)


def _within(mapping: RoleMapping, identifier: Identifier) -> Iterator[Finding]:
    text = identifier.text
    lead = f"{mapping.label}: {text!r:.120}"
    unseen, suspect = lookalikes.unseen(text), lookalikes.suspect(text)
    severity = None
    if ";" in text:
        message, right = f"{lead} holds ';', which ends an identifier for EMRFS", ""
    elif unseen:
        right = "".join(each for each in text if not lookalikes.unseen(each))
        message = f"{lead} holds {lookalikes.named(unseen)}, which nobody sees"
    elif "," in text:
        severity = Severity.WARNING
        message, right = f"{lead} holds ',', which may end a mapping for EMRFS", ""
    elif suspect:
        severity, right = Severity.WARNING, lookalikes.plain(text)
        message = f"{lead} holds {lookalikes.named(suspect)}: it looks like another name"
    else:
        return
    yield about(mapping, message, identifier, severity=severity, observed=text, expected=right)


@RULES.rule(
    Rule(
        "EMR042",
        Severity.WARNING,
        title="a user with a realm: user@REALM",
        why="EMRFS compares Hadoop's short user name. Kerberos principals are cut to it by "
        "hadoop.security.auth_to_local, by default to what stands before '/' and '@', so that the "
        "whole principal matches nobody.",
        fix="write the short name, as 'hadoop kerbname' prints it",
        reference="Apache Hadoop, Hadoop in Secure Mode, Mapping from Kerberos principals to OS "
        "user accounts",
    )
)
def realm(design: Design) -> Iterator[Finding]:
    """Also `DOMAIN\\user`, which is the same in the writing of Windows."""
    for mapping, identifier in literal(design, Kind.USER):
        found = _REALM.fullmatch(identifier.text) or _DOMAIN.fullmatch(identifier.text)
        if found is None:
            continue
        short = found.groupdict().get("user") or found.groupdict().get("name") or ""
        yield about(
            mapping,
            f"{mapping.label}: Hadoop's name of {shown(identifier.text)} is {shown(short)}, unless "
            "auth_to_local says otherwise",
            identifier,
            observed=identifier.text,
            expected=short,
        )


@RULES.rule(
    Rule(
        "EMR043",
        Severity.WARNING,
        title="a group with spaces, or of a DOMAIN\\",
        why="Hadoop's shell-based group mapping cuts the output of 'id' at white space, so that "
        "'Domain Users' is two groups. Whether a domain stands before the name is a setting of "
        "SSSD or Winbind on the cluster.",
        fix="write the group as 'hdfs groups USER' prints it on the cluster, or map a group whose "
        "name has neither",
        reference="Apache Hadoop, Hadoop Groups Mapping",
    )
)
def group_name(design: Design) -> Iterator[Finding]:
    """White space around the name is EMR003's."""
    for mapping, identifier in literal(design, Kind.GROUP):
        text = identifier.text.strip()
        domain = _DOMAIN.fullmatch(text)
        if domain:
            what, right = "has a domain in front", domain["name"]
        elif re.search(r"\s", text):
            what, right = "holds white space", "a name without white space"
        else:
            continue
        message = f"{mapping.label}: the group {shown(text)} {what}, and may match nobody"
        yield about(mapping, message, identifier, observed=text, expected=right)
