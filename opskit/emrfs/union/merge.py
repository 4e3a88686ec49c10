"""Rules merged into fewer and shorter ones that decide the same.

Statements of one effect and one set of conditions are put together where their actions or their
resources are the same; what another statement of the same effect covers is dropped. A NotAction
or NotResource is never changed.
"""

from collections.abc import Callable, Iterable, Sequence

from opskit.emrfs.union.cover import Cover, reduced
from opskit.emrfs.union.rules import Rule

#: Rules that are compared each with each.
MOST_COMPARED = 300


def merged(rules: Iterable[Rule]) -> list[Rule]:
    """The rules in as few characters as is found, in a stable order."""
    found = _by_actions(_by_resources(map(_own, rules)))
    if len(found) <= MOST_COMPARED:
        found = _uncovered(found)
    choices = (_until_stable(found, order) for order in ((_by_actions, _by_resources), _REVERSE))
    return min(choices, key=_length)


def _length(rules: Sequence[Rule]) -> int:
    return sum(rule.length + 1 for rule in rules)


def _until_stable(rules: list[Rule], steps: Iterable[Callable[..., list[Rule]]]) -> list[Rule]:
    order = tuple(steps)
    before = len(rules) + 1
    while len(rules) < before:
        before = len(rules)
        for step in order:
            rules = step(rules)
    return rules


def _own(rule: Rule) -> Rule:
    """A rule without what its own patterns cover."""
    if len(rule.actions) == len(rule.resources) == 1:
        return rule
    actions = reduced_actions(rule.actions)
    return rule.with_actions(actions).with_resources(reduced(rule.resources))


def reduced_actions(actions: Iterable[str]) -> list[str]:
    """Actions without those that others cover; case does not count in them."""
    spelled: dict[str, str] = {}
    for action in actions:
        spelled.setdefault(action.lower(), action)
    return [spelled[action] for action in reduced(spelled)]


def _by_resources(rules: Iterable[Rule]) -> list[Rule]:
    """Put together what has the same resources and conditions."""
    groups: dict[object, list[Rule]] = {}
    for number, rule in enumerate(rules):
        key: object = number
        if not rule.but_actions:
            what = frozenset(rule.resources), rule.but_resources
            key = rule.effect, what, rule.conditions
        groups.setdefault(key, []).append(rule)
    return [
        first.with_actions(reduced_actions(a for each in (first, *more) for a in each.actions))
        if more
        else first
        for first, *more in groups.values()
    ]


def _by_actions(rules: Iterable[Rule]) -> list[Rule]:
    """Put together what has the same actions and conditions."""
    groups: dict[object, list[Rule]] = {}
    for number, rule in enumerate(rules):
        key: object = number
        if not rule.but_resources:
            what = frozenset(a.lower() for a in rule.actions), rule.but_actions
            key = rule.effect, what, rule.conditions
        groups.setdefault(key, []).append(rule)
    return [
        first.with_resources(reduced(r for each in (first, *more) for r in each.resources))
        if more
        else first
        for first, *more in groups.values()
    ]


_REVERSE = (_by_resources, _by_actions)


def _uncovered(rules: list[Rule]) -> list[Rule]:
    """The rules without the resources and actions that another rule covers.

    One after the other, each against what is left of the others: two that cover each other do not
    both go.
    """
    left: list[Rule | None] = list(rules)
    for number, rule in enumerate(rules):
        rest: Rule | None = rule
        for other_number, other in enumerate(left):
            if rest is None:
                break
            if other is not None and other_number != number:
                rest = _without(rest, other)
        left[number] = rest
    return [rule for rule in left if rule is not None]


def _without(rule: Rule, other: Rule) -> Rule | None:
    """What of a rule another one does not cover; None where it covers all."""
    if other.effect != rule.effect or not set(other.conditions) <= set(rule.conditions):
        return rule
    actions = _covered(
        [a.lower() for a in rule.actions],
        rule.but_actions,
        [a.lower() for a in other.actions],
        other.but_actions,
    )
    resources = _covered(rule.resources, rule.but_resources, other.resources, other.but_resources)
    if all(actions) and all(resources):
        return None
    if all(actions) and not rule.but_resources:
        return rule.with_resources(_where_not(rule.resources, resources))
    if all(resources) and not rule.but_actions:
        return rule.with_actions(_where_not(rule.actions, actions))
    return rule


def _where_not(values: Sequence[str], flags: Sequence[bool]) -> list[str]:
    return [value for value, flag in zip(values, flags, strict=True) if not flag]


def _covered(
    narrow: Sequence[str], but_narrow: bool, broad: Sequence[str], but_broad: bool
) -> list[bool]:
    """Which of the narrow patterns the broad ones cover; of a list of exceptions all or none."""
    if "*" in broad and not but_broad:
        return [True] * len(narrow)
    if but_narrow:  # all but `narrow` lies in all but `broad` where `broad` lies in `narrow`
        cover = Cover(narrow)
        inside = but_broad and all(cover.covers(each) for each in broad)
        return [inside] * len(narrow)
    if but_broad:
        return [False] * len(narrow)
    cover = Cover(broad)
    return [cover.covers(each) for each in narrow]
