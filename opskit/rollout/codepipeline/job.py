"""The job in an event of CodePipeline ("Example JSON event", AWS CodePipeline User Guide).

The event holds credentials: nothing here puts a part of it into a message.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from opskit.errors import InputError

_KEY = "CodePipeline.job"


class S3Location(msgspec.Struct, rename="camel"):
    bucket_name: str
    object_key: str


class Location(msgspec.Struct, rename="camel"):
    s3_location: S3Location


class Artifact(msgspec.Struct):
    """An input artifact: a zip file in S3."""

    name: str
    location: Location
    revision: str | None = None


class Configuration(msgspec.Struct):
    user_parameters: str = msgspec.field(default="", name="UserParameters")


class Action(msgspec.Struct):
    configuration: Configuration


class Data(msgspec.Struct, rename="camel"):
    action_configuration: Action
    input_artifacts: list[Artifact] = []
    artifact_credentials: dict[str, Any] | None = None
    continuation_token: str | None = None


class Job(msgspec.Struct):
    """A job; `id` is new at every invocation, but for those that Lambda repeats."""

    id: str
    data: Data


def id_of(event: object) -> str:
    """The id of the job; InputError where the event has none, and nothing can be reported."""
    job = event.get(_KEY) if isinstance(event, Mapping) else None
    found = job.get("id") if isinstance(job, Mapping) else None
    if not isinstance(found, str) or not found:
        raise InputError(
            "the event is no job of CodePipeline",
            where="event",
            hint="call this function from an action of CodePipeline (Invoke, Lambda)",
        )
    return found


def of(event: Mapping[str, Any]) -> Job:
    """The job of an event that has an id; InputError where the rest is not as documented."""
    try:
        return msgspec.convert(event[_KEY], Job)
    except msgspec.ValidationError as error:
        place = str(error).rpartition(" - at ")[2].strip("`$.")
        raise InputError(
            f"the job is not as CodePipeline documents it, at {place}",
            where="event",
            hint="call this function from an action of CodePipeline (Invoke, Lambda)",
        ) from None
