"""How often the intervals of samples hold: on synthetic buckets, of which the truth is known.

`python -m tests.storage.profile.study REPEATS` prints the table. An interval is for objects and one
for bytes; both hold or miss for each sample that prints them. Limits: the shapes are those below,
with a few hundred thousand keys; requests do not fail, and one is sent at a time.
"""

import hashlib
import random
import sys
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from opskit.storage.profile.edges import size_edge
from opskit.storage.profile.listing.asking import SpentError
from opskit.storage.profile.listing.estimate import Estimate, estimate, take
from opskit.storage.profile.listing.sampling import Sampler
from opskit.storage.profile.listing.tally import Tally

PAGE = 1000


def _hash(number: int) -> str:
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _uniform(count: int, _: random.Random) -> list[str]:
    return [_hash(number) for number in range(count)]


def _one_huge_prefix(count: int, _: random.Random) -> list[str]:
    small = [f"{folder}/{number}" for folder in "abxyz" for number in range(50)]
    return [*small, *(f"m/data/{_hash(number)}" for number in range(count))]


def _dates(count: int, _: random.Random) -> list[str]:
    days = [f"{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 29)]
    return [
        f"wh/db/t{table}/dt=2025-{day}/part-{part:05}-{_hash(part * table)[:8]}.parquet"
        for table in range(5)
        for day in days
        for part in range(count // 5 // len(days))
    ]


def _numbered(count: int, _: random.Random) -> list[str]:
    return [f"img_{number:09}.jpg" for number in range(count)]


def _skewed(count: int, chance: random.Random) -> list[str]:
    """A few users have most of the objects."""
    users = (int(chance.paretovariate(0.7)) % 9973 for _ in range(count))
    return [f"users/{user}/{_hash(number)[:9]}.png" for number, user in enumerate(users)]


def _small_days(count: int, _: random.Random) -> list[str]:
    """Fewer objects a day than a page holds, with numbers that go on over all days."""
    return [
        f"lake/table_{number % 4}/dt=2025-{1 + number // 4 % 12:02}-{1 + number // 4 % 31:02}/"
        f"part-{number // 4:07}-{_hash(number)[:8]}.parquet"
        for number in range(count)
    ]


SHAPES: dict[str, Callable[[int, random.Random], list[str]]] = {
    "uniform": _uniform,
    "one huge prefix": _one_huge_prefix,
    "dates": _dates,
    "small days": _small_days,
    "numbered": _numbered,
    "skewed": _skewed,
}
#: Sizes in bytes: log-normal, narrow and wide, and a tail so heavy that few objects have most.
SIZES: dict[str, Callable[[random.Random], int]] = {
    "even": lambda chance: int(chance.lognormvariate(10, 1)),
    "skewed": lambda chance: int(chance.lognormvariate(10, 2)),
    "heavy": lambda chance: min(int(1000 * chance.paretovariate(0.9)), 5 * 10**12),
}


@dataclass(frozen=True)
class Bucket:
    """Keys in order, with their sizes."""

    keys: list[str]
    sizes: list[int]

    @classmethod
    def of(cls, shape: str, sizes: str, count: int) -> "Bucket":
        chance = random.Random(1)
        keys = sorted(set(SHAPES[shape](count, chance)))
        return cls(keys, [SIZES[sizes](chance) for _ in keys])

    def sample(self, most: int, seed: int) -> Estimate:
        """What a sample of so many requests says."""
        calls = 0

        def look(after: str) -> Sheet:
            nonlocal calls
            if calls >= most:
                raise SpentError
            calls += 1
            at = bisect_right(self.keys, after)
            return Sheet(self, at, at + PAGE < len(self.keys))

        sampler = Sampler(look, "", random.Random(seed))
        take(sampler, lambda: calls, most, lambda work: work())
        return estimate(sampler, calls)


@dataclass
class Sheet:
    """A page from memory."""

    bucket: Bucket
    at: int
    truncated: bool

    def names(self) -> list[str]:
        return self.bucket.keys[self.at : self.at + PAGE]

    def count(self, stop: int) -> Tally:
        tally = Tally()
        for size in self.bucket.sizes[self.at : self.at + stop]:
            cell = tally.cells.setdefault(
                ("STANDARD", False, size_edge(size), "2025-01-01"), [0, 0]
            )
            cell[0] += 1
            cell[1] += size
        tally.objects = stop
        return tally


@dataclass(frozen=True)
class Row:
    """Of so many samples some printed an interval; how many of those held."""

    samples: int
    intervals: int
    objects: int
    bytes: int
    error: float

    @property
    def coverage(self) -> float:
        return min(self.objects, self.bytes) / self.intervals if self.intervals else 1.0


def study(bucket: Bucket, most: int, repeats: int) -> Row:
    """Samples of one bucket; `error` is the mean of how far the estimate of objects was off."""
    objects, amount = len(bucket.keys), sum(bucket.sizes)
    held = [0, 0]
    intervals, error = 0, 0.0
    for seed in range(repeats):
        said = bucket.sample(most, seed).sample
        error += abs(said["objects"]["estimate"] / objects - 1) / repeats
        if not said["interval"]:
            continue
        intervals += 1
        for number, (name, truth) in enumerate((("objects", objects), ("bytes", amount))):
            held[number] += said[name]["low"] <= truth <= said[name]["high"]
    return Row(repeats, intervals, *held, error)


if __name__ == "__main__":
    print(f"{'shape':<16} {'sizes':<6} {'keys':>9} {'calls':>5} intervals objects bytes  error")
    for shape in SHAPES:
        for sizes in SIZES:
            for count, most in ((300_000, 200), (1_000_000, 300)):
                row = study(Bucket.of(shape, sizes, count), most, int(sys.argv[1]))
                each = max(row.intervals, 1)
                print(
                    f"{shape:<16} {sizes:<6} {count:>9,} {most:>5} {row.intervals:>9}"
                    f" {row.objects / each:>7.2f} {row.bytes / each:>5.2f} {row.error:>6.2f}",
                    flush=True,
                )
