"""The calls that give a job its result, against botocore's Stubber: moto lacks them.

The Stubber checks arguments and shapes against the model. It does not show what the service does
with a second result, how long a job lives, or throttling as it really comes.
"""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber

from opskit.clients import codepipeline
from opskit.clients.codepipeline import Answer, Service

JOB = "11111111-abcd-1111-abcd-111111abcdef"
DETAILS = {"type": "JobFailed", "message": "x"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    return Service("eu-west-1")


def test_a_success_and_a_failure(service: Service) -> None:
    with Stubber(service._client) as stub:
        stub.add_response("put_job_success_result", {}, {"jobId": JOB, "continuationToken": "t"})
        stub.add_response("put_job_failure_result", {}, {"jobId": JOB, "failureDetails": DETAILS})
        assert service.success(jobId=JOB, continuationToken="t") == (Answer.TAKEN, "")
        assert service.failure(jobId=JOB, failureDetails=DETAILS) == (Answer.TAKEN, "")
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "answer"),
    [
        ("InvalidJobStateException", 400, Answer.SETTLED),
        ("JobNotFoundException", 400, Answer.SETTLED),
        ("OutputVariablesSizeExceededException", 400, Answer.TOO_LARGE),
        ("ValidationException", 400, Answer.INVALID),
        ("AccessDeniedException", 400, Answer.REFUSED),
        ("ExpiredTokenException", 400, Answer.REFUSED),
        ("UnrecognizedClientException", 403, Answer.REFUSED),
        ("ThrottlingException", 400, Answer.BUSY),
        ("TooManyRequestsException", 429, Answer.BUSY),
        ("ServiceUnavailable", 503, Answer.BUSY),
        ("InternalFailure", 500, Answer.BUSY),
        ("SomethingNew", 400, Answer.BUSY),
    ],
)
def test_what_is_made_of_an_error(code: str, status: int, answer: Answer, service: Service) -> None:
    with Stubber(service._client) as stub:
        stub.add_client_error("put_job_success_result", code, "words", status)
        found, words = service.success(jobId=JOB)
    assert found is answer
    assert "words" in words


def test_arguments_that_are_not_valid_are_not_sent(service: Service) -> None:
    answer, words = service.success(jobId=JOB, continuationToken="")
    assert answer is Answer.INVALID
    assert "continuationToken" in words


def test_no_answer_is_no_answer(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise ConnectTimeoutError(endpoint_url="https://codepipeline")

    monkeypatch.setattr(service._client, "put_job_success_result", fail)
    assert service.success(jobId=JOB)[0] is Answer.BUSY


def test_it_gives_up_soon_for_its_caller_has_the_clock(service: Service) -> None:
    config = service._client.meta.config
    assert config.connect_timeout + config.read_timeout < 15
    assert config.retries["total_max_attempts"] == 1


def test_without_a_region_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(Exception, match="region"):
        codepipeline.Service()


def test_the_operations_are_there() -> None:
    client = boto3.client("codepipeline", region_name="eu-west-1")
    assert client.put_job_success_result
    assert client.put_job_failure_result
