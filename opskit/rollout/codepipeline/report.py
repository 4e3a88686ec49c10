"""The result of a job, put exactly once, and for as long as it takes."""

import random
import time
from collections.abc import Callable
from typing import Any, Protocol

from opskit.clients.codepipeline import Answer
from opskit.errors import UnknownError
from opskit.rollout.codepipeline.results import Result

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_REFUSALS = 3  # a policy that was just attached takes some seconds to count


class Service(Protocol):
    """The two calls of CodePipeline; see `opskit.clients.codepipeline.Service`."""

    def success(self, **result: Any) -> tuple[Answer, str]: ...

    def failure(self, **result: Any) -> tuple[Answer, str]: ...


def put(
    service: Service,
    job: str,
    result: Result,
    *,
    seconds_left: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """Put a result until CodePipeline has one: TAKEN, or SETTLED where it has one already.

    A call that got no answer may have been heard: it is repeated as it was, and what was heard
    twice counts once. A result that is not valid is put again with less in it. UnknownError where
    time ends, or the role may not: the invocation has to fail then.
    """
    pause, refusals = _FIRST_PAUSE, 0
    while True:
        call = service.success if result.call == "success" else service.failure
        answer, words = call(jobId=job, **result.arguments)
        if answer in (Answer.TAKEN, Answer.SETTLED):
            return answer
        smaller = _smaller(result, answer)
        if smaller is not None:
            result = smaller
            continue
        refusals += answer in (Answer.REFUSED, Answer.INVALID)
        if refusals >= _REFUSALS or seconds_left() < pause + 1:
            raise UnknownError(
                f"the result of the job could not be reported: {answer.value}: {words}",
                where=f"job {job}",
                hint="the role needs codepipeline:PutJobSuccessResult and PutJobFailureResult",
            )
        sleep(pause * random.uniform(0.5, 1))  # noqa: S311 (no secret)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _smaller(result: Result, answer: Answer) -> Result | None:
    """The same with less in it, for a result that CodePipeline does not take."""
    if answer is Answer.TOO_LARGE and "outputVariables" in result.arguments:
        return result.without_variables()
    if answer in (Answer.TOO_LARGE, Answer.INVALID):
        bare = result.bare()
        return bare if bare.arguments != result.arguments else None
    return None
