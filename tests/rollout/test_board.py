"""What a table that changes and lines of a log say of steps."""

from opskit.rollout.judge.completion import Progress
from opskit.rollout.judge.situation import Symptom
from opskit.rollout.targets import Target
from opskit.rollout.telling.board import MANY, Board
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.watch.watching import Step

WEB, API = Target("shop", "deploy", "web"), Target("shop", "deploy", "api")
HALF = Progress(2, 2, 1, "1 of 2 new pods are available")
CRASH = Symptom("ended with exit code 1", "Error", "web-1", "web")


def end(target: Target, outcome: Outcome, *causes: Cause) -> Step:
    found = Verdict("a", target, outcome, HALF, causes)
    return Step("verdict", found.headline, target, HALF, verdict=found)


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    targets = [Target("shop", "deploy", f"w{n:02}") for n in range(10)]
    board = Board([("a", each) for each in targets])
    for each in targets[:8]:
        board.put(end(each, Outcome.COMPLETE), "a")
    board.put(Step("symptom", CRASH.message, targets[9], HALF, CRASH), "a")
    board.put(end(targets[8], Outcome.FAILED, Cause("ROL102", "x", "gone", "pod/p", "web")), "a")
    rows = board.rows(4)
    assert rows[0] == ("deploy/w08", "1/2", "2/2", "failed", "web: gone")
    assert rows[1][3:] == ("in trouble", "web: ended with exit code 1")
    assert rows[3] == ("and 7 more", "", "", "7 complete", "")
    assert (board.ended, board.count) == (9, 10)


def test_lines_say_where() -> None:
    board = Board([("a", WEB), ("a", API)])
    step = Step("symptom", CRASH.message, WEB, HALF, CRASH)
    assert board.line(step, "a") == "deploy/web: pod/web-1 web: ended with exit code 1"
    assert board.line(Step("progress", HALF.waiting, WEB, HALF), "a").endswith("available")
    assert board.line(Step("trouble", "cannot reach it"), "a") == "cannot reach it"
    several = Board([("a", WEB), ("b", Target("other", "deploy", "web"))])
    assert several.line(Step("progress", "x", WEB, HALF), "a") == "a shop/deploy/web: x"


def test_a_failure_does_not_repeat_what_a_line_told() -> None:
    board = Board([("a", WEB), ("a", API)])
    cause = Cause("ROL107", "Error", CRASH.message, "pod/web-1", "web")
    told = f"pod/web-1 web: {CRASH.message}"
    assert board.line(Step("symptom", CRASH.message, WEB, HALF, CRASH), "a").endswith(told)
    title = "a container ends with an error, again and again"
    assert board.line(end(WEB, Outcome.FAILED, cause), "a") == f"deploy/web: failed: ROL107 {title}"
    assert board.line(end(API, Outcome.FAILED, cause), "a") == f"deploy/api: failed: {told}"


def test_progress_gets_a_line_every_few_seconds_and_the_newest_is_not_lost() -> None:
    board = Board([("a", WEB), ("a", API)])
    steps = [Step("progress", f"{n} of 500", WEB, HALF) for n in range(500)]
    told = [line for n, step in enumerate(steps) if (line := board.line(step, "a", n / 50))]
    assert told == ["deploy/web: 0 of 500", "deploy/web: 250 of 500"]
    assert board.line(Step("progress", "0 of 1", API, HALF), "a", 9.9)  # another's turn
    assert board.line(Step("symptom", CRASH.message, WEB, HALF, CRASH), "a", 9.9)
    assert board.kept(9.9) == []
    assert board.kept(10.0) == ["deploy/web: 499 of 500"]
    assert board.kept(20.0) == []
    board.line(steps[0], "a", 11.0)
    assert board.line(end(WEB, Outcome.COMPLETE), "a", 11.1).endswith("complete")
    assert board.kept(60.0) == []


def test_many_workloads_get_lines_for_troubles_only() -> None:
    keys = [("a", Target("shop", "deploy", f"w{n}")) for n in range(MANY + 1)]
    board = Board(keys)
    assert board.line(Step("progress", "x", keys[0][1], HALF), "a") == ""
    assert board.line(Step("symptom", "x", keys[0][1], HALF, CRASH), "a")
    assert board.line(end(keys[0][1], Outcome.COMPLETE), "a").endswith("complete")
