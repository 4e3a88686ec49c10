"""Rules on the end of a prefix: what it covers beyond its folder, and what it leaves out.

Both are about prefixes that match as plain text, and quiet where the file says that they match by
folders (`match: {prefixes: path}`).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from opskit.emrfs import places
from opskit.emrfs.arns import object_arn
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import SCHEMES, Path, Spans, scheme_of
from opskit.emrfs.rules.mappings import MOST, Prefix, about, role_name, same_role, shown, usable
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

_ASKED = ("s3:GetObject", "s3:PutObject")
_REFERENCE = "how EMRFS matches is not documented; 'opskit schema emrfs' has the switch, match"


@RULES.rule(
    Rule(
        "EMR020",
        Severity.WARNING,
        title="a prefix without a / at its end covers its neighbours",
        why="As far as is known, a prefix matches as plain text: s3://lake/foo covers "
        "s3://lake/foobar/ too, and s3://lake covers the bucket lake-raw.",
        fix="end the prefix with '/'; where all that starts so is meant, with '*', which EMRFS "
        "trims",
        reference=_REFERENCE,
    )
)
def no_slash(design: Design) -> Iterator[Finding]:
    """Neighbours that the file knows are named."""
    if design.prefix_match == "path":
        return
    found = usable(design)
    spans = Spans.of(((prefix.text, prefix.number) for prefix in found), "string")
    known = sorted({*((p.text, p.number) for p in found), *_buckets(design, len(found))})
    for prefix in found:
        written = prefix.identifier.text.strip()
        if prefix.text.endswith("/") or written.endswith("*") or not _judged(prefix, spans):
            continue
        beside = list(islice(_beside(prefix, known), MOST + 1))
        names = ", ".join(map(shown, beside[:MOST])) + (" and more" if len(beside) > MOST else "")
        more = f": {names} too" if beside else ""
        bucket, slash, key = prefix.text.partition("/")
        what = (
            f"keys of {bucket} that start with {shown(key)}" if slash else "buckets that start so"
        )
        yield about(
            prefix.mapping,
            f"{prefix.mapping.label}: {shown(written)} covers all {what}{more}",
            prefix.identifier,
            observed=prefix.identifier.text,
            expected=f"{written}/",
        )


def _judged(prefix: Prefix, spans: Spans) -> bool:
    """Not what EMR005 and EMR022 find otherwise written than meant, nor what never decides."""
    text = prefix.identifier.text.strip()
    written = scheme_of(text).lower() in SCHEMES and "*" not in text.rstrip("*")
    return written and spans.at(prefix.text) == prefix.number


def _buckets(design: Design, number: int) -> Iterator[tuple[str, int]]:
    """The buckets that the file knows, as texts that no mapping decides before any prefix."""
    policies = [policy for role in design.every_role() for policy in role.permissions or ()]
    for bucket in (*design.buckets, *places.buckets_of(policies)):
        yield f"{bucket}/", number


def _beside(prefix: Prefix, known: Sequence[tuple[str, int]]) -> Iterator[str]:
    """What the prefix covers outside of its folder, of those that it comes before."""
    text, before = prefix.text, ""
    for index in range(bisect_left(known, (text, 0)), len(known)):
        other, number = known[index]
        if not other.startswith(text):
            break
        inside = other == text or other.startswith(f"{text}/")
        if not inside and number > prefix.number and other != before:
            before = other
            yield f"s3://{other}"


@RULES.rule(
    Rule(
        "EMR021",
        Severity.WARNING,
        title="a prefix with a / at its end leaves out the folder object",
        why="s3://lake/foo/ does not match s3://lake/foo, the name under which Hadoop asks for the "
        "folder, and some tools mark one. For it the next mapping decides, or the base role. A "
        "warning where the two roles may do different things with it, told as info where their "
        "policies are not known, and silent where it makes no difference.",
        fix="keep the '/' (EMR020), and let the policies begin with it too: "
        "arn:aws:s3:::lake/foo/*. Or map whole buckets, s3://lake/, which have no such object",
        reference=_REFERENCE,
    )
)
def folder_object(design: Design) -> Iterator[Finding]:
    """What makes no known difference is told once a mapping."""
    if design.prefix_match == "path":
        return
    found = usable(design)
    spans = Spans.of(((prefix.text, prefix.number) for prefix in found), "string")
    judge = _Judge(design)
    unknown: dict[int, list[tuple[Prefix, str]]] = {}
    for prefix in found:
        bucket, _, key = prefix.text.rstrip("/").partition("/")
        if not key or not prefix.text.endswith("/") or not _judged(prefix, spans):
            continue
        number = spans.at(f"{bucket}/{key}")
        other = None if number is None else found[number]
        if other is not None and same_role(design, prefix.mapping, other.mapping):
            continue
        place = Path(bucket, key)
        differs = judge.differs(prefix, other, place)
        falls = f"{shown(place.uri)}, without the '/', falls to {_decider(design, other)}"
        if differs is None:
            unknown.setdefault(prefix.mapping.index, []).append((prefix, falls))
        elif differs:
            yield _finding(design, prefix, f"{falls}, and IAM decides otherwise for it")
    for listed_ in unknown.values():
        (prefix, falls), more = listed_[0], len(listed_) - 1
        rest = f", and so with {more} more" if more else ""
        yield _finding(design, prefix, falls + rest, Severity.INFO)


def _finding(
    design: Design, prefix: Prefix, told: str, severity: Severity | None = None
) -> Finding:
    bucket, _, key = prefix.text.partition("/")
    arn = object_arn(bucket, f"{key}*", design.partition or "aws")
    return about(
        prefix.mapping,
        f"{prefix.mapping.label}: {told}",
        prefix.identifier,
        severity=severity,
        observed=prefix.identifier.text,
        expected="policies that begin with the '/' too",
        fix=f"keep the '/' (EMR020), and let the policies begin with it too: {shown(arn)}. Or map "
        f"the whole bucket, s3://{bucket}/, which has no such object",
    )


def _decider(design: Design, other: Prefix | None) -> str:
    if other is None:
        return "the base role"
    return f"{role_name(design, other.mapping)} ({other.mapping.label})"


class _Judge:
    """Whether it matters which of two roles gets an object."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._authorizer = Authorizer(design)

    def differs(self, prefix: Prefix, other: Prefix | None, place: Path) -> bool | None:
        """None where it cannot be told."""
        role = self._design.role_of(prefix.mapping)
        instead = self._design.base_role if other is None else self._design.role_of(other.mapping)
        effects = [(self._effect(role, a, place), self._effect(instead, a, place)) for a in _ASKED]
        if any(None not in pair and pair[0] != pair[1] for pair in effects):
            return True
        return None if any(None in pair for pair in effects) else False

    def _effect(self, role: Role | None, action: str, place: Path) -> bool | None:
        if role is None:
            return None
        decision = self._authorizer.decide(role, action, place)
        return None if decision.effect is Effect.UNKNOWN else decision.allowed
