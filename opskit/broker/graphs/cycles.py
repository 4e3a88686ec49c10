"""Cycles in a directed graph, given as the set of targets of each node."""

from collections.abc import Iterator, Sequence


def example(targets: Sequence[set[int]], members: Sequence[int]) -> list[int]:
    """A cycle of three nodes or more among `members`, as short as any through its first one.

    Empty where they hang together by links there and back only.
    """
    inside = set(members)
    sure = _on_a_cycle(targets, members, inside)
    if sure is None:
        return []
    for start in (*members[:_TRIES], sure):
        for first in sorted(targets[start] & inside):
            route = _way_back(targets, first, start, inside)
            if route:
                return [start, *route]
    return []


_TRIES = 10  # each may look at all nodes in vain


def _on_a_cycle(
    targets: Sequence[set[int]], members: Sequence[int], inside: set[int]
) -> int | None:
    """A node through which a cycle of three or more leads, if there is one in the component."""
    for node in members:
        if any(node not in targets[target] for target in targets[node] & inside):
            return node  # the way back leads over others
    # All links go both ways: without the branches that end somewhere the circles are left.
    links = {node: targets[node] & inside for node in members}
    ends = [node for node in members if len(links[node]) == 1]
    for node in ends:  # grows while it is walked
        for other in links.pop(node):
            links[other].discard(node)
            if len(links[other]) == 1:
                ends.append(other)
    at, before = next(iter(links), None), None
    seen: set[int] = set()
    while at is not None and links[at] and at not in seen:
        seen.add(at)
        at, before = next(node for node in links[at] if node != before), at
    return at if seen else None


def _way_back(targets: Sequence[set[int]], first: int, start: int, inside: set[int]) -> list[int]:
    """The shortest way from `first` to `start` that is not the one step back, without `start`."""
    before = {first: first}
    queue = [first]
    for at in queue:  # grows while it is walked
        if start in targets[at] and at != first:
            route = [at]
            while route[-1] != first:
                route.append(before[route[-1]])
            return route[::-1]
        for target in sorted(targets[at] & inside):
            if target not in before and target != start:
                before[target] = at
                queue.append(target)
    return []


def strong(targets: Sequence[set[int]]) -> Iterator[list[int]]:
    """Strongly connected components (Tarjan's algorithm, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in range(len(targets)):
        if root in index:
            continue
        work = [(root, iter(targets[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(targets[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found: list[int] = []
                    while not found or found[-1] != node:
                        found.append(stack.pop())
                        on_stack.discard(found[-1])
                    yield found
