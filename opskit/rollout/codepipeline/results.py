"""The result of a job as CodePipeline takes it: every text within its limit, the cause first.

The limits are those of the API's model in botocore 1.44 (PutJobSuccessResult,
PutJobFailureResult).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from opskit.errors import DefectError, InputError, OpskitError, UsageError
from opskit.rollout.codepipeline import continuation
from opskit.rollout.codepipeline.protocol import Ending, FailureType, State

MESSAGE, SUMMARY, EXECUTION_ID, REVISION, CHANGE = 5000, 2048, 1500, 1500, 100
_VARIABLE = 1000
_FORBIDDEN = re.compile(r" is forbidden: User ")  # RBAC's words, and not those of a quota


@dataclass(frozen=True, slots=True)
class Result:
    """What is put: the call, and its arguments without the job's id."""

    call: Literal["success", "failure"]
    arguments: Mapping[str, Any]

    @property
    def goes_on(self) -> bool:
        """Whether CodePipeline is to invoke the function again."""
        return "continuationToken" in self.arguments

    def without_variables(self) -> "Result":
        return Result(
            self.call, {k: v for k, v in self.arguments.items() if k != "outputVariables"}
        )

    def bare(self) -> "Result":
        """The least that says the same."""
        kept = ("continuationToken", "failureDetails")
        return Result(self.call, {k: v for k, v in self.arguments.items() if k in kept})


def of_ending(ending: Ending, state: State, seconds: float) -> Result:
    """The last result of an action."""
    if ending.failure is not None:
        lines = [ending.headline, *_rollback(ending), *ending.cause]
        return failed(ending.failure, lines, _execution(state))
    variables = {
        "image": state.image,
        "seconds": str(round(seconds)),
        "workloads": ", ".join(each.name for each in state.workloads),
        **ending.variables,
    }
    return Result(
        "success",
        {
            "executionDetails": {
                "summary": fit(ending.headline, SUMMARY),
                "externalExecutionId": _execution(state),
                "percentComplete": 100,
            },
            "currentRevision": _revision(state.image),
            "outputVariables": {name: fit(text, _VARIABLE) for name, text in variables.items()},
        },
    )


def of_wait(state: State, seconds: float, timeout: float) -> Result:
    """A result that asks CodePipeline to invoke the function again."""
    names = ", ".join(each.name for each in state.workloads)
    doing = "taking back" if state.phase == "undoing" else "watching"
    details = {
        "summary": fit(f"{doing} {names}: {round(seconds)} s of {round(timeout)} s", SUMMARY),
        "externalExecutionId": _execution(state),
        "percentComplete": max(0, min(99, int(100 * seconds / timeout))),
    }
    return Result(
        "success",
        {"continuationToken": continuation.encode(state), "executionDetails": details},
    )


def of_error(error: BaseException, execution: str = "") -> Result:
    """The failure that an exception stands for."""
    if isinstance(error, OpskitError):
        known = error
    elif isinstance(error, Exception):
        known = DefectError.of(error)
    else:  # SystemExit and the like, which nothing here should raise
        known = DefectError(f"the rollout ended with {type(error).__name__}")
    lines = [str(known), *([f"hint: {known.hint}"] if known.hint else ())]
    return failed(failure_type(known), lines, execution)


def failed(kind: FailureType, lines: Sequence[str], execution: str = "") -> Result:
    """A failure with the lines as its message, the first of which matter most.

    Some of them may be a program's last words: what looks like a secret in them is masked.
    """
    from opskit.redact import scrubbed

    details = {"type": kind.value, "message": fit(scrubbed("\n".join(lines)), MESSAGE)}
    if execution:
        details["externalExecutionId"] = execution
    return Result("failure", {"failureDetails": details})


def failure_type(error: OpskitError) -> FailureType:
    """The type of failure for each kind of error."""
    from opskit.clients.aws import MissingError, RefusedError
    from opskit.clients.kubeerrors import (
        ConflictError,
        ForbiddenError,
        InvalidError,
        NotFoundError,
        UnauthorizedError,
    )
    from opskit.rollout.changes.plan import NotDoneError
    from opskit.rollout.codepipeline.artifacts import ArtifactError

    if _FORBIDDEN.search(error.message):  # one of several errors that were made one
        return FailureType.PERMISSION
    for kinds, kind in (
        ((ArtifactError,), FailureType.UNAVAILABLE),
        ((RefusedError, ForbiddenError, UnauthorizedError), FailureType.PERMISSION),
        ((InputError, UsageError, MissingError, NotFoundError), FailureType.CONFIGURATION),
        ((InvalidError,), FailureType.CONFIGURATION),
        ((ConflictError, NotDoneError), FailureType.OUT_OF_SYNC),
        ((DefectError,), FailureType.JOB_FAILED),
    ):
        if isinstance(error, kinds):
            return kind
    return FailureType.SYSTEM


def fit(text: str, limit: int) -> str:
    """`text` within `limit` UTF-16 units, never empty: whole lines where that loses little.

    Control characters are made visible and secrets masked, as in everything that is printed.
    """
    from opskit.output.text import visible
    from opskit.redact import masked

    text = visible(masked(text)).strip() or "(no message)"
    if _units(text) <= limit:
        return text
    mark = "\n... (the rest is in the function's log)" if limit >= 200 else "..."
    kept = _cut(text, limit - len(mark))
    if "\n" in kept and len(kept) - kept.rfind("\n") < limit // 4:
        kept = kept[: kept.rfind("\n")]
    return kept.rstrip() + mark


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _cut(text: str, units: int) -> str:
    left = units
    for index, letter in enumerate(text):
        left -= 1 + (letter > "\uffff")
        if left < 0:
            return text[:index]
    return text


def _rollback(ending: Ending) -> list[str]:
    if ending.rolled_back is None:
        return ["not rolled back"] if ending.failure is FailureType.JOB_FAILED else []
    return ["rolled back" if ending.rolled_back else "THE ROLLBACK FAILED TOO"]


def _execution(state: State) -> str:
    """What was rolled out, as an id: `deploy/web@7 (uid)`, the first of several."""
    names = [f"{each.name}@{each.generation} ({each.uid})" for each in state.workloads]
    return fit(", ".join(names) or state.image, EXECUTION_ID)


def _revision(image: str) -> dict[str, str]:
    """The image as the revision; its digest, else its tag, as what identifies the change."""
    name, at, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return {
        "revision": fit(image, REVISION),
        "changeIdentifier": fit(digest if at else tag or "latest", CHANGE),
        "revisionSummary": fit(image, SUMMARY),
    }
