"""Circles in who waits for whom."""

from collections.abc import Iterator, Mapping, Sequence


def cycles(edges: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """The cycles of who waits for whom, each once, and none that shares a session with another."""
    done: set[int] = set()
    for start in sorted(edges):
        cycle = [] if start in done else _back_to(start, edges, done)
        if cycle:
            done.update(cycle)
            yield cycle


def _back_to(start: int, edges: Mapping[int, Sequence[int]], done: set[int]) -> list[int]:
    """The shortest way from a session back to itself; empty where there is none."""
    paths, seen = [[start]], {start}
    while paths:
        longer = []
        for path in paths:
            for after in edges.get(path[-1], ()):
                if after == start:
                    return path
                if after not in seen and after not in done:
                    seen.add(after)
                    longer.append([*path, after])
        paths = longer
    return []
