"""A plan as lifecycle rules: filters by size and age, in words and for Amazon S3.

S3 API Reference, "LifecycleRuleFilter": both bounds of a filter are exclusive. A filter by size
overrides the default of 128 KB; S3 User Guide, "Transitioning objects using Amazon S3 Lifecycle".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from opskit.storage.catalog.model import StorageClass
from opskit.storage.optimize.evaluate import Band
from opskit.storage.optimize.plan import Plan
from opskit.storage.optimize.world import Chain
from opskit.storage.profile.edges import KIB

_UNITS = (("TiB", KIB**4), ("GiB", KIB**3), ("MiB", KIB**2), ("KiB", KIB))


@dataclass(frozen=True)
class Rule:
    """One rule: objects of some sizes, and the classes they are moved to by age.

    `above` and `below` are exclusive, as S3 has them; None where there is no bound. `bands` are
    those of the plan that it is for, by number.
    """

    name: str
    sizes: str
    above: int | None
    below: int | None
    chain: Chain
    bands: Sequence[int]
    overrides: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where rules are put: a bucket, empty if it is not known, and a prefix in it."""

    bucket: str = ""
    prefix: str = ""


def rules(plan: Plan) -> list[Rule]:
    """The rules of a plan: neighbours of one chain have one rule."""
    made = []
    numbered = enumerate(zip(plan.bands, plan.chains, strict=True))
    for chain, group in groupby(numbered, key=lambda each: each[1][1]):
        if chain:
            found = [(number, band) for number, (band, _) in group]
            made.append(_rule(plan, chain, found))
    return made


def _rule(plan: Plan, chain: Chain, found: Sequence[tuple[int, Band]]) -> Rule:
    low, high = found[0][1].low, found[-1][1].high
    least = int(plan.world.prices.amount("lifecycle-min-size"))
    small = any(is_small(band, least) for _, band in found)
    above = low - 1 if low else (0 if small else None)
    sizes = range_of(low, high)
    numbers = [number for number, _ in found]
    word = re.sub(r" (?=[KMGT]?i?B\b)", "", sizes).replace(" ", "-")
    return Rule(f"opskit-{word}", sizes, above, high, chain, numbers, small)


def is_small(band: Band, least: int) -> bool:
    """Whether a band has objects that a rule without a size does not move by default."""
    return any(each.cell.bytes < least * each.cell.objects for each in band.movable)


def range_of(low: int, high: int | None) -> str:
    """Sizes in words: `128 KiB to 1 MiB`, the upper bound not in it."""
    if high is None:
        return f"{size_word(low)} and larger" if low else "all sizes"
    return f"{size_word(low)} to {size_word(high)}" if low else f"below {size_word(high)}"


def size_word(size: int) -> str:
    """A bound as exactly as it is: `128 KiB`, `50000 B`."""
    for name, unit in _UNITS:
        if size and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"


def steps(plan: Plan, chain: Chain) -> str:
    """A chain in words: `Standard-IA after 30 days, Glacier Deep Archive after 180 days`."""
    words = []
    for step in chain:
        found: StorageClass = plan.world.found(step.class_)
        words.append(f"{found.title} after {step.days} day{'s' if step.days != 1 else ''}")
    return ", ".join(words)


def target(source: str) -> Target:
    """The bucket and prefix of a profile's source, `s3://bucket/prefix`; neither of others."""
    if not source.startswith("s3://"):
        return Target()
    bucket, _, prefix = source.removeprefix("s3://").partition("/")
    return Target(bucket, prefix)
