"""ROL010 to ROL014: whether the registry has the image, and whether it will stay the same."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.preflight.facts import Absent, Facts, Image, Unseen, not_told
from opskit.rollout.preflight.rules.rules import RULES

_ECR = "Amazon ECR user guide"


@RULES.rule(
    Rule(
        "ROL010",
        Severity.ERROR,
        title="an image that is not in its registry",
        why="Every new pod would wait in ErrImagePull.",
        fix="push it, or check the name and the tag",
        reference="OCI distribution specification, Pulling manifests",
    )
)
def absent(facts: Facts) -> Iterator[Finding]:
    if isinstance(facts.image, Absent):
        yield Finding(
            f"{facts.name} is not in its registry: {facts.image.why}",
            object=facts.name,
            observed="no such image",
        )
    elif isinstance(facts.image, Unseen):
        yield not_told(
            f"could not look for {facts.name} in its registry", facts.image, object_=facts.name
        )


@RULES.rule(
    Rule(
        "ROL011",
        Severity.ERROR,
        title="an image that is archived",
        why="ECR answers a pull of an archived image with 404; restoring one takes a while, and "
        "it cannot be pulled before its status is ACTIVE.",
        fix="restore it: aws ecr update-image-storage-class --target-storage-class STANDARD",
        reference=f"{_ECR}, Archiving an image",
    )
)
def archived(facts: Facts) -> Iterator[Finding]:
    if facts.found and facts.found.status not in ("", "ACTIVE"):
        words = {"ARCHIVED": "is archived", "ACTIVATING": "is being restored from the archive"}
        status = facts.found.status
        yield Finding(
            f"{facts.name} {words.get(status, f'is {status}')}",
            object=facts.name,
            observed=status,
            expected="ACTIVE",
        )


@RULES.rule(
    Rule(
        "ROL012",
        Severity.WARNING,
        title="a tag that may be moved to another image",
        why="Pods that start later may run another image under the same tag, and a rollback to it "
        "brings back what it stands for then.",
        fix="roll out the digest (--pin-digest), or make the repository's tags immutable",
        reference=f"{_ECR}, Preventing image tags from being overwritten",
    )
)
def mutable(facts: Facts) -> Iterator[Finding]:
    if facts.found is None or facts.reference.digest or facts.pins:
        return
    rule, tag = facts.found.mutability, facts.reference.resolved.tag
    if isinstance(rule, Unseen):
        yield not_told(
            f"could not see whether the tag {tag} may be moved", rule, object_=facts.name
        )
    elif isinstance(rule, dict) and _may_move(rule["setting"], rule["exclusions"], tag):
        yield Finding(
            f"the tag {tag} may be moved to another image",
            object=facts.name,
            observed=rule["setting"],
            expected=f"{facts.reference.familiar}@{facts.found.digest}",
        )


def _may_move(setting: str, exclusions: list[str], tag: str) -> bool:
    """Exclusions turn the setting round for the tags that they match; `*` stands for any text."""
    excluded = any(
        fnmatchcase(tag, pattern.replace("[", "[[]").replace("?", "[?]")) for pattern in exclusions
    )
    return setting.startswith("MUTABLE") is not excluded


@RULES.rule(
    Rule(
        "ROL013",
        Severity.WARNING,
        title="a tag and a digest that are not the same image",
        why="The digest decides what runs; the tag tells whoever reads the manifest another "
        "version.",
        fix="write the tag that belongs to the digest, or the digest of the tag",
        reference="github.com/distribution/reference, ParseDockerRef",
    )
)
def tag_and_digest(facts: Facts) -> Iterator[Finding]:
    if facts.found and facts.reference.digest and facts.reference.tag:
        yield from _other_tag(facts, facts.found)


def _other_tag(facts: Facts, image: Image) -> Iterator[Finding]:
    tag = facts.reference.tag
    if image.tags is not None and tag not in image.tags:
        yield Finding(
            f"the digest of {facts.reference.familiar} is not what the tag {tag} stands for",
            object=facts.name,
            observed=", ".join(image.tags) or "the digest has another tag, or none",
            expected=tag,
        )
