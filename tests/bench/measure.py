"""How the benchmarks measure: alternating runs, the fastest of each side, and their ratio."""

import gc
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Side = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """One line of the result: `measured` and `baseline` in seconds, or in a `unit` of their own."""

    what: str
    measured: float
    against: str
    baseline: float
    limit: float
    unit: str = "s"

    @property
    def value(self) -> float:
        return self.measured / self.baseline

    @property
    def holds(self) -> bool:
        return self.value <= self.limit


def ratio(what: str, side: Side, against: str, base: Side, limit: float, rounds: int = 15) -> Ratio:
    """Run both sides in turn, so that both meet the same noise, and compare the fastest."""
    measured, baseline = [], []
    for _ in range(rounds):
        baseline.append(seconds(base))
        measured.append(seconds(side))
    return Ratio(what, min(measured), against, min(baseline), limit)


def seconds(side: Side) -> float:
    """The wall-clock time of one run, without a look for garbage in the middle of it."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        side()
        return time.perf_counter() - start
    finally:
        gc.enable()


def process(*args: str) -> Side:
    """A whole process, from its start to its end."""
    # As users have it: a start that compiles its modules each time is not theirs.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    out, err = subprocess.DEVNULL, subprocess.PIPE  # what it warns of is no part of the table
    return lambda: subprocess.run(args, check=True, stdout=out, stderr=err, env=env)


def show(ratios: Sequence[Ratio]) -> int:
    """Print the table; 1 where a limit is passed."""
    for r in ratios:
        verdict = "ok" if r.holds else "TOO SLOW" if r.unit == "s" else "TOO MUCH"
        scale, unit = (1000, "ms") if r.unit == "s" else (1, r.unit)
        print(
            f"{r.what:<44} {r.value:6.2f} x {r.against:<34}"
            f" (at most {r.limit:.2f})  {r.measured * scale:8.1f} / {r.baseline * scale:.1f} {unit}"
            f"  {verdict}"
        )
    return 0 if all(r.holds for r in ratios) else 1
