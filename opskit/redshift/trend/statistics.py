"""Whether a series changed: the statistic behind `opskit redshift trend`.

The unit is a block of time (a day, or six hours where there is less than two weeks): for each
query the median of its runs in the block, as a logarithm, since times multiply. Runs in one block
share its weather, blocks hardly do. A query counts as slower where all three hold:

- its recent median is at least `FACTOR` times the median of the blocks before,
- it is above every block before: a night that was as bad has been there already,
- Student's test of the recent blocks against the blocks before, with the scatter of the blocks
  before alone, is below `LEVEL` after Holm's correction over all queries that were tested. So the
  chance that noise makes even one finding in a whole report is below 1 in 1,000, whether it
  is about ten queries or ten thousand.

Median, median absolute deviation and robust z are shown with it; they decide nothing, because a
deviation of five blocks is far too uncertain to be compared with a fixed number.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median, variance
from typing import Literal, NamedTuple

FACTOR = 1.5
LEVEL = 0.001
#: Fewer blocks before say nothing about what is usual.
FEWEST = 5
#: The scatter of a series is never taken for less: clocks and buckets round.
_LEAST = 0.02
_MAD_TO_SIGMA = 1.4826

Verdict = Literal["slower", "faster", "steady", "too few"]


class Series(NamedTuple):
    """Median times of blocks, in microseconds above 0: those before, and the recent ones."""

    before: Sequence[float]
    recent: Sequence[float]


class Change(NamedTuple):
    """What a series did. Times are in microseconds; `p` is corrected, None where not tested."""

    verdict: Verdict
    ratio: float | None
    before: float | None
    deviation: float | None
    recent: float | None
    z: float | None
    p: float | None


def changes(series: Mapping[str, Series]) -> dict[str, Change]:
    """The change of each series, with the correction over all of them."""
    logs = {
        key: ([math.log(v) for v in s.before], [math.log(v) for v in s.recent])
        for key, s in series.items()
        if len(s.before) >= FEWEST and s.recent
    }
    raw = {key: _student(before, recent) for key, (before, recent) in logs.items()}
    corrected = holm(raw)
    return {key: _change(s, corrected.get(key)) for key, s in series.items()}


def _change(series: Series, p: float | None) -> Change:
    if p is None:
        return Change("too few", None, None, None, None, None, None)
    before, recent = median(series.before), median(series.recent)
    deviation = median(abs(value - before) for value in series.before)
    ratio = recent / before
    scale = max(deviation * _MAD_TO_SIGMA, before * _LEAST)
    verdict: Verdict = "steady"
    if p < LEVEL and ratio >= FACTOR and recent > max(series.before):
        verdict = "slower"
    elif p < LEVEL and ratio <= 1 / FACTOR and recent < min(series.before):
        verdict = "faster"
    return Change(verdict, ratio, before, deviation, recent, (recent - before) / scale, p)


def _student(before: Sequence[float], recent: Sequence[float]) -> float:
    """Two-sided p of the recent blocks, by the scatter of those before."""
    scatter = max(math.sqrt(variance(before)), _LEAST)
    error = scatter * math.sqrt(1 / len(before) + 1 / len(recent))
    return 2 * tail((fmean(recent) - fmean(before)) / error, len(before) - 1)


def holm(raw: Mapping[str, float]) -> dict[str, float]:
    """P-values corrected so that the chance of any false one stays below the level."""
    worst = 0.0
    corrected = {}
    for rank, key in enumerate(sorted(raw, key=lambda key: (raw[key], key))):
        worst = max(worst, min(1.0, raw[key] * (len(raw) - rank)))
        corrected[key] = worst
    return corrected


def tail(t: float, freedom: float) -> float:
    """The chance that Student's t is above |t|."""
    x = freedom / (freedom + t * t)
    return 0.5 * _incomplete_beta(freedom / 2, 0.5, x)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    gammas = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(gammas + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / (1 + step * d or tiny)
            c = 1 + step / c or tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * fraction


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """What y grows for each x, by least squares; None for fewer than two different x."""
    if len(points) < 2:
        return None
    middle_x, middle_y = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = math.fsum((x - middle_x) ** 2 for x, _ in points)
    if not spread:
        return None
    return math.fsum((x - middle_x) * (y - middle_y) for x, y in points) / spread
