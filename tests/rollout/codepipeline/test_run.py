"""The handler: exactly one result on every path, of the right type, and no change made twice."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.clients.aws import MissingError, RefusedError
from opskit.clients.codepipeline import Answer
from opskit.clients.kubeerrors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthorizedError,
)
from opskit.errors import InputError, UnknownError
from opskit.rollout.codepipeline import continuation
from opskit.rollout.codepipeline.deadline import TooLateError
from opskit.rollout.codepipeline.protocol import Ending, FailureType
from tests.rollout.codepipeline.pipeline import (
    IMAGE,
    JOB,
    PARAMETERS,
    SECRET,
    Clock,
    Deployer,
    Script,
    Service,
    event,
    invoke,
)

GOOD = Ending("web 1.4.2 serves: 3 of 3 pods", variables={"revision": "12"})
CRASHED = Ending(
    "pod/web-5d8c web: exits with 1, restarted 2 times",
    FailureType.JOB_FAILED,
    ["Warning BackOff: Back-off restarting failed container", "  | no DATABASE_URL"],
    rolled_back=True,
)


def run(
    script: Script, given: dict[str, Any] | None = None, **options: Any
) -> tuple[Service, Deployer]:
    """One invocation; the service with its one result, and the deployer."""
    deployer, service = Deployer(Clock(), script), Service()
    invoke(deployer, service, given, **options)
    return service, deployer


def test_a_version_that_serves() -> None:
    service, deployer = run(Script(start=[2], watches=[[30, GOOD]]))
    call, result = service.result
    assert call == "success"
    assert result["jobId"] == JOB
    assert "continuationToken" not in result
    details = result["executionDetails"]
    assert details["summary"] == GOOD.headline
    assert details["percentComplete"] == 100
    assert "deploy/web@7" in details["externalExecutionId"]
    assert result["currentRevision"]["revision"] == IMAGE
    assert result["currentRevision"]["changeIdentifier"] == "1.4.2"
    assert result["outputVariables"] == {
        "image": IMAGE,
        "seconds": "32",
        "workloads": "deploy/web",
        "revision": "12",
    }
    assert deployer.started[0].images == {"": IMAGE}
    assert deployer.started[0].key == JOB


def test_a_version_that_crashes_says_why_first() -> None:
    service, _ = run(Script(watches=[[CRASHED]]))
    details = service.failure_details
    assert details["type"] == "JobFailed"
    assert details["message"].splitlines() == [
        "pod/web-5d8c web: exits with 1, restarted 2 times",
        "rolled back",
        "Warning BackOff: Back-off restarting failed container",
        "  | no DATABASE_URL",
    ]
    assert "deploy/web@7" in details["externalExecutionId"]


@pytest.mark.parametrize(
    ("rolled_back", "words"), [(False, "THE ROLLBACK FAILED"), (None, "not rolled")]
)
def test_whether_it_was_rolled_back_is_said(rolled_back: bool | None, words: str) -> None:
    ending = Ending("broken", FailureType.JOB_FAILED, rolled_back=rolled_back)
    service, _ = run(Script(watches=[[ending]]))
    assert words in service.failure_details["message"].splitlines()[1]


def test_a_long_wait_goes_on_in_other_invocations_and_changes_once() -> None:
    deployer = Deployer(Clock(), Script(watches=[[700, None], [700, None], [60, GOOD]]))
    given, parameters = None, {**PARAMETERS, "image": IMAGE, "timeout": 3000}
    seen = []
    for _ in range(3):
        service = Service()
        invoke(deployer, service, event(parameters, token=given))
        seen.append(service.result[1]["executionDetails"])
        given = service.result[1].get("continuationToken")
    assert given is None
    assert len(deployer.started) == 1
    assert [state.workloads for state in deployer.watched[1:]] == [
        deployer.watched[0].workloads
    ] * 2
    assert [details["percentComplete"] for details in seen] == [23, 46, 100]
    assert "watching deploy/web: 700 s of 3000 s" in seen[0]["summary"]


def test_a_watch_ends_before_lambda_does() -> None:
    service, deployer = run(Script(), seconds=900)
    assert service.token
    assert deployer.clock.now - deployer.watched[0].started < 900 - 30


def test_the_second_invocation_needs_no_artifact() -> None:
    """It may be another pipeline's bucket by then, or the build's artifact may be gone."""
    first, deployer = run(Script(watches=[[None], [GOOD]]))
    second = Service()
    invoke(deployer, second, event({**PARAMETERS}, token=first.token))
    assert second.result[0] == "success"
    assert len(deployer.started) == 1


def test_an_undo_that_is_cut_off_goes_on() -> None:
    first, deployer = run(Script(watches=[[None], [None]]))
    state = continuation.decode(first.token)
    state.phase, state.cause = "undoing", "pod/web-5d8c: exits with 1"
    second = Service()
    invoke(deployer, second, event(token=continuation.encode(state)))
    assert deployer.watched[-1] == state
    assert second.result[1]["executionDetails"]["summary"].startswith("taking back deploy/web")
    assert continuation.decode(second.token) == state


def test_no_verdict_long_after_the_timeout_is_a_failure() -> None:
    first, deployer = run(Script(), event({**PARAMETERS, "image": IMAGE, "timeout": 600}))
    second = Service()
    deployer.clock.sleep(60)
    invoke(deployer, second, event(token=first.token))
    assert second.failure_details["type"] == "SystemUnavailable"
    assert "no verdict on deploy/web" in second.failure_details["message"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InputError("no such container", hint="it has web"), "ConfigurationError"),
        (NotFoundError("deployments.apps web not found", status=404), "ConfigurationError"),
        (InvalidError("spec.replicas: Invalid value", status=422), "ConfigurationError"),
        (MissingError("No cluster found for name: prod."), "ConfigurationError"),
        (ForbiddenError("cannot patch deployments", status=403), "PermissionError"),
        (UnauthorizedError("Unauthorized", status=401), "PermissionError"),
        (RefusedError("not authorized to perform: eks:DescribeCluster"), "PermissionError"),
        (ConflictError("the image was changed meanwhile", status=409), "RevisionOutOfSync"),
        (UnknownError("cannot reach https://x: timed out"), "SystemUnavailable"),
        (ApiError("etcdserver: request timed out", status=500), "SystemUnavailable"),
        (ZeroDivisionError("division by zero"), "JobFailed"),
        (MemoryError(), "JobFailed"),
        (SystemExit(1), "JobFailed"),
    ],
)
@pytest.mark.parametrize("where", ["start", "watch"])
def test_an_error_is_a_failure_of_its_type(error: BaseException, kind: str, where: str) -> None:
    script = Script(start=[error]) if where == "start" else Script(watches=[[error]])
    service, _ = run(script)
    assert service.failure_details["type"] == kind
    assert "Traceback" not in service.failure_details["message"]
    if isinstance(error, InputError):
        assert service.failure_details["message"] == "no such container\nhint: it has web"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("", "no UserParameters"),
        ("{", "UserParameters"),
        ("[]", "expected a mapping"),
        ("cluster=prod", "UserParameters"),
        ('{"cluster": "prod"}', "nothing says what to roll out"),
        ({**PARAMETERS, "image": IMAGE, "clster": 1}, "unknown key `clster`"),
        ({**PARAMETERS, "image": IMAGE, "timeout": 5}, "timeout"),
        ({**PARAMETERS, "image": IMAGE, "image_file": "a.json"}, "two sources"),
        ({**PARAMETERS}, "no input artifact"),
        ({**PARAMETERS, "image": IMAGE, "manifest": "x.yaml"}, "names no file"),
    ],
)
def test_bad_parameters_change_nothing(parameters: object, words: str) -> None:
    service, deployer = run(Script(), event(parameters))
    assert service.failure_details["type"] == "ConfigurationError"
    assert words in service.failure_details["message"]
    assert deployer.started == []


@pytest.mark.parametrize("token", ["", "1:", "1:{}", "1z:!!!", "1z:0000", "2:x", "x" * 2048])
def test_a_token_of_another_function_changes_nothing(token: str) -> None:
    service, deployer = run(Script(), event(token=token)) if token else run(Script(), None)
    if token:
        assert service.failure_details["type"] == "SystemUnavailable"
        assert deployer.started == []
    else:  # the first invocation has none
        assert len(deployer.started) == 1


@pytest.mark.parametrize(
    "spoilt", [{"id": JOB}, {"id": JOB, "data": None}, {"id": JOB, "data": {"inputArtifacts": 1}}]
)
def test_a_job_that_is_not_as_documented(spoilt: dict[str, Any]) -> None:
    service, deployer = run(Script(), {"CodePipeline.job": spoilt})
    assert service.failure_details["type"] == "ConfigurationError"
    assert deployer.started == []


@pytest.mark.parametrize("bad", [{}, {"CodePipeline.job": {}}, [], None, {"CodePipeline.job": 1}])
def test_an_event_without_a_job_fails_the_invocation(bad: Any) -> None:
    deployer, service = Deployer(Clock(), Script()), Service()
    with pytest.raises(InputError, match="no job of CodePipeline"):
        invoke(deployer, service, bad if bad is not None else {"x": 1})
    assert service.calls == []


def test_cut_off_while_watching_it_goes_on() -> None:
    service, _ = run(Script(watches=[[TooLateError()]]))
    assert continuation.decode(service.token).workloads[0].name == "deploy/web"


def test_cut_off_while_changing_it_says_that_it_does_not_know() -> None:
    service, _ = run(Script(start=[TooLateError()]))
    assert service.failure_details["type"] == "SystemUnavailable"
    assert "not known" in service.failure_details["message"]


def test_lambda_trying_again_reports_nothing_twice() -> None:
    deployer, service = Deployer(Clock(), Script(watches=[[GOOD], [GOOD]])), Service()
    invoke(deployer, service)
    again = invoke(deployer, service)
    assert len(service.taken) == 1
    assert again["put"] == Answer.SETTLED.value
    assert len({request.key for request in deployer.started}) == 1  # the deployer makes it once


def test_an_answer_that_is_lost_is_not_reported_otherwise() -> None:
    deployer, service = Deployer(Clock(), Script(watches=[[GOOD]])), Service([Service.LOST])
    invoke(deployer, service)
    assert [call for call, _ in service.calls] == ["success", "success"]
    assert service.calls[0] == service.calls[1]
    assert len(service.taken) == 1


def test_throttling_is_waited_out() -> None:
    deployer, service = Deployer(Clock(), Script(watches=[[CRASHED]])), Service([Answer.BUSY] * 5)
    invoke(deployer, service)
    assert service.failure_details["type"] == "JobFailed"
    assert len(service.calls) == 6


def test_variables_that_are_too_large_are_left_out() -> None:
    deployer, service = Deployer(Clock(), Script(watches=[[GOOD]])), Service([Answer.TOO_LARGE])
    invoke(deployer, service)
    call, result = service.result
    assert call == "success"
    assert "outputVariables" not in result
    assert result["executionDetails"]["summary"] == GOOD.headline


def test_a_result_that_is_not_taken_is_put_with_less() -> None:
    deployer, service = Deployer(Clock(), Script(watches=[[GOOD]])), Service([Answer.INVALID])
    invoke(deployer, service)
    assert service.result == ("success", {"jobId": JOB})


def test_a_wait_that_is_not_taken_keeps_its_token() -> None:
    deployer, service = Deployer(Clock(), Script()), Service([Answer.INVALID])
    invoke(deployer, service)
    assert set(service.result[1]) == {"jobId", "continuationToken"}


@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.BUSY, Answer.INVALID])
def test_an_invocation_that_cannot_report_fails(answer: Answer) -> None:
    clock = Clock()
    deployer, service = Deployer(clock, Script(watches=[[GOOD]])), Service([answer] * 1000, clock)
    with pytest.raises(UnknownError, match="could not be reported"):
        invoke(deployer, service)
    assert service.taken == []
    assert clock.now < 1_800_000_000 + 900


def test_no_credential_of_the_event_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    service, _ = run(Script(start=[RuntimeError("x")]), event(artifacts=["Build"]))
    out, err = capsys.readouterr()
    assert SECRET not in out + err + str(service.calls)
    assert JOB in err


def test_secrets_in_a_cause_are_masked() -> None:
    ending = Ending("x", FailureType.JOB_FAILED, ["url amqp://u:hunter2@mq  password='hunter2'"])
    service, _ = run(Script(watches=[[ending]]))
    assert "hunter2" not in service.failure_details["message"]


TEXT = st.text(max_size=60) | st.builds("é\n\x1b😀".__mul__, st.integers(0, 3000))
ERRORS = st.sampled_from(
    [
        InputError("bad"),
        UnknownError(""),
        ForbiddenError("no", status=403),
        ConflictError("raced", status=409),
        ValueError("\ud800"),
        KeyError(),
        RecursionError(),
        SystemExit(3),
        KeyboardInterrupt(),
        TooLateError(),
    ]
)
ENDINGS = st.builds(
    Ending,
    TEXT,
    st.none() | st.sampled_from(list(FailureType)),
    st.lists(TEXT, max_size=4),
    st.none() | st.booleans(),
    st.dictionaries(st.sampled_from(["a", "b-c"]), TEXT, max_size=2),
)
SECONDS = st.floats(0, 1200)
PLAYS = st.lists(SECONDS, max_size=1).flatmap(
    lambda passed: (ERRORS | ENDINGS | st.none()).map(lambda end: [*passed, end])
)
SCRIPTS = st.builds(
    Script, st.lists(SECONDS | ERRORS, max_size=2), st.lists(PLAYS, min_size=1, max_size=4)
)
ANSWERS = st.lists(
    st.sampled_from([Answer.BUSY, Answer.TOO_LARGE, Answer.INVALID, Service.LOST, "fine"]),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(SCRIPTS, st.lists(ANSWERS, min_size=6, max_size=6), SECONDS, st.booleans())
def test_exactly_one_result_whatever_happens(
    script: Script, answers: list[list[Any]], seconds: float, again: bool
) -> None:
    """Up to six invocations, each with a result or with an error that Lambda counts."""
    deployer, token = Deployer(Clock(), script), None
    for said in answers:
        service = Service(said, deployer.clock)
        given = event(token=token)
        try:
            invoke(deployer, service, given, seconds=seconds)
        except UnknownError:  # Lambda counts it; the result was never taken, or its answer lost
            assert len(service.taken) <= 1
            assert said
            return
        assert len(service.taken) == 1
        if again:  # Lambda repeats the event: CodePipeline has its result
            before = service.taken[0]
            with contextlib.suppress(UnknownError):  # or tries to, and Lambda counts that
                invoke(deployer, service, given)
            assert service.taken == [before]
        token = service.result[1].get("continuationToken")
        if token is None:
            break
    keys = {request.key for request in deployer.started}
    assert keys <= {JOB}
    if not again:  # with next to no time, the alarm may ring before the change
        assert len(deployer.started) == 1 or (seconds < 60 and not deployer.started)
