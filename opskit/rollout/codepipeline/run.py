"""One invocation: read the job, make the change or go on watching it, report exactly once."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from opskit.errors import UnknownError
from opskit.rollout.codepipeline import continuation, results
from opskit.rollout.codepipeline import job as jobs
from opskit.rollout.codepipeline.artifacts import Files, chosen
from opskit.rollout.codepipeline.deadline import Deadline, TooLateError
from opskit.rollout.codepipeline.parameters import Parameters, read
from opskit.rollout.codepipeline.protocol import Deployer, Deployers, FailureType, Request, State
from opskit.rollout.codepipeline.report import Service, put
from opskit.rollout.codepipeline.results import Result

#: A verdict is due this many seconds after the timeout, however the watch goes.
_GRACE = 300


def handler(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """The handler of the Lambda function: `opskit.rollout.codepipeline.handler`."""
    from opskit.clients.codepipeline import Service as Aws

    return invocation(event, Deadline(context), _deployer, Aws())


def _deployer(parameters: Parameters) -> Deployer:
    """Imported when the job is being done, so that a function that lacks a part can say so."""
    from opskit.rollout.codepipeline.deployer import on_eks

    return on_eks(parameters)


def invocation(
    event: Mapping[str, Any],
    deadline: Deadline,
    deployers: Deployers,
    service: Service,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """Do the job of an event and put its one result; what was put, for the function's log.

    Raises, so that Lambda counts an error, only where no result could be put: InputError for an
    event that has no job, UnknownError where CodePipeline did not take it.
    """
    job = jobs.id_of(event)
    result = _Work(event, job, deployers, clock).result(deadline)
    _log(job, result)
    answer = put(service, job, result, seconds_left=deadline.left, sleep=sleep)
    return {"job": job, "result": "wait" if result.goes_on else result.call, "put": answer.value}


class _Work:
    """What is known of the work at any moment, so that there is something to report then."""

    def __init__(
        self,
        event: Mapping[str, Any],
        job: str,
        deployers: Deployers,
        clock: Callable[[], float],
    ) -> None:
        self._event, self._job, self._deployers, self._clock = event, job, deployers, clock
        self._parameters: Parameters | None = None
        self._state: State | None = None
        self._changing = False

    def result(self, deadline: Deadline) -> Result:
        """The result; never raises."""
        try:
            try:
                with deadline.enforced():
                    return self._result(deadline.soft)
            except TooLateError:
                return self._too_late()
        except BaseException as error:
            return results.of_error(error)

    def _result(self, until: float) -> Result:
        job = jobs.of(self._event)
        parameters = read(job.data.action_configuration.configuration.user_parameters)
        self._parameters = parameters
        token = job.data.continuation_token
        if token:  # the change has been made: read on before anything else can fail
            self._state = continuation.decode(token)
        deployer = self._deployers(parameters)
        if self._state is None:
            request = self._request(parameters, job)
            self._changing = True
            self._state = deployer.start(request)
        ending = deployer.watch(self._state, until)
        if ending is None:
            return self._wait(self._state, parameters)
        return results.of_ending(ending, self._state, self._clock() - self._state.started)

    def _request(self, parameters: Parameters, job: jobs.Job) -> Request:
        files = Files(job.data)
        found = chosen(parameters.image, parameters.container, parameters.image_file, files)
        manifest = files.read(parameters.manifest) if parameters.manifest else b""
        return Request(self._job, found, manifest, parameters.manifest)

    def _wait(self, state: State, parameters: Parameters) -> Result:
        seconds = self._clock() - state.since
        if seconds > parameters.timeout + _GRACE:
            names = ", ".join(each.name for each in state.workloads)
            lines = [
                f"no verdict on {names} after {round(seconds)} s",
                f"the timeout of {parameters.timeout} s is over, and the cluster did not tell",
                "hint: opskit rollout explain says how it is now",
            ]
            return results.failed(FailureType.SYSTEM, lines)
        return results.of_wait(state, seconds, parameters.timeout)

    def _too_late(self) -> Result:
        """The work was cut off: go on in another invocation if the change is known."""
        if self._state is not None and self._parameters is not None:
            return self._wait(self._state, self._parameters)
        what = (
            "the cluster did not answer in time; whether it has the new image is not known"
            if self._changing
            else "the artifacts could not be had in time; nothing was changed"
        )
        hint = "give the function a longer timeout, or retry the action"
        return results.of_error(UnknownError(what, hint=hint))


def _log(job: str, result: Result) -> None:
    """Say what is reported. Nothing of the event is: it holds credentials."""
    from opskit.output import message

    details = result.arguments.get("failureDetails") or result.arguments.get("executionDetails")
    words = details or {}
    text = words.get("message") or words.get("summary") or ""
    message(f"job {job}: {result.call}: {text}", verbatim=True)
