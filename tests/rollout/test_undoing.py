"""The way back: which revision is chosen."""

import json
from dataclasses import replace

import pytest

from opskit.errors import InputError, UsageError
from opskit.rollout import outcomes, undoing
from opskit.rollout.outcomes import LastGood
from opskit.rollout.revisions import History, Revision
from opskit.rollout.targets import Target
from opskit.rollout.undoing import choose, undo, way_back
from tests.rollout.onplane import workload

WEB = Target("shop", "deploy", "web")


def past(*words: str, last_good: int = 0, gone: bool = False) -> History:
    """Revisions 1, 2, 3 ... of these properties; the last one is the current one."""
    revisions = []
    for number, text in enumerate(words, 1):
        name = f"web-{number}"
        notes = {}
        for outcome in ("failed", "complete", "timed-out"):
            if outcome in text.split():
                told = {"outcome": outcome, "template": name}
                notes[outcomes.OUTCOME] = json.dumps(told)
        revisions.append(
            Revision(
                number,
                name,
                f"/rs/{name}",
                {"metadata": {"name": name, "annotations": notes}},
                workload(web=f"w:{number}")["spec"]["template"],
                current=number == len(words),
                last_good=number == last_good,
                available=2 if "serves" in text else 0,
                completed="completed" in text,
            )
        )
    good = LastGood(f"web-{last_good}", last_good, {"web": f"w:{last_good}"}, "then")
    if gone:
        revisions = [each for each in revisions if not each.last_good]
    return History(WEB, workload(web="w:1"), revisions, good if last_good else None)


@pytest.mark.parametrize(
    ("found", "to", "number", "rule"),
    [
        (past("complete", "failed", "failed", last_good=1), "", 1, "recorded as good"),
        (past("serves", "", "", last_good=2), "", 2, "recorded as good"),
        (past("complete", "failed", "failed"), "", 1, "newest that was complete"),
        (past("", "complete", "complete", "", ""), "", 3, "newest that was complete"),
        (past("serves", "", ""), "", 1, "pods serve now"),
        (past("completed", "", ""), "", 1, "completed last"),
        (past("", "", "failed", "timed-out", ""), "", 2, "not known to have failed"),
        (past("failed serves", "", ""), "", 2, "not known to have failed"),
        (past("complete", "failed", "", last_good=1), "previous", 2, "previous"),
        (past("", "failed", "", last_good=1), "2", 2, "as asked for"),
        (past("", "", "", last_good=1), "last-good", 1, "recorded as good"),
    ],
)
def test_rules(found: History, to: str, number: int, rule: str) -> None:
    choice = choose(found, to)
    assert choice.revision is not None
    assert (choice.revision.number, rule in choice.rule) == (number, True)


@pytest.mark.parametrize(
    "found",
    [
        past("complete", "failed", "failed", last_good=1),
        past("serves", "", ""),
        past("", "", "failed", "timed-out", ""),
        past("", "", last_good=2),
        past("", "complete"),
        past(""),
        past("failed", "failed"),
        past("", "", last_good=1, gone=True),
    ],
)
def test_the_way_back_that_is_advised_is_the_one_that_is_taken(found: History) -> None:
    try:
        choice = choose(found).revision
    except InputError:
        choice = None
    told = way_back(found)
    if choice is None:
        assert told == ""
    else:
        assert told.startswith(f"revision {choice.number} ({choice.images['web']}): ")


def test_no_way_back_is_advised_for_a_paused_deployment() -> None:
    found = past("serves", "")
    assert way_back(found)
    paused = {**found.workload, "spec": {**found.workload["spec"], "paused": True}}
    assert way_back(replace(found, workload=paused)) == ""


def test_at_the_last_good_one_it_stays() -> None:
    for to in ("", "last-good"):
        assert choose(past("", "failed", "complete", last_good=3), to).revision is None
    assert choose(past("", "complete")).revision is None


@pytest.mark.parametrize(
    ("found", "to", "message"),
    [
        (past("failed", ""), "", "no earlier revision that did not fail"),
        (past(""), "", "no earlier revision"),
        (past(""), "previous", "no earlier revision"),
        (past("", ""), "last-good", "no last good revision is recorded"),
        (past("", ""), "7", "no revision 7"),
        (past("", "", "", last_good=1, gone=True), "", "web-1, is gone"),
    ],
)
def test_a_revision_that_is_not_there_is_told_with_those_that_are(
    found: History, to: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        choose(found, to)
    assert "there are" in caught.value.hint


def test_the_images_of_a_last_good_revision_that_is_gone_are_told() -> None:
    with pytest.raises(InputError) as caught:
        choose(past("", "", "", last_good=1, gone=True))
    assert "opskit rollout set deploy/web web=w:1" in caught.value.hint


@pytest.mark.parametrize("to", ["latest", "-1", "1.5", "٣", "9" * 5000])
def test_words_that_name_no_revision(to: str) -> None:
    with pytest.raises(UsageError):
        undoing.check(to)


def test_a_cronjob_has_no_revisions() -> None:
    with pytest.raises(UsageError, match="no revisions"):
        undo(None, Target("n", "cronjob", "x"))  # type: ignore[arg-type]
