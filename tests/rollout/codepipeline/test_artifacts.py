"""Files in artifacts, from a bucket that moto keeps, and the images that they name.

moto gives any object to anybody: that the job's credentials are the ones used is seen in the
request, that the Lambda's own role needs none is not.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import boto3
import pytest
from moto import mock_aws

from opskit.clients import codepipeline
from opskit.clients.aws import RefusedError
from opskit.errors import InputError, UnknownError
from opskit.rollout.codepipeline import job
from opskit.rollout.codepipeline.artifacts import ArtifactError, Files, chosen, images
from tests.rollout.codepipeline.pipeline import (
    PARAMETERS,
    Clock,
    Deployer,
    Script,
    Service,
    event,
    invoke,
)

Put = Callable[[str, Mapping[str, str] | bytes], None]
DEFINITIONS = json.dumps(
    [{"name": "web", "imageUri": "r/web:2"}, {"name": "side", "imageUri": "r/side:3"}]
)
DETAIL = json.dumps({"ImageURI": "r/web@sha256:" + "a" * 64, "ImageTags": ["2"], "Version": "1.0"})


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.delenv("AWS_PROFILE", raising=False)
        with mock_aws():
            patch.setenv("AWS_ACCESS_KEY_ID", "the-functions-own")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
            yield boto3.client("s3")


@pytest.fixture
def put(s3: Any) -> Iterator[Put]:
    """Puts an artifact into the bucket of the pipeline, which is empty at first."""
    place = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration=place)
    yield partial(_put, s3)
    for each in s3.list_objects_v2(Bucket="artifacts").get("Contents", ()):
        s3.delete_object(Bucket="artifacts", Key=each["Key"])
    s3.delete_bucket(Bucket="artifacts")


def _put(s3: Any, name: str, held: Mapping[str, str] | bytes) -> None:
    if isinstance(held, bytes):
        data = held
    else:
        buffer = io.BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
            for path, text in held.items():
                archive.writestr(path, text)
        data = buffer.getvalue()
    s3.put_object(Bucket="artifacts", Key=f"pipeline/{name}", Body=data)


def files(*names: str) -> Files:
    return Files(job.of(event(artifacts=names)).data)


def test_a_file_of_one_artifact_and_of_several(put: Put) -> None:
    put("Build", {"k8s/web.yaml": "kind: Deployment\n"})
    put("Source", {"k8s/web.yaml": "kind: Pod\n"})
    assert files("Build").read("k8s/web.yaml") == b"kind: Deployment\n"
    assert files("Build", "Source").read("Source::k8s/web.yaml") == b"kind: Pod\n"
    with pytest.raises(InputError, match="there are: Build, Source"):
        files("Build", "Source").read("k8s/web.yaml")
    with pytest.raises(InputError, match="names no file"):
        files("Build").read("Other::k8s/web.yaml")
    with pytest.raises(InputError, match="names no file"):
        files("Build").read("Build::")


def test_the_jobs_credentials_are_used(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("Build", {"a": "b"})
    used: list[str] = []
    real = boto3.Session

    def session(*keys: str, **options: Any) -> Any:
        used.extend(keys)
        return real(*keys, **options)

    monkeypatch.setattr(boto3, "Session", session)
    files("Build").read("a")
    assert used[0] == "ASIAEXAMPLE"


@pytest.mark.parametrize(
    ("held", "path", "words"),
    [
        (None, "a", "Not Found|does not exist"),
        (b"no zip", "a", "is no zip file"),
        (b"", "a", "is no zip file"),
        ({"k8s/web.yaml": ""}, "web.yaml", "no such file"),
    ],
)
def test_what_is_not_there_is_a_revision_that_is_not_available(
    put: Put, held: Any, path: str, words: str
) -> None:
    if held is not None:
        put("Build", held)
    with pytest.raises(ArtifactError, match=words) as error:
        files("Build").read(path)
    if path == "web.yaml":
        assert error.value.hint == "did you mean k8s/web.yaml?"


def test_a_broken_and_an_encrypted_member(put: Put) -> None:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a", "text " * 100)
    data = bytearray(buffer.getvalue())
    spoilt, locked = data.copy(), data.copy()
    spoilt[40:60] = b"\xff" * 20
    locked[6] |= 1
    locked[data.rindex(b"PK\x01\x02") + 8] |= 1
    for bad in (spoilt, locked):
        put("Build", bytes(bad))
        with pytest.raises(ArtifactError):
            files("Build").read("a")


@pytest.mark.parametrize(
    ("method", "at", "bytes_"),
    [
        (ZIP_DEFLATED, 30, b"\x07"),  # a block of the type that there is not
        (ZIP_LZMA, 39, b"\xff" * 20),
        (ZIP_DEFLATED, None, b"\xff"),  # a version of zip that there is not
    ],
)
def test_a_damaged_archive_ends_in_one_result(
    put: Put, method: int, at: int | None, bytes_: bytes
) -> None:
    buffer, name = io.BytesIO(), "imagedefinitions.json"
    with ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, DEFINITIONS)
    data = bytearray(buffer.getvalue())
    start = data.rindex(b"PK\x01\x02") + 6 if at is None else at + len(name)
    data[start : start + len(bytes_)] = bytes_
    put("Build", bytes(data))
    service = Service()
    invoke(Deployer(Clock(), Script()), service, event(PARAMETERS, artifacts=["Build"]))
    details = service.failure_details  # of the one result
    assert details["type"] == "RevisionUnavailable"
    assert "artifact Build: is no zip" in details["message"] or "build it" in details["message"]


def test_a_file_that_grows_when_unpacked_is_refused(put: Put) -> None:
    put("Build", {"a": "0" * (17 << 20)})
    with pytest.raises(ArtifactError, match="larger than 16 MiB"):
        files("Build").read("a")


def test_a_huge_artifact_is_not_fetched(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("Build", {"a": "b"})
    monkeypatch.setattr(codepipeline, "MAX_ARTIFACT", 10)
    with pytest.raises(UnknownError, match="MiB"):
        files("Build").read("a")


def test_a_key_that_may_not_be_used(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    def refuse(self: object, operation: str, _: object) -> object:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "kms:Decrypt"}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    with pytest.raises(RefusedError, match="kms:Decrypt"):
        files("Build").read("a")


def test_images_come_from_the_parameters_or_from_the_artifacts(put: Put) -> None:
    put("Source", {"README": ""})
    put("Build", {"imagedefinitions.json": DEFINITIONS, "imageDetail.json": DETAIL})
    have = files("Source", "Build")
    digest = "r/web@sha256:" + "a" * 64
    assert chosen("r/x:1", "web", "", have) == {"web": "r/x:1"}
    assert chosen("r/x:1", "", "", have) == {"": "r/x:1"}
    assert chosen("", "", "", have) == {"web": "r/web:2", "side": "r/side:3"}
    assert chosen("", "side", "", have) == {"side": "r/side:3"}
    assert chosen("", "", "Build::imageDetail.json", have) == {"": digest}
    assert chosen("", "web", "Build::imageDetail.json", have) == {"web": digest}
    with pytest.raises(InputError, match="it has web, side"):
        chosen("", "db", "", have)
    with pytest.raises(ArtifactError, match=r"imagedefinitions.json or imageDetail.json"):
        chosen("", "", "", files("Source"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "[1]", '[{"name": "web"}]', '{"ImageURI": 1}', "{", "\0", "image: x"],
)
def test_a_file_that_names_no_image(text: str) -> None:
    with pytest.raises(InputError):
        images("Build::imageDetail.json", text.encode())


def test_a_file_written_on_windows() -> None:
    assert images("x", b"\xef\xbb\xbf" + DEFINITIONS.encode("utf-8")) == {
        "web": "r/web:2",
        "side": "r/side:3",
    }
    assert images("x", '{"ImageURI": "r/web:2"}'.encode("utf-16")) == {"": "r/web:2"}
