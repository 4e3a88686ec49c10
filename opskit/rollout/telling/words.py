"""Verdicts as people read them: what, where, why, the last words, and what to do next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from shlex import quote

from opskit import invocation
from opskit.rollout.durations import shown
from opskit.rollout.judge.judging import RULES
from opskit.rollout.targets import Target
from opskit.rollout.verdict import LATE, UNVERIFIED, Cause, Outcome, Verdict

WORDS = {
    Outcome.COMPLETE: "complete",
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "timed out",
    Outcome.UNKNOWN: "unknown",
}
#: What stands in a block as it is, to be read in columns and copied.
VERBATIM = "    "
_OTHERS = 3
#: What to do where the time is over, and not all could be looked at.
_BLIND = (
    "get the right to look at what the note names (list and watch): why it is not complete is "
    "only to be seen there"
)
#: So many complete rollouts are named one by one; more of them are a count.
_NAMED = 8


def name(verdict: Verdict, *, cluster: bool = False) -> str:
    """`shop/deploy/web`, with the cluster before it where there are several."""
    place = f"{verdict.target.namespace}/{verdict.target}"
    return f"{verdict.cluster} {place}" if cluster else place


def told(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The blocks of all verdicts: what failed in full and last, so that it is what is seen."""
    several = len({each.cluster for each in verdicts}) > 1
    good = [each for each in verdicts if each.outcome is Outcome.COMPLETE]
    if len(good) <= _NAMED:
        for each in good:
            yield "\n".join(block(each, cluster=several))
    order = [Outcome.UNKNOWN, Outcome.TIMED_OUT, Outcome.FAILED]
    bad = [each for each in verdicts if each.outcome in order]
    for each in sorted(bad, key=lambda verdict: order.index(verdict.outcome)):
        yield "\n".join(block(each, cluster=several))
    if len(verdicts) > 1:
        yield summary(verdicts)


def summary(verdicts: Sequence[Verdict]) -> str:
    """`198 of 200 rollouts complete, 1 failed, 1 timed out: shop/deploy/web, ...`."""
    counts = Counter(each.outcome for each in verdicts)
    unseen = sum(each.outcome is Outcome.COMPLETE and not each.verified for each in verdicts)
    parts = [f"{counts[Outcome.COMPLETE] - unseen} of {len(verdicts)} rollouts complete"]
    parts += [f"{unseen} set and not verified"] if unseen else []
    parts += [
        f"{counts[outcome]} {WORDS[outcome]}"
        for outcome in (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.UNKNOWN)
        if counts[outcome]
    ]
    return ", ".join(parts)


def block(verdict: Verdict, *, cluster: bool = False) -> Iterator[str]:
    """The lines of one verdict. Those that start with `VERBATIM` are not to be wrapped."""
    yield f"{name(verdict, cluster=cluster)}: {_outcome(verdict)}"
    yield from _image(verdict)
    late = verdict.outcome is Outcome.TIMED_OUT
    shown = [each for each in verdict.causes if not (late and each.code == LATE)]
    for number, each in enumerate(shown or verdict.causes):
        lead = f"{each.code} {title(each)}" if late and shown else ""
        lead = lead or (f"besides: {each.code} {title(each)}" if number else "")
        blind = bool(verdict.notes) and each.code == LATE
        yield from cause(verdict.target, each, lead, _BLIND if blind else "")
    for note in verdict.notes:
        yield f"  note: {note}"
    if late and not verdict.rolled_back:
        yield f"  it goes on by itself; to watch on: {_command('status', verdict.target)}"
    if not verdict.verified:
        yield f"  its newest run: {_command('explain', verdict.target)}"
    if verdict.rolled_back:
        yield f"  rolled back: {verdict.rolled_back}"
    elif verdict.way_back:
        yield f"  to go back: {undo(verdict.target)}"
        yield f"{VERBATIM}# to {verdict.way_back}"


def _outcome(verdict: Verdict) -> str:
    word, after = WORDS[verdict.outcome], shown(verdict.seconds)
    made = verdict.progress
    if verdict.outcome is Outcome.COMPLETE and not verdict.verified:
        return UNVERIFIED
    if verdict.outcome is Outcome.COMPLETE:
        number = f", revision {verdict.revision}" if verdict.revision else ""
        pods = f": {made.available} of {made.desired} pods serve" if made.desired else ""
        return f"{word} after {after}{pods}{number}"
    if verdict.outcome is Outcome.TIMED_OUT and made.waiting:
        return f"{word} after {after}: {made.waiting}"
    first = verdict.causes[0] if verdict.causes else None
    why = f": {first.code} {title(first)}" if first else ""
    return f"{word} after {after}{why}"


def _image(verdict: Verdict) -> Iterator[str]:
    """The image of the container that is to blame, where the message does not name it."""
    first = verdict.causes[0] if verdict.causes else None
    image = verdict.images.get(first.container) if first else None
    if first and image and image not in first.message:
        yield f"  image: {image}"


def title(found: Cause) -> str:
    """What the rule of a cause is about, in words; its reason where no rule is known."""
    return _TITLES.get(found.code, found.reason)


def cause(target: Target, each: Cause, lead: str, fix: str = "") -> Iterator[str]:
    """The lines of one cause, after a line that leads it in, if there is one.

    `fix` stands for what the cause's rule says is to be done.
    """
    if lead:
        yield f"  {lead}"
    same = each.object == str(target)
    place = " ".join(part for part in ("" if same else each.object, each.container) if part)
    yield f"  {place}: {each.message}" if place else f"  {each.message}"
    if each.others:
        rest = len(each.others) - _OTHERS
        more = f" and {rest} more" if rest > 0 else ""
        yield f"  the same in: {', '.join(each.others[:_OTHERS])}{more}"
    if each.events:
        yield "  events:"
        yield from (f"{VERBATIM}{line}" for text in each.events for line in text.splitlines())
    if each.log:
        yield f"  last lines of {each.container or each.object}:"
        yield from (f"{VERBATIM}{line}" for line in each.log)
    elif each.log_note:
        yield f"  log: {each.log_note}"
    if fix := fix or _FIXES.get(each.code, ""):
        yield f"  what to do: {fix}"


def undo(target: Target) -> str:
    """The command that goes back."""
    return _command("undo", target)


def _command(name: str, target: Target) -> str:
    return f"opskit rollout {name} {quote(str(target))}{place(target)}"


def place(target: Target) -> str:
    """The flags that say where a target is: its namespace, and the cluster as it was asked for."""
    return f" -n {quote(target.namespace)}{invocation.cluster_flags}"


_TITLES = {rule.code: rule.title for rule in RULES.rules}
_FIXES = {rule.code: rule.fix for rule in RULES.rules}
