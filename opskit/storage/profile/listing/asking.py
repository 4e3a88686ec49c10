"""Requests to a bucket: repeated where that helps, else an error that says what to do."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from opskit.clients import s3
from opskit.clients.aws import MissingError, RefusedError
from opskit.clients.s3 import Failure
from opskit.errors import OpskitError, UnknownError
from opskit.storage.profile.listing.pace import Load, Pace, Patience
from opskit.storage.profile.listing.page import ForeignError, MalformedError, Page

_T = TypeVar("_T")
_HINTS = {
    "InvalidAccessKeyId": "these credentials are not known there; check the profile",
    "SignatureDoesNotMatch": "check the secret key, the region and the endpoint",
    "ExpiredToken": "the session has expired; log in again",
    "RequestTimeTooSkewed": "the clock of this machine is wrong; set it",
    "AuthorizationHeaderMalformed": "name the bucket's region with --region",
    "PermanentRedirect": "name the bucket's region with --region",
}


class LackingError(UnknownError):
    """The server does not have the operation."""


class SpentError(Exception):
    """No request is left of those that were allowed."""


class Asker:
    """Asks about one bucket. `calls` were sent, at most `most`; `region` is the bucket's."""

    def __init__(
        self, client: Any, bucket: str, pace: Pace, patience: Patience, most: int | None = None
    ) -> None:
        s3.prepare(client)
        self.client, self.bucket, self.pace, self.most = client, bucket, pace, most
        self.calls = 0
        self.region, self.load = "", Load()
        self._patience = patience
        self._reached = self._answered = False
        self._lock = threading.Lock()

    def page(self, prefix: str, *, lenient: bool = False, **arguments: Any) -> Page:
        """A page of the listing of a prefix."""
        needs = "s3:ListBucketVersions" if arguments.get("versions") else "s3:ListBucket"

        def ask() -> Page:
            sent = time.monotonic()
            body, region = s3.listing(self.client, Bucket=self.bucket, Prefix=prefix, **arguments)
            self.load.answered(time.monotonic() - sent)
            self.region = region or self.region
            return Page(body, lenient=lenient)

        return self._until_answered(ask, f"s3://{self.bucket}/{prefix}", needs)

    def answer(self, operation: str, needs: str, **arguments: Any) -> dict[str, Any]:
        """The parsed answer of another operation of the client, by its method's name."""
        call = getattr(self.client, operation)
        return self._until_answered(
            lambda: call(Bucket=self.bucket, **arguments), f"s3://{self.bucket}", needs
        )

    def _until_answered(self, ask: Callable[[], _T], where: str, needs: str) -> _T:
        failures = throttles = 0
        failed: tuple[type[Exception], ...] = (MalformedError, *s3.errors())
        final: OpskitError | None = None
        while True:
            self._spend(final)
            sent = time.monotonic()
            try:
                with self.pace.slot():
                    answer = ask()
            except failed as error:
                kind = Failure.TRANSIENT if isinstance(error, MalformedError) else s3.failure(error)
                self._reached |= kind not in (Failure.UNREACHABLE, Failure.FATAL)
                if kind is Failure.THROTTLED:
                    throttles += 1
                    self.pace.slower(sent)
                else:
                    failures += 1
                final = self._final(error, kind, where, needs)
                if not self._again(kind, failures, throttles):
                    raise final from None
            except ForeignError as error:
                raise UnknownError(
                    str(error), where=where, hint="is this an endpoint of the S3 API?"
                ) from None
            else:
                self._reached = self._answered = True
                self.pace.succeeded()
                return answer
            self.pace.wait(self._patience.seconds(failures + throttles))

    def _spend(self, failed: OpskitError | None) -> None:
        """Take one of the requests; where none is left and none was answered, what failed."""
        with self._lock:
            if self.most is not None and self.calls >= self.most:
                raise failed if failed and not self._answered else SpentError
            self.calls += 1

    def _again(self, kind: Failure, failures: int, throttles: int) -> bool:
        patience = self._patience
        if kind is Failure.THROTTLED:
            return throttles < patience.throttles
        if kind is Failure.UNREACHABLE and not self._reached:
            return failures < patience.unreached
        return kind in (Failure.TRANSIENT, Failure.UNREACHABLE) and failures < patience.failures

    def _final(self, error: Exception, kind: Failure, where: str, needs: str) -> OpskitError:
        word = s3.code(error)
        if kind is Failure.REFUSED:
            return RefusedError(str(error), where=where, hint=f"it needs {needs}")
        if word in ("NoSuchBucket", "404", "NotFound"):
            return MissingError(
                "there is no such bucket", where=where, hint="check the name and the endpoint"
            )
        if kind is Failure.LACKING:
            return LackingError(str(error), where=where, hint="the server lacks this operation")
        hint = _HINTS.get(word, "check the credentials, the region and the endpoint")
        if kind is Failure.THROTTLED:
            hint = "the server throttles; use fewer --workers, or try again later"
        elif kind in (Failure.TRANSIENT, Failure.UNREACHABLE):
            hint = "try again; --resume FILE keeps what was listed"
        return UnknownError(str(error), where=where, hint=hint)
