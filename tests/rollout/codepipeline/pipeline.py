"""A pipeline for the handler's tests: events as CodePipeline makes them, a service that keeps the
rules of job results, a deployer that does as it is told, and a clock.

The service is written after the API Reference (PutJobSuccessResult, PutJobFailureResult) and
botocore's model, which checks every call here; moto has no job results.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.validate import ParamValidator

from opskit.clients.codepipeline import Answer
from opskit.rollout.codepipeline.deadline import Deadline
from opskit.rollout.codepipeline.parameters import Parameters
from opskit.rollout.codepipeline.protocol import Ending, Request, State, Workload
from opskit.rollout.codepipeline.run import invocation

JOB = "11111111-abcd-1111-abcd-111111abcdef"
PARAMETERS = {"cluster": "prod", "namespace": "shop", "targets": ["deploy/web"]}
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.4.2"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY"


def event(
    parameters: object = None,
    *,
    token: str | None = None,
    artifacts: Sequence[str] = (),
    job: str = JOB,
) -> dict[str, Any]:
    """An event of CodePipeline; `parameters` is JSON or text, by default a good one."""
    given = {**PARAMETERS, "image": IMAGE} if parameters is None else parameters
    text = given if isinstance(given, str) else json.dumps(given)
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": {"FunctionName": "f", "UserParameters": text}},
        "inputArtifacts": [
            {
                "name": name,
                "revision": None,
                "location": {
                    "type": "S3",
                    "s3Location": {"bucketName": "artifacts", "objectKey": f"pipeline/{name}"},
                },
            }
            for name in artifacts
        ],
        "outputArtifacts": [],
        "artifactCredentials": {
            "accessKeyId": "ASIAEXAMPLE",
            "secretAccessKey": SECRET,
            "sessionToken": "session",
            "expirationTime": 1575493418000,
        },
    }
    if token is not None:
        data["continuationToken"] = token
    return {"CodePipeline.job": {"id": job, "accountId": "123456789012", "data": data}}


class Clock:
    """A clock that moves when something takes time."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Context:
    """Lambda's context: what is left until it ends the invocation."""

    clock: Clock
    seconds: float = 900.0

    def __post_init__(self) -> None:
        self._end = self.clock() + self.seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._end - self.clock()) * 1000)


class Service:
    """CodePipeline's side: takes one result a job, and answers as the script says before that.

    A script item is an Answer that is given instead, or `LOST`: the result is taken and the answer
    does not arrive.
    """

    LOST = "lost"

    def __init__(self, script: Sequence[Answer | str] = (), clock: Clock | None = None) -> None:
        self._script = iter(script)
        self._clock = clock or Clock()
        self._validators = _validators()
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def success(self, **result: Any) -> tuple[Answer, str]:
        return self._put("success", result)

    def failure(self, **result: Any) -> tuple[Answer, str]:
        return self._put("failure", result)

    def _put(self, call: str, result: dict[str, Any]) -> tuple[Answer, str]:
        self._clock.sleep(0.1)
        self.calls.append((call, result))
        self._validators[call](result)
        said = next(self._script, None)
        if isinstance(said, Answer):
            return said, said.value
        if self.taken:
            return Answer.SETTLED, "InvalidJobStateException"
        self.taken.append((call, result))
        return (Answer.BUSY, "timed out") if said == self.LOST else (Answer.TAKEN, "")

    @property
    def result(self) -> tuple[str, dict[str, Any]]:
        """The one result that was taken."""
        [found] = self.taken
        return found

    @property
    def failure_details(self) -> dict[str, str]:
        call, arguments = self.result
        assert call == "failure", arguments
        details: dict[str, str] = arguments["failureDetails"]
        return details

    @property
    def token(self) -> str:
        call, arguments = self.result
        assert call == "success", arguments
        text: str = arguments["continuationToken"]
        return text


@cache
def _validators() -> dict[str, Callable[[dict[str, Any]], None]]:
    """What botocore's model says of each call, with the lengths that botocore itself lets pass."""
    model = boto3.client(
        "codepipeline", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    ).meta.service_model

    def validator(operation: str) -> Callable[[dict[str, Any]], None]:
        shape = model.operation_model(operation).input_shape

        def validate(result: dict[str, Any]) -> None:
            report = ParamValidator().validate(result, shape)
            assert not report.has_errors(), report.generate_report()
            _check_lengths(result, shape)

        return validate

    return {
        "success": validator("PutJobSuccessResult"),
        "failure": validator("PutJobFailureResult"),
    }


def _check_lengths(value: Any, shape: Any) -> None:
    if shape.type_name == "structure":
        for name, item in value.items():
            _check_lengths(item, shape.members[name])
    elif shape.type_name == "map":
        for key, item in value.items():
            _check_lengths(key, shape.key)
            _check_lengths(item, shape.value)
    elif shape.type_name == "string":
        # the service counts as Java does, in UTF-16
        length = len(value.encode("utf-16-le")) // 2
        assert shape.metadata.get("min", 0) <= length <= shape.metadata.get("max", 10**9), shape
        if shape.enum:
            assert value in shape.enum
        if "pattern" in shape.metadata:
            assert re.fullmatch(shape.metadata["pattern"], value)
    elif shape.type_name == "integer":
        assert shape.metadata["min"] <= value <= shape.metadata["max"]


@dataclass
class Script:
    """What a deployer does: `start` and each `watch` raise, return, or take time.

    A step is seconds that pass, an exception that is raised, or what is returned.
    """

    start: Sequence[Any] = ()
    watches: Sequence[Sequence[Any]] = ()


@dataclass
class Deployer:
    """Does as its script says, and counts what it did; one object stands for the cluster."""

    clock: Clock
    script: Script
    started: list[Request] = field(default_factory=list)
    watched: list[State] = field(default_factory=list)
    parameters: Parameters | None = None

    def __post_init__(self) -> None:
        self._watches: Iterator[Sequence[Any]] = iter(self.script.watches)

    def __call__(self, parameters: Parameters) -> "Deployer":
        self.parameters = parameters
        return self

    def start(self, request: Request) -> State:
        self.started.append(request)
        made = State(self.clock(), {"": IMAGE}, [Workload("deploy/web", "u" * 36, 7, "web:1.4.1")])
        return self._play(self.script.start) or made

    def watch(self, state: State, until: float) -> Ending | None:
        self.watched.append(state)
        steps = next(self._watches, None)
        if steps is None:  # nothing comes of it, for as long as it may take
            self.clock.now = max(self.clock.now, until)
            return None
        found: Ending | None = self._play(steps)
        return found

    def _play(self, steps: Sequence[Any]) -> Any:
        for step in steps:
            if isinstance(step, (int, float)):
                self.clock.sleep(step)
            elif isinstance(step, BaseException):
                raise step
            else:
                return step
        return None


def invoke(
    deployer: Deployer,
    service: Service,
    given: dict[str, Any] | None = None,
    *,
    seconds: float = 900.0,
) -> dict[str, str]:
    """One invocation of the function."""
    clock = deployer.clock
    return invocation(
        event() if given is None else given,
        Deadline(Context(clock, seconds), clock),
        deployer,
        service,
        clock=clock,
        sleep=clock.sleep,
    )
