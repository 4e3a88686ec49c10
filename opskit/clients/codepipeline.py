"""AWS CodePipeline, seen from a Lambda function that does a job: its artifacts and its result."""

from enum import Enum
from typing import IO, Any

from opskit.clients.aws import MissingError, RefusedError, client
from opskit.errors import UnknownError

#: Artifacts of more bytes are not fetched: /tmp of a function holds 512 MiB unless it is asked for.
MAX_ARTIFACT = 480 * 1024 * 1024
_CONNECT_SECONDS = 3
_READ_SECONDS = 8
_SETTLED = ("InvalidJobStateException", "JobNotFoundException")
_REFUSED = ("AccessDenied", "AccessDeniedException", "KMS.AccessDeniedException")
_MISSING = ("NoSuchKey", "NoSuchBucket", "404")


class Answer(Enum):
    """What CodePipeline makes of a result."""

    TAKEN = "taken"
    SETTLED = "the job is over: it has a result, or is not known any more"
    TOO_LARGE = "the variables of the pipeline would be too large"
    INVALID = "the result is not valid"
    REFUSED = "the role may not report results"
    BUSY = "throttled, unavailable or unreachable; whether it was taken is not known"


class Service:
    """The two calls that give a job its result. What they answer is an `Answer` and its words."""

    def __init__(self, region: str = "") -> None:
        # its caller tries again, for as long as there is time: this client does not
        self._client = client("codepipeline", region=region, config=_config(1))

    def success(self, **result: Any) -> tuple[Answer, str]:
        """PutJobSuccessResult; with a continuationToken the action goes on."""
        return self._put(self._client.put_job_success_result, result)

    def failure(self, **result: Any) -> tuple[Answer, str]:
        """PutJobFailureResult."""
        return self._put(self._client.put_job_failure_result, result)

    def _put(self, call: Any, result: dict[str, Any]) -> tuple[Answer, str]:
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

        try:
            call(**result)
        except ClientError as error:
            return _answer(error.response), str(error)
        except ParamValidationError as error:
            return Answer.INVALID, str(error)
        except BotoCoreError as error:
            return Answer.BUSY, str(error)
        return Answer.TAKEN, ""


def _answer(response: Any) -> Answer:
    code = response.get("Error", {}).get("Code", "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    if code in _SETTLED:
        return Answer.SETTLED
    if code == "OutputVariablesSizeExceededException":
        return Answer.TOO_LARGE
    if code == "ValidationException":
        return Answer.INVALID
    if code in _REFUSED:
        return Answer.REFUSED
    # what is left is throttling, a fault of the service, or credentials on their way out
    return (
        Answer.BUSY
        if status >= 500 or "Throttl" in code or "TooMany" in code
        else (Answer.REFUSED if status in (401, 403) or "Token" in code else Answer.BUSY)
    )


def artifact(bucket: str, key: str, credentials: dict[str, str], into: IO[bytes]) -> None:
    """Fetch an artifact with the job's own credentials: `accessKeyId`, `secretAccessKey` and
    `sessionToken` of the event. MissingError, RefusedError or UnknownError where that fails.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    where = f"s3://{bucket}/{key}"
    session = boto3.Session(
        credentials["accessKeyId"], credentials["secretAccessKey"], credentials["sessionToken"]
    )
    try:
        found = session.client("s3", config=_config(3)).get_object(Bucket=bucket, Key=key)
        if found["ContentLength"] > MAX_ARTIFACT:
            raise UnknownError(
                f"the artifact has {found['ContentLength'] >> 20} MiB",
                where=where,
                hint=f"pass an artifact of at most {MAX_ARTIFACT >> 20} MiB to this action",
            )
        for part in found["Body"].iter_chunks(1 << 20):
            into.write(part)
    except ClientError as error:
        raise _s3_error(error, where) from None
    except (BotoCoreError, OSError) as error:
        raise UnknownError(str(error), where=where, hint="retry the action") from None


def _s3_error(error: Any, where: str) -> UnknownError:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _MISSING:
        return MissingError(str(error), where=where, hint="release the change again")
    if code in _REFUSED:
        return RefusedError(
            str(error),
            where=where,
            hint="the key of the artifact bucket has to let it be decrypted",
        )
    return UnknownError(str(error), where=where, hint="retry the action")


def _config(attempts: int) -> Any:
    from botocore.config import Config

    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
