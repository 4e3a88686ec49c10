"""Rules packed into as few policies of a limited size as is found."""

from collections.abc import Iterable, Iterator, Sequence

from opskit.emrfs.build.size import MANAGED, compact
from opskit.emrfs.union.rules import Rule, document

#: Characters of a policy without statements.
EMPTY = len(compact(document(())))


class TooLargeError(ValueError):
    """A statement that fits into no policy, and cannot be parted."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(
            f"a statement on {rule.resources[0]!r:.80} has {rule.length:,} characters and cannot "
            "be parted"
        )


def packed(rules: Sequence[Rule], limit: int = MANAGED) -> list[list[Rule]]:
    """The rules in policies of at most `limit` characters.

    TooLargeError for a rule that fits into none.
    """
    ordered = sorted(rules, key=lambda rule: -rule.length)
    whole = _first_fit([piece for rule in ordered for piece in _pieces(rule, limit)], limit)
    if len(whole) == 1:
        return whole
    filled = _filled(ordered, limit)
    return filled if len(filled) < len(whole) else whole


def _first_fit(rules: Iterable[Rule], limit: int) -> list[list[Rule]]:
    """Each rule, the long ones first, into the first policy that has room."""
    bins: list[list[Rule]] = []
    used: list[int] = []
    for rule in sorted(rules, key=lambda each: -each.length):
        length = rule.length + 1
        place = next((n for n, size in enumerate(used) if size + length <= limit + 1), None)
        if place is None:
            bins.append([])
            used.append(EMPTY)
            place = len(bins) - 1
        bins[place].append(rule)
        used[place] += length
    return bins


def _filled(rules: Iterable[Rule], limit: int) -> list[list[Rule]]:
    """Policies filled to the brim, rules parted where they end."""
    bins: list[list[Rule]] = [[]]
    room = limit + 1 - EMPTY
    for rule in rules:
        left: Rule | None = rule
        while left is not None:
            piece, rest = _part(left, room - 1)
            if piece is None:
                if not bins[-1]:
                    raise TooLargeError(left)
                bins.append([])
                room = limit + 1 - EMPTY
                continue
            bins[-1].append(piece)
            room -= piece.length + 1
            left = rest
    return [each for each in bins if each]


def _pieces(rule: Rule, limit: int) -> Iterator[Rule]:
    """The rule, in as many parts as it needs to fit into policies of its own."""
    left: Rule | None = rule
    while left is not None:
        piece, left_over = _part(left, limit - EMPTY)
        if piece is None:
            raise TooLargeError(left)
        yield piece
        left = left_over


def _part(rule: Rule, room: int) -> tuple[Rule | None, Rule | None]:
    """As much of a rule as has room, and the rest; None for nothing."""
    if rule.length <= room:
        return rule, None
    if not rule.but_resources and len(rule.resources) > 1:
        count = _fitting(rule.with_resources(()).length, rule.resources, room)
        if count:
            return (
                rule.with_resources(rule.resources[:count]),
                rule.with_resources(rule.resources[count:]),
            )
    if not rule.but_actions and len(rule.actions) > 1:
        count = _fitting(rule.with_actions(()).length, rule.actions, room)
        if count:
            return (
                rule.with_actions(rule.actions[:count]),
                rule.with_actions(rule.actions[count:]),
            )
    return None, rule


def _fitting(head: int, values: Sequence[str], room: int) -> int:
    """How many of the values fit behind a statement of `head` characters with an empty list."""
    for count, value in enumerate(values):
        head += len(compact(value)) + (1 if count else 0)
        if head > room:
            return count
    return len(values)
