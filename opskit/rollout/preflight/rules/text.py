"""ROL001 to ROL005: what the text of an image reference tells, without asking anybody."""

import re
from collections.abc import Iterator

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.images import DEFAULT_TAG
from opskit.rollout.preflight.facts import Facts
from opskit.rollout.preflight.lookup import is_loopback
from opskit.rollout.preflight.rules.rules import RULES

_GRAMMAR = "github.com/distribution/reference, grammar and normalization"
_KUBERNETES = "Kubernetes documentation, Images"


@RULES.rule(
    Rule(
        "ROL001",
        Severity.WARNING,
        title="an image without a tag and without a digest",
        why="`latest` is pulled, whatever that is at the time, and nobody can tell afterwards "
        "which version runs.",
        fix="name the version: IMAGE:TAG, or IMAGE@DIGEST (--pin-digest prints it)",
        reference=f"{_KUBERNETES}, Image names",
    )
)
def no_version(facts: Facts) -> Iterator[Finding]:
    if not facts.reference.tag and not facts.reference.digest:
        yield Finding(
            f"{facts.name} has no tag: {DEFAULT_TAG} will be pulled",
            object=facts.name,
            expected=f"{facts.reference.familiar}:TAG",
        )


@RULES.rule(
    Rule(
        "ROL002",
        Severity.WARNING,
        title="the tag latest",
        why="It moves: pods of one rollout may run different versions, and going back to the "
        "revision before brings back the same tag, not the same image.",
        fix="roll out a tag that stays, or a digest",
        reference=f"{_KUBERNETES}, Updating images",
    )
)
def latest(facts: Facts) -> Iterator[Finding]:
    if facts.reference.tag == DEFAULT_TAG and not facts.reference.digest and not facts.pins:
        yield Finding(f"{facts.name} has the tag {DEFAULT_TAG}", object=facts.name)


@RULES.rule(
    Rule(
        "ROL003",
        Severity.WARNING,
        title="a first part that is taken for a registry because of its capitals",
        why="Only a registry may have capital letters, so `Team/app` is the image `app` on a "
        "machine called `Team`.",
        fix="write the name in lowercase, or the registry before it",
        reference=_GRAMMAR,
    )
)
def capitals(facts: Facts) -> Iterator[Finding]:
    domain = facts.reference.domain
    if domain != domain.lower() and not re.search("[.:]", domain):
        yield Finding(
            f"{domain} in {facts.name} is taken for a registry",
            object=facts.name,
            observed=f"registry {domain}, image {facts.reference.path}",
            expected=f"{domain.lower()}/{facts.reference.path}",
        )


@RULES.rule(
    Rule(
        "ROL004",
        Severity.WARNING,
        title="a registry on the node itself",
        why="Each node pulls from its own localhost, where seldom a registry listens.",
        fix="name the registry as the nodes reach it",
        reference=_GRAMMAR,
    )
)
def loopback(facts: Facts) -> Iterator[Finding]:
    if is_loopback(facts.reference.domain):
        yield Finding(
            f"{facts.reference.domain} is, for every node, the node itself", object=facts.name
        )


@RULES.rule(
    Rule(
        "ROL005",
        Severity.WARNING,
        title="a digest without the name of an image",
        why="`sha256:...` is read as the tag of an image called sha256 on Docker Hub.",
        fix="write NAME@sha256:...",
        reference=_GRAMMAR,
    )
)
def nameless(facts: Facts) -> Iterator[Finding]:
    kind, digits = facts.reference.path.rpartition("/")[2], facts.reference.tag
    if re.fullmatch("sha(256|384|512)", kind) and re.fullmatch("[0-9a-f]{64,}", digits):
        yield Finding(
            f"{facts.name[:20]}... is read as a tag of the image {kind}",
            object=facts.name,
            expected=f"NAME@{kind}:{digits}",
        )
