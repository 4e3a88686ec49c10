"""What a profile lacks: parts that could not be counted, and what a sample only estimates."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from opskit.storage.profile.model import Profile
from opskit.storage.units import shown_count, shown_size


def is_estimate(sample: Mapping[str, Any] | None) -> bool:
    """Whether a profile is one of a sample that did not see everything."""
    return sample is not None and not sample.get("exact")


def words(sample: Mapping[str, Any]) -> str:
    """How far off a sample may be: `20 M to 30 M objects, 5 TB to 6 TB`."""
    objects, size = _ends(sample, "objects"), _ends(sample, "bytes")
    if not objects or not size:
        return "no interval is known"
    told = [shown_count(each) for each in objects], [shown_size(each) for each in size]
    return f"{' to '.join(told[0])} objects, {' to '.join(told[1])}"


def notes(sample: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The note on a profile of a sample; nothing on others."""
    if sample is None or not is_estimate(sample):
        return ()
    return (f"the profile is estimated from a sample: {words(sample)}",)


def doubts(profile: Profile) -> Iterator[str]:
    """Why a bill of it may be another one, in words."""
    yield from profile.skipped
    if profile.sample is not None and is_estimate(profile.sample):
        yield f"the profile is of a sample: {words(profile.sample)}"


def has_no_least(profile: Profile) -> bool:
    """Whether nothing says how little of it there may be."""
    return is_estimate(profile.sample) and not bounds(profile)


def has_no_most(profile: Profile) -> bool:
    """Whether nothing says how much of it there may be."""
    return bool(profile.skipped) or has_no_least(profile)


def bounds(profile: Profile) -> tuple[Profile, ...]:
    """The profile with the least and with the most of a sample's interval, where it has one."""
    sample = profile.sample
    if sample is None or not is_estimate(sample):
        return ()
    objects, size = _ends(sample, "objects"), _ends(sample, "bytes")
    if not objects or not size or not profile.objects or not profile.bytes:
        return ()
    return tuple(_scaled(profile, *each) for each in zip(objects, size, strict=True))


def _scaled(profile: Profile, objects: int, size: int) -> Profile:
    """The same in other amounts: so many objects, and bytes, in all."""
    cells = (
        replace(
            each,
            objects=each.objects * objects // profile.objects,
            bytes=each.bytes * size // profile.bytes,
        )
        for each in profile.stored
    )
    return replace(profile, stored=tuple(cells))


def _ends(sample: Mapping[str, Any], name: str) -> tuple[int, int] | None:
    """The ends of a sample's interval: anybody may have written it."""
    found = sample.get(name)
    if not sample.get("interval") or not isinstance(found, dict):
        return None
    low, high = found.get("low"), found.get("high")
    if type(low) is not int or type(high) is not int or not 0 <= low <= high:
        return None
    return low, high
