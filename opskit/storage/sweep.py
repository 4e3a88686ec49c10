"""A part of the use that changes while all else stays: `egress=0..10x`."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage import units
from opskit.storage.profile.model import Profile

SIZES = ("egress", "stored", "avg-object", "retrieved")
COUNTS = ("reads", "writes", "lists", "deletes")
_MOST_TIMES = 10**6
_HINT = "write what changes, and from where to where: egress=0..10x or stored=1TB..500TB"


class Sweep(Struct, frozen=True):
    """`name` from `low` to `high`, in bytes or requests; `base` is what 1x is, 0 if nothing.

    `times` is whether the ends were told as multiples of the base.
    """

    name: str
    low: int
    high: int
    base: int
    times: bool = False

    def apply(self, profile: Profile, amount: int) -> Profile:
        """The profile with so much of it."""
        if self.name == "stored":
            return _stored(profile, amount)
        if self.name == "avg-object":
            cells = (replace(each, objects=-(-each.bytes // amount)) for each in profile.stored)
            return replace(profile, stored=tuple(cells))
        return replace(profile, monthly=replace(profile.monthly, **{self.name: amount}))

    def shown(self, amount: int) -> str:
        """An amount for people: `2.74 TB`, `1.5 M`."""
        return units.shown_size(amount) if self.name in SIZES else units.shown_count(amount)

    def is_exact(self, amount: int) -> bool:
        """Whether an amount is what is shown for it."""
        text = self.shown(amount).replace(",", "").replace(" ", "")
        read = units.size if self.name in SIZES else units.count
        return read(text) == amount

    def multiple(self, amount: int) -> float | None:
        """An amount in multiples of the profile's own."""
        return amount / self.base if self.base else None


def sweep(text: str, profile: Profile, option: str = "--sweep") -> Sweep:
    """The sweep of `egress=0..10x` for a profile; UsageError where it cannot be made."""
    name, equals, span = text.partition("=")
    low, dots, high = span.partition("..")
    name = name.strip().lower().replace("_", "-")
    if not (equals and dots):
        raise UsageError(f"{text[:60]!r} is no sweep", where=option, hint=_HINT)
    if name not in (*SIZES, *COUNTS):
        raise UsageError(
            f"{name[:40]!r} cannot be swept", where=option, hint=", ".join((*SIZES, *COUNTS))
        )
    base = _base(name, profile)
    times = any(end.strip().lower().endswith("x") for end in (low, high))
    if times and not base:
        raise UsageError(
            f"the profile has no {name} that 1x could be",
            where=option,
            hint=f"write amounts: {name}=0..{'10TB' if name in SIZES else '100M'}",
        )
    read = _times(base, option) if times else _amounts(name, option)
    made = Sweep(name, read(low.strip()), read(high.strip()), base, times)
    if name == "avg-object" and not made.low:
        raise UsageError("objects of no size", where=option, hint="begin above 0: avg-object=4KB..")
    if made.low > made.high:
        hint = f"the larger end comes last: {name}={high.strip()}..{low.strip()}"
        raise UsageError(f"the ends of {span[:60]!r} are reversed", where=option, hint=hint)
    if made.low == made.high:
        raise UsageError(f"{span[:60]!r} is empty", where=option, hint="let its ends differ")
    return made


def _base(name: str, profile: Profile) -> int:
    """What 1x is: the profile's own, and what is stored where nothing leaves or is read."""
    if name == "stored":
        return profile.bytes
    if name == "avg-object":
        return profile.bytes // profile.objects if profile.objects else 0
    own = profile.retrieved if name == "retrieved" else int(getattr(profile.monthly, name))
    return own or (profile.bytes if name in SIZES else 0)


def _times(base: int, option: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = units.plain(text[:-1] if text.lower().endswith("x") else text, option)
        if number > _MOST_TIMES:
            hint = "sweep to a million times at most"
            raise UsageError(f"{text[:40]!r} is too many times", where=option, hint=hint)
        return int(base * number)

    return read


def _amounts(name: str, option: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        usual = "MB" if name == "avg-object" else "GB"
        return units.size(text, option, usual) if name in SIZES else units.count(text, option)

    return read


def _stored(profile: Profile, amount: int) -> Profile:
    """The cells in the same proportions, of so many bytes in all."""
    whole, given, seen, cells = profile.bytes, 0, 0, []
    if not whole:
        first, *rest = profile.stored
        return replace(profile, stored=(replace(first, bytes=amount), *rest))
    for each in profile.stored:
        seen += each.bytes
        until = amount * seen // whole
        objects = each.objects * amount // whole
        cells.append(replace(each, bytes=until - given, objects=objects))
        given = until
    return replace(profile, stored=tuple(cells))
