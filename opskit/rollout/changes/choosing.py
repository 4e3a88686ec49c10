"""Which revision is meant by going back.

What a revision does now goes before what was noted on it once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from opskit.errors import UsageError
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.changes.revisions import History, Revision
from opskit.rollout.changes.serving import rolls
from opskit.rollout.judge.completion import progress

LAST_GOOD = "last-good"
PREVIOUS = "previous"
_NONE = "no good one is recorded"


class Choice(NamedTuple):
    """The revision to go back to, and the rule that decided, as a clause; None: stay."""

    revision: Revision | None
    rule: str


def choose(found: History, to: str = "") -> Choice:
    """The revision that `to` means; without one, in this order:

    the one recorded as the last good, unless a newer one before the present one serves now with all
    its pods; the newest that was complete or so serves; that whose pods serve now, or which a
    StatefulSet completed last; the newest earlier one that is not known to have failed. Where the
    present one is the good one and is healthy, it stays; where it is not, only one before it that
    is known to be good will do. InputError for a revision that is not there, NotDoneError where
    there is nothing to go back to.
    """
    if to == PREVIOUS:
        return Choice(_earlier(found)[-1], "it is the previous one")
    if to and to != LAST_GOOD:
        return Choice(found.numbered(int(to)), "as asked for")
    current = found.current
    if to == LAST_GOOD:
        if found.last_good is None:
            raise found.lacks("no last good revision is recorded")
        if current is not None and current.last_good:
            return Choice(None, f"it is at the last good revision, {current.number}")
        return _recorded(found)
    if current is not None and _was_good(found, current):
        return _at_good(found, current)
    return _guessed(found) if found.last_good is None else _better(found) or _recorded(found)


def check(to: str) -> None:
    """UsageError for a `to` that names no revision."""
    number = to.isascii() and to.isdigit() and len(to) < 19
    if to not in ("", LAST_GOOD, PREVIOUS) and not number:
        raise UsageError(
            f"{to[:40]!r} is no revision", where="--to", hint="give last-good, previous or a number"
        )


def _was_good(found: History, current: Revision) -> bool:
    told = current.recorded
    return current.last_good or (found.last_good is None and told is not None and told.good)


def _at_good(found: History, current: Revision) -> Choice:
    """Where the present revision was good: it stays, unless it does not serve any more."""
    made = progress(found.target.kind, found.workload)
    name = f"the last good revision, {current.number}"
    if not current.now.trouble:
        if made.complete:
            return Choice(None, f"it is at {name}")
        if rolls(found.target.kind, found.workload, current.name):
            return Choice(None, f"it is on its way to {name}: {made.waiting}")
    wrong = current.now.trouble or made.waiting
    before = [each for each in found.revisions if not each.current]
    if chosen := _known_good(before):
        now = f"revision {current.number}, which was good, does not serve now ({wrong})"
        return Choice(chosen.revision, f"{chosen.rule}; {now}")
    raise NotDoneError(
        f"is at {name}, which does not serve now ({wrong}); none before it is known to be good",
        where=str(found.target),
        hint=f"choose one with --to; {found.there}",
    )


def _better(found: History) -> Choice | None:
    """An earlier revision that serves now, and is newer than the one recorded as good."""
    good = found.last_good
    assert good is not None
    recorded = next((each.number for each in found.revisions if each.last_good), good.revision)
    newer = [each for each in found.revisions if not each.current and each.number > recorded]
    serving = [each for each in newer if _serves(each)]
    if not serving:
        return None
    rule = f"all its pods serve now, and it is newer than {recorded}, which is recorded as good"
    return Choice(serving[-1], rule)


def _recorded(found: History) -> Choice:
    good = found.last_good
    assert good is not None
    revision = next((each for each in found.revisions if each.last_good), None)
    if revision is not None:
        return Choice(revision, f"recorded as good {good.at}".rstrip())
    error = found.lacks(f"the last good revision, {good.name}, is gone (revisionHistoryLimit)")
    if good.images:
        words = " ".join(f"{name}={image}" for name, image in good.images.items())
        error.hint = f"its images: opskit rollout set {found.target} {words}; or {error.hint}"
    raise error


def _guessed(found: History) -> Choice:
    earlier = _earlier(found)
    if chosen := _known_good(earlier):
        noted = any(each.recorded and each.recorded.good for each in earlier)
        return chosen if noted else chosen._replace(rule=f"{_NONE}; {chosen.rule}")
    earlier = [each for each in earlier if not (each.recorded and each.recorded.lasting)]
    serving = max(
        earlier, key=lambda each: (each.completed, each.now.serving, each.number), default=None
    )
    if serving and serving.completed:
        return Choice(serving, f"{_NONE}; it was completed last")
    if serving and serving.now.serving:
        return Choice(serving, f"{_NONE}; its pods serve now")
    unknown = [each for each in earlier if not each.recorded]
    if not unknown:
        raise NotDoneError(
            "has no earlier revision that did not fail; nothing was changed",
            where=str(found.target),
            hint=f"choose one with --to; {found.there}",
        )
    return Choice(unknown[-1], f"{_NONE}; it is the newest not known to have failed")


def _known_good(earlier: Sequence[Revision]) -> Choice | None:
    """The newest that was complete, or that serves now with all its pods."""
    good = [each for each in earlier if _serves(each) or (each.recorded and each.recorded.good)]
    if not good:
        return None
    if _serves(good[-1]):
        return Choice(good[-1], "all its pods serve now")
    return Choice(good[-1], "it is the newest that was complete")


def _serves(each: Revision) -> bool:
    return each.now.whole and not (each.recorded and each.recorded.lasting)


def _earlier(found: History) -> list[Revision]:
    """The revisions but the present one, at least one: else NotDoneError."""
    earlier = [each for each in found.revisions if not each.current]
    if earlier:
        return earlier
    where = str(found.target)
    if not found.revisions:
        raise NotDoneError("has no revision yet", where=where, hint="look again in a moment")
    raise NotDoneError(
        f"has only revision {found.revisions[-1].number}: there is none to go back to",
        where=where,
        hint="set the image that it shall have: opskit rollout set",
    )
