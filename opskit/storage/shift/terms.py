"""What a move is asked for with: what people know and no catalog has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from opskit.errors import UsageError
from opskit.storage import units
from opskit.storage.catalog.model import Law
from opskit.storage.money import converted
from opskit.storage.shift.ends import End
from opskit.storage.shift.timing import DAYS, SECONDS, Course, Link
from opskit.storage.switching import is_free

#: Where the AWS CLI cuts objects into parts ("AWS CLI S3 Configuration", multipart_chunksize).
PART_SIZE = 8 * 1024**2
#: PUT requests a second to one prefix ("Best practices design patterns: optimizing Amazon S3
#: performance").
OBJECTS_PER_SECOND = 3500
_AMOUNT = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_NAT = re.compile(rf"\s*{_AMOUNT}\s*/\s*(GB|GiB|TB|TiB)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Charge:
    """Money for so many bytes, in the currency of the source."""

    price: Decimal
    per: int
    text: str

    def of(self, size: int) -> Decimal:
        return self.price * size / self.per


def charge(text: str, source: End, option: str = "--nat") -> Charge:
    """The charge of `0.045/GB`, where a GB is what the source's provider calls one."""
    found = _NAT.fullmatch(text)
    if not found:
        hint = "write money for an amount: 0.045/GB"
        raise UsageError(f"{text[:40]!r} is no price of an amount", where=option, hint=hint)
    own = source.provider.units
    sizes = {"GB": own.gb, "TB": own.gb * own.tb, "GiB": 2**30, "TiB": 2**40}
    return Charge(Decimal(found[1]), sizes[found[2]], text.strip())


@dataclass(frozen=True, slots=True)
class Device:
    """Devices that are sent: the price of one, the bytes it takes, the days until all are there.

    `out` is what is charged by amount for what leaves on them.
    """

    price: Decimal
    capacity: int
    days: int
    out: Charge | None = None

    def number(self, size: int) -> int:
        return -(-size // self.capacity)

    def cost(self, size: int) -> Decimal:
        return self.price * self.number(size) + (self.out.of(size) if self.out else Decimal(0))


def device(text: str, source: End, option: str = "--device") -> Device:
    """The device of `300,210TB,10` or `300,210TB,10,0.03/GB`; UsageError for anything else."""
    parts = [each.strip() for each in text.split(",")]
    if len(parts) not in (3, 4) or not re.fullmatch(_AMOUNT, parts[0], re.ASCII):
        hint = "write PRICE,CAPACITY,DAYS[,PRICE/GB], as your quote has them: 300,80TB,10,0.03/GB"
        raise UsageError(f"{text[:60]!r} is no device", where=option, hint=hint)
    capacity, days = units.size(parts[1], option), units.days(parts[2], option)
    if not capacity or not days:
        hint = "give what one device takes, and the days until its data is at the target"
        raise UsageError("a device takes something, and some time", where=option, hint=hint)
    out = charge(parts[3], source, option) if parts[3:] else None
    return Device(Decimal(parts[0]), capacity, days, out)


def months(text: str, option: str) -> int:
    """The months of `36mo`, `3y` or `36`; UsageError for others."""
    found = re.fullmatch(r"\s*([0-9]{1,4})\s*(mo|months?|y|years?)?\s*", text, re.ASCII)
    if not found:
        raise UsageError(f"{text[:40]!r} is no number of months", where=option, hint="36mo or 3y")
    return int(found[1]) * (12 if (found[2] or "").startswith("y") else 1)


@dataclass(frozen=True)
class Terms:
    """A move: from where to where, when, how, and at what prices.

    `day` is that of the prices, `on` that on which the move begins. The source is kept until
    `dual_months` months after all has moved; `as_you_go` deletes each object by itself, so long
    after it has moved. What is restored is kept for `restored_days`. `over` are the months that
    the move takes at least. No `link` is no limit on bytes.
    """

    source: End
    target: End
    law: Law
    day: date
    on: date
    link: Link | None = None
    device: Device | None = None
    nat: Charge | None = None
    part_size: int = PART_SIZE
    speed: str = ""
    objects_per_second: int = OBJECTS_PER_SECOND
    dual_months: int = 0
    as_you_go: bool = False
    restored_days: int = 1
    over: int = 0
    horizon: int = 36
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def same_provider(self) -> bool:
        return self.source.provider.name == self.target.provider.name

    @property
    def way(self) -> str:
        """The item by which what moves is charged: none on devices and within a region."""
        if self.device or (self.same_provider and self.source.region == self.target.region):
            return ""
        return "inter-region" if self.same_provider else "egress"

    @property
    def timed(self) -> bool:
        """Whether anything says how long it takes: a line, devices, or months.

        A provider that copies within itself does so at a rate of its own.
        """
        return bool(self.link or self.device or self.over)

    def course(self, size: int, objects: int) -> Course:
        """How the move goes: as long as the slowest of its limits says, and a second at least."""
        least = Fraction(objects, self.objects_per_second * SECONDS)
        if self.device:
            least = max(least, self.device.days / DAYS)
        elif self.link:
            least = max(least, self.link.months(size))
        length = max(least, Fraction(self.over), Fraction(1, SECONDS))
        return Course(length, Fraction(self.dual_months), self.as_you_go)

    def begins(self, month: int) -> date:
        """The day on which a month of the move begins; the first is 0."""
        return self.on + timedelta(days=int(month * DAYS))

    def free_by_law(self, month: int) -> bool:
        """Whether the egress of a month costs nothing, as it is a switch of provider in the EU."""
        return self.way == "egress" and is_free(self.law, self.source.region, self.begins(month))

    def exchanged(self, amount: Decimal) -> Decimal:
        """An amount of the target in the currency of the source; UsageError without a rate."""
        ours, theirs = self.source.provider.currency, self.target.provider.currency
        made = converted(amount, theirs, ours, self.rates)
        if made is None:
            other = theirs if theirs != "USD" else ours
            raise UsageError(
                f"{self.source.provider.name} charges in {ours}, {self.target.provider.name} in "
                f"{theirs}",
                hint=f"say what one {other} is in US dollars: --rate {other}=1.10",
            )
        return made
