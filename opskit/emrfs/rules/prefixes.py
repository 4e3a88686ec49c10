"""Rules on how a prefix is written: its scheme, its bucket, wildcards."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address

from opskit.emrfs import prefixes
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.rules.mappings import GUIDE, about, literal
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

_ARN = re.compile(r"arn:[^:]*:s3:[^:]*:[^:]*:(?P<place>.*)", re.DOTALL)
_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?"
)
_SLASHES = re.compile(r"s3[an]?:?/+", re.IGNORECASE)
_NAMING = "Amazon S3 User Guide, General purpose bucket naming rules"


@RULES.rule(
    Rule(
        "EMR005",
        Severity.ERROR,
        title="a prefix without a scheme",
        why="EMRFS takes the text up to the first '/' for a bucket: 'direct' is the bucket "
        '"direct", not a folder. The mapping applies to another place than is meant, or to none.',
        fix="write s3://bucket/folder/",
        reference=GUIDE,
        fixable=True,
    )
)
def no_scheme(design: Design) -> Iterator[Finding]:
    """Mended where the bucket is one that the file names elsewhere."""
    buckets = set(design.buckets)
    found = []
    for mapping, identifier in literal(design, Kind.PREFIX):
        text = identifier.text.strip()
        if prefixes.scheme_of(text):
            buckets.add(prefixes.normal(text).partition("/")[0])
        elif text and not _ARN.match(text):
            found.append((mapping, identifier))
    for mapping, identifier in found:
        text = identifier.text.strip()
        bucket = text.partition("/")[0]
        meant = f"is the bucket {bucket!r:.80} for EMRFS" if bucket else "names no bucket"
        slashes = _SLASHES.match(text)
        yield about(
            mapping,
            f"{mapping.label}: the prefix {text!r:.120} has no scheme, and {meant}",
            identifier,
            observed=identifier.text,
            expected=f"s3://{text[slashes.end() :] if slashes else text.lstrip('/')}",
            fixable=bucket in buckets and text == identifier.text,
        )


@RULES.rule(
    Rule(
        "EMR022",
        Severity.WARNING,
        title="a prefix of another scheme, an ARN, or with * inside",
        why="EMRFS drops the scheme, whatever it is: of https://host/ the host becomes the bucket, "
        "of an ARN its start. A '*' is no wildcard: those at the end are trimmed, and within a "
        "prefix it matches a '*' in the key alone.",
        fix="write s3://bucket/folder/, one prefix for each folder",
        reference=GUIDE,
        fixable=True,
    )
)
def other_form(design: Design) -> Iterator[Finding]:
    """Mended where only the scheme is another name of S3's, which EMRFS drops all the same."""
    for mapping, identifier in literal(design, Kind.PREFIX):
        text = identifier.text
        scheme = prefixes.scheme_of(text)
        known = scheme.lower() in prefixes.SCHEMES
        right, fixable = "", False
        if _ARN.match(text.strip()):
            what, right = "is an ARN", _from_arn(text.strip())
        elif scheme and not known:
            what, right = f"has the scheme {scheme}", _from_url(text)
        elif scheme and scheme != "s3":
            what, right = f"has the scheme {scheme}", f"s3{text[len(scheme) :]}"
            fixable = text == text.strip()
        elif "*" in text.rstrip("*"):
            what, right = "has a * inside, which is no wildcard", text[: text.index("*")]
        else:
            continue
        message = f"{mapping.label}: the prefix {text:.120} {what}"
        yield about(mapping, message, identifier, observed=text, expected=right, fixable=fixable)


def _from_arn(text: str) -> str:
    """`arn:aws:s3:::b/x/*` as a prefix: a folder where it was a pattern below one."""
    found = _ARN.match(text)
    place = found["place"].rstrip("*") if found else ""
    return f"s3://{place}" if place else ""


def _from_url(text: str) -> str:
    """An address of an object as a prefix; what it is cannot always be told."""
    host, _, key = text.partition("://")[2].partition("/")
    found = _HOST.fullmatch(host)
    if found is None:
        return "s3://bucket/folder/"
    return f"s3://{found['bucket']}/{key}" if found["bucket"] else f"s3://{key}"


@RULES.rule(
    Rule(
        "EMR023",
        Severity.WARNING,
        title="a bucket that cannot exist",
        why="No bucket can be made under such a name today, so that the mapping matches nothing. "
        "Buckets from before March 2018 in us-east-1 may be longer, and have upper case and '_'.",
        fix="correct the name of the bucket; 'aws s3 ls' lists those that there are",
        reference=_NAMING,
    )
)
def impossible_bucket(design: Design) -> Iterator[Finding]:
    """Names of access points and directory buckets are places too, and fine here."""
    for mapping, identifier in literal(design, Kind.PREFIX):
        text = identifier.text.strip()
        scheme = prefixes.scheme_of(text)
        bucket = text[len(scheme) + 3 :].partition("/")[0].rstrip("*")
        if scheme.lower() not in prefixes.SCHEMES or "*" in bucket:
            continue  # EMR005 and EMR022 say it
        why = _why_not(bucket)
        if why:
            yield about(
                mapping,
                f"{mapping.label}: no new bucket can be called {bucket!r:.80}: {why}",
                identifier,
                observed=bucket,
                expected="3 to 63 of a-z, 0-9, '-' and '.'",
            )


def _why_not(bucket: str) -> str:
    """Why a bucket cannot have that name; empty where it can."""
    if not bucket:
        return "it is empty"
    odd = re.search(r"[^a-z0-9.-]", bucket)
    if odd:
        kind = "upper case" if odd[0].isupper() else repr(odd[0])
        return f"it holds {kind}"
    if not 3 <= len(bucket) <= 63:
        return f"it has {len(bucket)} character{'s' if len(bucket) > 1 else ''}"
    if not (bucket[0].isalnum() and bucket[-1].isalnum()):
        return "it has to start and end with a letter or a digit"
    if ".." in bucket:
        return "it holds two periods in a row"
    for reserved in ("xn--", "sthree-", "amzn-s3-demo-"):
        if bucket.startswith(reserved):
            return f"names that start with {reserved} are reserved"
    return "it is an IP address" if _is_address(bucket) else ""


def _is_address(bucket: str) -> bool:
    try:
        IPv4Address(bucket)
    except AddressValueError:
        return False
    return True
