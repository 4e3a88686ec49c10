"""Clients of S3 and what failures mean; `tests/storage/profile/test_s3.py` has them over HTTP."""

import pytest
from botocore import exceptions as known

from opskit.clients.s3 import Failure, code, connect, failure, listing, prepare
from opskit.errors import UnknownError, UsageError
from tests.storage.s3server import Object, running


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def answered(word: str, status: int) -> known.ClientError:
    response = {"Error": {"Code": word}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return known.ClientError(response, "ListObjectsV2")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answered("SlowDown", 503), Failure.THROTTLED),
        (answered("Whatever", 429), Failure.THROTTLED),
        (answered("InternalError", 500), Failure.TRANSIENT),
        (answered("", 502), Failure.TRANSIENT),
        (answered("RequestTimeout", 400), Failure.TRANSIENT),
        (answered("AccessDenied", 403), Failure.REFUSED),
        (answered("403", 403), Failure.REFUSED),
        (answered("SignatureDoesNotMatch", 403), Failure.FATAL),
        (answered("NoSuchBucket", 404), Failure.FATAL),
        (answered("NotImplemented", 501), Failure.LACKING),
        (known.EndpointConnectionError(endpoint_url="u"), Failure.UNREACHABLE),
        (known.ConnectionClosedError(endpoint_url="u"), Failure.TRANSIENT),
        (known.ReadTimeoutError(endpoint_url="u"), Failure.TRANSIENT),
        (known.SSLError(endpoint_url="u", error="e"), Failure.FATAL),
        (known.NoCredentialsError(), Failure.FATAL),
    ],
)
def test_what_a_failure_means(error: Exception, kind: Failure) -> None:
    assert failure(error) is kind


def test_errors_without_an_answer_have_no_code() -> None:
    assert code(known.ConnectionClosedError(endpoint_url="u")) == ""
    assert code(answered("SlowDown", 503)) == "SlowDown"


@pytest.mark.parametrize("url", ["minio:9000", "localhost", "ftp://x", "https://"])
def test_an_endpoint_that_is_no_url(url: str) -> None:
    with pytest.raises(UsageError, match="is no URL") as error:
        connect(endpoint_url=url)
    assert error.value.where == "--endpoint-url"


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(UnknownError, match="none"):
        connect(profile="none")


def test_a_listing_keeps_its_text_and_other_calls_are_parsed() -> None:
    with running([Object("a b", 5)]) as server:
        client = connect(region="us-east-1", endpoint_url=server.url)
        prepare(client)
        body, region = listing(client, Bucket="bucket")
        assert b"<Key>a+b</Key>" in body
        assert region == ""
        parsed = client.list_objects_v2(Bucket="bucket")
        assert [each["Key"] for each in parsed["Contents"]] == ["a b"]


def test_nothing_is_signed_where_nobody_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with running([]) as server:
        client = connect(region="us-east-1", endpoint_url=server.url, anonymous=True)
        assert client.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
