"""The way back: which revision is chosen."""

import json
from dataclasses import replace

import pytest

from opskit.errors import InputError, UsageError
from opskit.rollout.changes import outcomes, undoing
from opskit.rollout.changes.outcomes import LastGood
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.changes.revisions import History, Revision
from opskit.rollout.changes.serving import Standing
from opskit.rollout.changes.undoing import choose, undo, way_back
from opskit.rollout.targets import Target
from tests.rollout.onplane import workload

WEB = Target("shop", "deploy", "web")


SERVES = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


def past(*words: str, last_good: int = 0, gone: bool = False, **status: object) -> History:
    """Revisions 1, 2, 3 ... of these properties; the last one is the current one.

    `failed` is of no known code, `ROL106` and the like failed with that; `half` of its pods serve.
    The workload has all its pods unless `status` says otherwise.
    """
    revisions = []
    for number, text in enumerate(words, 1):
        name = f"web-{number}"
        notes = {}
        for outcome in ("failed", "complete", "timed-out"):
            if outcome in text.split():
                told = {"outcome": outcome, "template": name}
                notes[outcomes.OUTCOME] = json.dumps(told)
        for code in [word for word in text.split() if word.startswith("ROL")]:
            told = {"outcome": "failed", "code": code, "template": name}
            notes[outcomes.OUTCOME] = json.dumps(told)
        pods = 2 if {"serves", "half", "ill"} & set(text.split()) else 0
        revisions.append(
            Revision(
                number,
                name,
                f"/rs/{name}",
                {"metadata": {"name": name, "annotations": notes}},
                workload(web=f"w:{number}")["spec"]["template"],
                current=number == len(words),
                last_good=number == last_good,
                now=Standing(pods, pods // (1 + ("half" in text)), "it crashes" * ("ill" in text)),
                completed="completed" in text,
            )
        )
    good = LastGood(f"web-{last_good}", last_good, {"web": f"w:{last_good}"}, "then")
    if gone:
        revisions = [each for each in revisions if not each.last_good]
    thing = {**workload(web="w:1"), "status": {**SERVES, **status}}
    return History(WEB, thing, revisions, good if last_good else None)


@pytest.mark.parametrize(
    ("found", "to", "number", "rule"),
    [
        (past("complete", "failed", "failed", last_good=1), "", 1, "recorded as good"),
        (past("serves", "", "", last_good=2), "", 2, "recorded as good"),
        (past("complete", "failed", "failed"), "", 1, "newest that was complete"),
        (past("", "complete", "complete", "", ""), "", 3, "newest that was complete"),
        (past("serves", "", ""), "", 1, "no good one is recorded; all its pods serve now"),
        (past("half", "", ""), "", 1, "no good one is recorded; its pods serve now"),
        # what serves now goes before an older note, unless it failed for a reason that lasts
        (past("complete", "timed-out serves", "", last_good=1), "", 2, "newer than 1"),
        (past("complete", "serves", "failed", last_good=1), "", 2, "newer than 1"),
        (past("complete", "ROL106 serves", "", last_good=1), "", 2, "newer than 1"),
        (past("complete", "ROL107 serves", "", last_good=1), "", 1, "recorded as good"),
        (past("complete", "half", "", last_good=1), "", 1, "recorded as good"),
        (past("complete", "ill", "", last_good=1), "", 1, "recorded as good"),
        (past("serves", "complete", "", last_good=2), "", 2, "recorded as good"),
        (past("complete", "timed-out serves", ""), "", 2, "all its pods serve now"),
        (past("", "timed-out half", ""), "", 2, "its pods serve now"),
        # the present one was good, and is ill
        (past("complete", "", "complete ill", last_good=3), "", 1, "does not serve now (it crash"),
        (past("complete", "complete ill"), "", 1, "does not serve now (it crashes)"),
        (past("complete", "", last_good=2, availableReplicas=1), "", 1, "does not serve now (1 of"),
        (past("complete", "serves", "ill", last_good=3), "", 2, "all its pods serve now; revision"),
        (past("completed", "", ""), "", 1, "completed last"),
        (past("", "", "failed", "timed-out", ""), "", 2, "not known to have failed"),
        (past("failed serves", "", ""), "", 2, "not known to have failed"),
        (past("complete", "complete serves", "", last_good=1), "previous", 2, "previous"),
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
    except (InputError, NotDoneError):
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
    assert choose(past("", "ill", last_good=2), "last-good").revision is None


def test_on_its_way_to_the_last_good_one_it_goes_no_further_back() -> None:
    """An undo given twice, before the first has made all pods.

    The condition may be that of the rollout which was taken back, and the revisions of a
    StatefulSet the same again already.
    """
    rolls = {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}
    over = {**rolls, "reason": "ProgressDeadlineExceeded"}
    over["message"] = 'ReplicaSet "web-1" has timed out progressing.'
    for each in (rolls, over):
        choice = choose(past("complete", "", last_good=2, updatedReplicas=1, conditions=[each]))
        assert choice.revision is None
        assert choice.rule.startswith("it is on its way to the last good revision, 2: 1 of 2 pods")
    found = past("complete", "", last_good=2, updatedReplicas=1, availableReplicas=1)
    choice = choose(replace(found, target=Target("shop", "sts", "web")))
    assert choice.rule.startswith("it is on its way to the last good revision, 2: 1 of 2 pods")
    over["message"] = over["message"].replace("web-1", "web-2")
    with pytest.raises(NotDoneError, match="does not serve now"):
        choose(past("", "", last_good=2, updatedReplicas=1, conditions=[over]))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (past(""), "has only revision 1"),
        (past(), "no revision yet"),
        (past("failed", ""), "no earlier revision that did not fail"),
        (past("timed-out", ""), "no earlier revision that did not fail"),
        (past("", "ill", last_good=2), r"does not serve now \(it crashes\); none before it"),
    ],
)
def test_where_there_is_nothing_to_go_back_to_the_answer_is_no(
    found: History, message: str
) -> None:
    with pytest.raises(NotDoneError, match=message):
        choose(found)
    if len(found.revisions) < 2:
        with pytest.raises(NotDoneError, match=message):
            choose(found, "previous")


@pytest.mark.parametrize(
    ("found", "to", "message"),
    [
        (past("", ""), "last-good", "no last good revision is recorded"),
        (past("", ""), "7", "no revision 7"),
        (past(""), "7", "no revision 7"),
        (past("", "", "", last_good=1, gone=True), "", "web-1, is gone"),
    ],
)
def test_a_revision_that_is_not_there_is_told_with_those_that_are(
    found: History, to: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        choose(found, to)
    there = "there are" if len(found.revisions) > 1 else "there is"
    assert f"{there} 1" in caught.value.hint or f"{there} 2" in caught.value.hint
    assert "history deploy/web -n shop" in caught.value.hint


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
