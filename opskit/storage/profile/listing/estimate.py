"""A sample of a bucket: the cells of its profile, and what can be said of how wrong they are.

An interval is twice as wide as one of 95 % under the normal distribution would be, and still
holds less often than that: draws vary by orders of magnitude, and all of them may miss what is
rare. So it is printed with how often it held where the truth was known: in simulations of buckets
of several shapes (tests/storage/profile/study.py), in the worst of them.
"""

import math
import random
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opskit.errors import UnknownError
from opskit.storage.profile.listing import crew
from opskit.storage.profile.listing.asking import Asker, SpentError
from opskit.storage.profile.listing.crawl import UnfitError, check, count
from opskit.storage.profile.listing.page import OddKeyError, Page
from opskit.storage.profile.listing.sampling import Sampler
from opskit.storage.profile.listing.tally import Tally

#: How often an interval held in the worst shape of the study: dates, 200 requests, 100 samples.
COVERAGE = 0.91
#: Below these, or above, no interval is printed: the study shows it to be worth nothing.
LEAST_CALLS, LEAST_DRAWS = 200, 10
MOST_ERROR, MOST_OF_ONE, MOST_RARE = 0.25, 0.5, 0.05
#: Sizes of which fewer objects were seen are rare: their bytes may be anything.
LEAST_SEEN = 100
_WIDTH = 2.0
#: Requests a worker has for its draws at least: a draw that is cut short ends with a guess.
_CALLS_EACH = 100


@dataclass(frozen=True)
class Estimate:
    """Cells that add up to the estimate, and the profile's `sample`."""

    tally: Tally
    sample: dict[str, Any]


class _Sheet:
    def __init__(self, page: Page, where: str) -> None:
        self.truncated, self._page, self._where = page.truncated, page, where

    def names(self) -> list[str]:
        return self._page.names()

    def count(self, stop: int) -> Tally:
        tally = Tally()
        if stop:
            count(tally, self._page, self._page.keys[stop - 1], self._where)
        return tally


def sampled(asker: Asker, prefix: str, workers: int, say: Callable[[str], None]) -> Estimate:
    """What is stored below a prefix, by the requests that the asker has left.

    UnknownError where the endpoint cannot start a listing at a key.
    """
    where = f"s3://{asker.bucket}/{prefix}"

    def look(after: str) -> _Sheet:
        start: dict[str, Any] = {"StartAfter": after} if after else {}
        page = asker.page(prefix, **start)
        if page.names():
            check(page, prefix, after, asker.bucket)
        elif page.truncated:
            raise UnfitError("sends empty pages")
        return _Sheet(page, where)

    assert asker.most is not None
    sampler = Sampler(look, prefix, random.Random())  # noqa: S311
    left = asker.most - asker.calls
    crowd = max(min(workers, left // _CALLS_EACH), 1)

    def tick() -> None:
        say(f"{asker.calls:,} of {asker.most:,} requests")

    def run(work: Callable[[], None]) -> None:
        crew.run(crowd, work, asker.pace, tick)

    try:
        take(sampler, lambda: asker.calls, asker.most, run)
    except (UnfitError, OddKeyError) as error:
        raise UnknownError(
            f"the bucket cannot be sampled: the endpoint {error}",
            where=where,
            hint="leave --budget-calls out, and all of it is listed",
        ) from None
    return estimate(sampler, asker.calls)


def take(
    sampler: Sampler,
    calls: Callable[[], int],
    most: int,
    run: Callable[[Callable[[], None]], None],
) -> None:
    """Explore with half of the requests, and draw with the others. `run` runs it in threads."""
    half = calls() + (most - calls()) // 2

    def explore() -> None:
        try:
            while calls() < half or sampler.expected() <= most - calls():
                if not sampler.explore():
                    return
        except SpentError:
            pass

    def draw() -> None:
        while calls() < most:
            sampler.draw()

    run(explore)
    if not sampler.space.finished:
        sampler.settle()
        run(draw)


def estimate(sampler: Sampler, calls: int) -> Estimate:
    """The estimate of a sampler that has taken its sample."""
    draws, certain = sampler.draws, sampler.certain
    exact = sampler.space.finished
    tally = certain if exact else _scaled(sampler)
    objects = _bounds(tally.objects, certain.objects, [each.objects for each in draws])
    amount = _bounds(tally.bytes, certain.bytes, [each.bytes for each in draws])
    why = "all was listed" if exact else _objection(sampler, tally, calls)
    if why and not exact:
        objects.update(low=None, high=None)
        amount.update(low=None, high=None)
    return Estimate(
        tally,
        {
            "calls": calls,
            "share": _seen(certain, tally) if exact or draws else None,
            "objects": objects,
            "bytes": amount,
            "coverage": 1.0 if exact else None if why else COVERAGE,
            "interval": exact or not why,
            "exact": exact,
            "why": why or f"such intervals held in {COVERAGE:.0%} of simulations, at the worst",
        },
    )


def _seen(certain: Tally, tally: Tally) -> float:
    """The share of the objects that was counted, to four digits."""
    return round(certain.objects / tally.objects, 4) if tally.objects else 1.0


def _scaled(sampler: Sampler) -> Tally:
    """What is certain, and the mean of the draws for the rest."""
    tally, number = Tally(), max(len(sampler.draws), 1)
    rest: dict[Any, list[float]] = {}
    for drawn in sampler.draws:
        for key, (objects, amount) in drawn.cells.items():
            cell = rest.setdefault(key, [0.0, 0.0])
            cell[0] += objects / number
            cell[1] += amount / number
    tally.add(sampler.certain)
    for key, (objects, amount) in rest.items():
        more = Tally()
        more.cells[key] = [round(objects), round(amount)]
        more.objects = round(objects)
        if more.objects:
            tally.add(more)
    return tally


def _bounds(total: int, certain: int, draws: list[float]) -> dict[str, int | None]:
    error = _error(draws) * _WIDTH * _quantile(len(draws))
    low, high = max(round(total - error), certain), round(total + error)
    return {"estimate": total, "low": low, "high": high}


def _error(draws: list[float]) -> float:
    """The standard error of the mean of the draws."""
    return statistics.stdev(draws) / math.sqrt(len(draws)) if len(draws) > 1 else 0.0


def _quantile(draws: int) -> float:
    """The 97.5 % quantile of Student's t, near enough from 3 draws on (Cornish and Fisher)."""
    freedom = max(draws - 1, 1)
    return 1.96 + 2.37 / freedom + 2.82 / freedom**2 + 2.56 / freedom**3


def _objection(sampler: Sampler, tally: Tally, calls: int) -> str:
    """Why no interval can be given; empty where one can."""
    draws = sampler.draws
    if calls < LEAST_CALLS or len(draws) < LEAST_DRAWS:
        return f"too few requests: {len(draws)} draws, and an interval needs {LEAST_DRAWS}"
    for name, total, values in (
        ("objects", tally.objects, [each.objects for each in draws]),
        ("bytes", tally.bytes, [each.bytes for each in draws]),
    ):
        if _error(values) > MOST_ERROR * total:
            return f"the draws differ too much in {name}"
        if max(values) > MOST_OF_ONE * max(sum(values), 1):
            return f"one draw alone makes up most of the {name}"
    if _rare(sampler.seen, tally) > MOST_RARE * tally.bytes:
        return "the sizes differ too much: few large objects make up much of the bytes"
    return ""


def _rare(seen: Tally, tally: Tally) -> int:
    """The bytes of objects of sizes of which only a few were seen."""
    numbers: Counter[int] = Counter()
    for (_, _, size, _), (objects, _) in seen.cells.items():
        numbers[size] += objects
    return sum(
        amount for (_, _, size, _), (_, amount) in tally.cells.items() if numbers[size] < LEAST_SEEN
    )
