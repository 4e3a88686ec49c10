"""Every target by name: what is written, and what it cannot express."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from opskit.emrfs.build import (
    classifications,
    cloudformation,
    iam,
    launch,
    roles,
    securityconfig,
    terraform,
)
from opskit.emrfs.model import Cluster, Design

Target = Literal[
    "securityconfig", "cloudformation", "terraform", "iam", "hue-ini", "create-cluster", "core-site"
]
TARGETS: tuple[Target, ...] = get_args(Target)
#: The file that each target is written to.
FILES: dict[Target, str] = {
    "securityconfig": "security-configuration.json",
    "cloudformation": "emrfs.cloudformation.yaml",
    "terraform": "emrfs.tf",
    "iam": "iam.json",
    "hue-ini": "hue-ini.json",
    "create-cluster": launch.SCRIPT,
    "core-site": "core-site.json",
}


@dataclass(slots=True)
class Built:
    """The text of a target, and notes, one line each, on what it leaves out or what to do."""

    text: str
    notes: list[str] = field(default_factory=list)


def build(design: Design, target: Target, *, secret: str = "") -> Built:
    """The text. `secret` is the ARN of a secret that holds Hue's bind password."""
    notes = _unexpressed(design, target)
    if target == "securityconfig":
        return Built(securityconfig.render(design), notes)
    if target in ("iam", "cloudformation", "terraform"):
        return _with_roles(design, target, notes)
    if target == "hue-ini":
        return Built(classifications.hue(design, notes, secret=secret), notes)
    if target == "core-site":
        return Built(classifications.core_site(design, notes), notes)
    text = launch.render(design, notes, secret=secret)
    if design.cluster is not None and design.cluster.configurations:
        notes.append(f"{launch.CONFIGURATIONS} is written beside the command with --out-dir DIR")
    return Built(text, notes)


def files(design: Design, target: Target, *, secret: str = "") -> tuple[dict[str, str], list[str]]:
    """The files of a target by name, and the notes."""
    if target == "create-cluster":
        notes: list[str] = []
        return launch.files(design, notes, secret=secret), notes
    built = build(design, target, secret=secret)
    if target == "iam":
        return iam.files(design), built.notes
    return {FILES[target]: built.text}, built.notes


def _with_roles(design: Design, target: Target, notes: list[str]) -> Built:
    found = roles.plans(design)
    notes += roles.notes(found)
    if target == "iam":
        return Built(iam.render(design), notes)
    text = (cloudformation if target == "cloudformation" else terraform).render(design)
    account = found[0].arn.account
    for each in found:
        if each.arn.account != account:
            notes.append(f"{each.whole_arn} is in another account: make it there")
    if target == "cloudformation":
        notes += cloudformation.notes(text)
    return Built(text, notes)


def _unexpressed(design: Design, target: Target) -> list[str]:
    """What is in the document and has no place in the target."""
    missing = ", ".join(_missing(design, target))
    return [f"left out, for {target} has no place for it: {missing}"] if missing else []


def _missing(design: Design, target: Target) -> Iterator[str]:
    holds_roles = target in ("iam", "cloudformation", "terraform")
    holds_blocks = target in ("securityconfig", "cloudformation", "terraform")
    if target in ("hue-ini", "create-cluster"):
        return
    if target != "iam" and not holds_roles and design.roles:
        yield "policies of roles"
    if target in ("securityconfig", "core-site"):
        yield "the base role"
    if not holds_blocks and design.blocks:
        yield "the other blocks of the security configuration"
    if target == "iam":
        yield "the order of the mappings"
    if (design.prefix_match, design.groups) != ("string", "all"):
        yield "the switches of 'match'"
    if design.directory.users:
        yield "users and groups"
    if any(bucket.policy is not None for bucket in design.buckets.values()) or design.keys:
        yield "policies of buckets and keys"
    if design.cluster not in (None, Cluster()) and target != "core-site":
        yield "how clusters are launched"
