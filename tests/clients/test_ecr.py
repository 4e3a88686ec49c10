"""Amazon ECR against moto, and botocore's Stubber for what moto lacks.

moto knows no archived images, no exclusions from scans of an index, and serves no layers; it
does not refuse the filter of DescribeImages, nor does it use it. What IAM refuses is stubbed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from opskit.clients import ecr
from opskit.clients.aws import MissingError, RefusedError
from opskit.clients.manifests import INDEXES, MANIFESTS, MAX_CONFIG, described
from opskit.errors import UnknownError

ACCOUNT, REGION = "123456789012", "eu-west-1"
DOMAIN = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
DIGEST = "sha256:" + "a" * 64
NAMES = {"registryId": ACCOUNT, "repositoryName": "team/web"}


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def service() -> Any:
    return boto3.client("ecr", region_name=REGION)


@pytest.fixture
def repository(service: Any) -> ecr.Repository:
    service.create_repository(repositoryName="team/web")
    return ecr.Repository(DOMAIN, "team/web")


@pytest.fixture(scope="module")
def stubbed() -> ecr.Repository:
    """One for all tests that say the answers themselves: making a client takes a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.delenv("AWS_PROFILE", raising=False)
        return ecr.Repository(DOMAIN, "team/web")


@pytest.fixture
def stub(stubbed: ecr.Repository) -> Iterator[Stubber]:
    with Stubber(stubbed._ecr) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def index(*platforms: str) -> str:
    entries = [
        {
            "mediaType": MANIFESTS[0],
            "size": 2,
            "digest": f"sha256:{number:064d}",
            "platform": dict(zip(("os", "architecture"), name.split("/"), strict=True)),
        }
        for number, name in enumerate(platforms)
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": INDEXES[0], "manifests": entries})


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (DOMAIN, (ACCOUNT, REGION)),
        (f"{ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com", (ACCOUNT, "us-gov-west-1")),
        (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn", (ACCOUNT, "cn-north-1")),
        (f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws", (ACCOUNT, "eu-west-1")),
        (f"{ACCOUNT}.dkr-ecr-fips.us-east-1.on.aws", (ACCOUNT, "us-east-1")),
        (f"{ACCOUNT}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", (ACCOUNT, "cn-north-1")),
        (f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu", (ACCOUNT, "eusc-de-east-1")),
        ("public.ecr.aws", None),
        (f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.evil.io", None),
        (f"x{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com", None),
        ("12345.dkr.ecr.eu-west-1.amazonaws.com", None),
        (f"{DOMAIN}:443", None),
        ("docker.io", None),
    ],
)
def test_hosts(domain: str, expected: tuple[str, str] | None) -> None:
    assert ecr.host(domain) == expected


def test_an_image_and_its_platforms(service: Any, repository: ecr.Repository) -> None:
    text = index("linux/amd64", "linux/arm64", "unknown/unknown")
    made = service.put_image(repositoryName="team/web", imageManifest=text, imageTag="1")
    digest = made["image"]["imageId"]["imageDigest"]
    for wanted in ("1", digest):
        found = repository.image(wanted)
        assert (found["digest"], found["tags"], found["status"]) == (digest, ["1"], "ACTIVE")
        assert found["scan"] is None
    platforms = repository.platforms("1")
    assert [(each["architecture"], each["digest"][-1]) for each in platforms] == [
        ("amd64", "0"),
        ("arm64", "1"),
    ]


@pytest.mark.parametrize("wanted", ["2", DIGEST])
def test_an_image_that_is_not_there(service: Any, repository: ecr.Repository, wanted: str) -> None:
    service.put_image(repositoryName="team/web", imageManifest=index("linux/amd64"), imageTag="1")
    with pytest.raises(MissingError) as error:
        repository.image(wanted)
    assert error.value.where == f"{DOMAIN}/team/web"
    with pytest.raises(MissingError):
        repository.platforms(wanted)


def test_a_repository_that_is_not_there(repository: ecr.Repository) -> None:
    other = ecr.Repository(DOMAIN, "team/none")
    for ask in (lambda: other.image("1"), other.mutability, lambda: other.scan(DIGEST)):
        with pytest.raises(MissingError, match="team/none"):
            ask()


@pytest.mark.parametrize(
    ("setting", "filters"),
    [("MUTABLE", []), ("IMMUTABLE", []), ("IMMUTABLE_WITH_EXCLUSION", ["dev-*", "latest"])],
)
def test_mutability(service: Any, setting: str, filters: list[str]) -> None:
    exclusions = [{"filterType": "WILDCARD", "filter": each} for each in filters]
    service.create_repository(
        repositoryName="other",
        imageTagMutability=setting,
        **({"imageTagMutabilityExclusionFilters": exclusions} if filters else {}),
    )
    found = ecr.Repository(DOMAIN, "other").mutability()
    assert found == {"setting": setting, "exclusions": filters}


def test_archived_images_are_asked_for(stubbed: ecr.Repository, stub: Stubber) -> None:
    """Without the filter DescribeImages leaves them out."""
    detail = {"imageDigest": DIGEST, "imageStatus": "ARCHIVED"}
    asked = {**NAMES, "imageIds": [{"imageTag": "1"}], "filter": {"imageStatus": "ANY"}}
    stub.add_response("describe_images", {"imageDetails": [detail]}, asked)
    found = stubbed.image("1")
    assert (found["status"], found["tags"]) == ("ARCHIVED", [])


def test_a_service_that_knows_no_archive(stubbed: ecr.Repository, stub: Stubber) -> None:
    stub.add_client_error("describe_images", "InvalidParameterException", "filter")
    asked = {**NAMES, "imageIds": [{"imageTag": "1"}]}
    stub.add_response("describe_images", {"imageDetails": [{"imageDigest": DIGEST}]}, asked)
    assert stubbed.image("1")["status"] == "ACTIVE"
    stub.add_response("describe_images", {"imageDetails": []})
    with pytest.raises(MissingError):
        stubbed.image("1")


def test_the_scan_beside_an_image(stubbed: ecr.Repository, stub: Stubber) -> None:
    counts = {"HIGH": 2, "LOW": 0, "UNDEFINED": 1}
    detail = {
        "imageDigest": DIGEST,
        "imageScanStatus": {"status": "COMPLETE", "description": "done"},
        "imageScanFindingsSummary": {"findingSeverityCounts": counts},
    }
    stub.add_response("describe_images", {"imageDetails": [detail]})
    found = stubbed.image("1")["scan"]
    assert found == {
        "status": "COMPLETE",
        "description": "done",
        "counts": {"HIGH": 2, "UNDEFINED": 1},
    }


def test_a_scan_of_its_own(stubbed: ecr.Repository, stub: Stubber) -> None:
    answer = {
        "imageScanStatus": {"status": "ACTIVE"},
        "imageScanFindings": {"findingSeverityCounts": {"CRITICAL": 1}},
    }
    asked = {**NAMES, "imageId": {"imageDigest": DIGEST}, "maxResults": 1}
    stub.add_response("describe_image_scan_findings", answer, asked)
    found = stubbed.scan(DIGEST)
    assert (found["status"], found["counts"]) == ("ACTIVE", {"CRITICAL": 1})


def test_no_scan(service: Any, repository: ecr.Repository) -> None:
    text = index("linux/amd64")
    made = service.put_image(repositoryName="team/web", imageManifest=text, imageTag="1")
    with pytest.raises(MissingError):
        repository.scan(made["image"]["imageId"]["imageDigest"])


@pytest.mark.parametrize(
    ("ask", "operation", "needs"),
    [
        (lambda each: each.image("1"), "describe_images", "ecr:DescribeImages"),
        (lambda each: each.platforms("1"), "batch_get_image", "ecr:BatchGetImage"),
        (lambda each: each.mutability(), "describe_repositories", "ecr:DescribeRepositories"),
        (
            lambda each: each.scan(DIGEST),
            "describe_image_scan_findings",
            "ecr:DescribeImageScanFindings",
        ),
    ],
)
def test_a_missing_permission_is_named(
    stubbed: ecr.Repository,
    stub: Stubber,
    ask: Callable[[ecr.Repository], object],
    operation: str,
    needs: str,
) -> None:
    stub.add_client_error(operation, "AccessDeniedException", "not authorized")
    with pytest.raises(RefusedError) as error:
        ask(stubbed)
    assert needs in error.value.hint


@pytest.fixture
def layers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Where ECR keeps layers: answers with `status` and `body`."""
    said: dict[str, Any] = {"status": 200, "body": b""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(said["status"])
            self.send_header("Content-Length", str(len(said["body"])))
            self.end_headers()
            self.wfile.write(said["body"])

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/layer", said
    server.shutdown()
    server.server_close()


CONFIG = b'{"os": "linux", "architecture": "arm64", "variant": "v8"}'


def single(stub: Stubber, url: str, config: bytes = CONFIG) -> None:
    """The answers for an image without an index, whose configuration is a layer at a URL."""
    digest = "sha256:" + hashlib.sha256(config).hexdigest()
    text = json.dumps({"schemaVersion": 2, "config": {"digest": digest}, "layers": []})
    image = {"imageManifest": text, "imageId": {"imageTag": "1"}}
    asked = {
        **NAMES,
        "imageIds": [{"imageTag": "1"}],
        "acceptedMediaTypes": [*INDEXES, *MANIFESTS],
    }
    stub.add_response("batch_get_image", {"images": [image], "failures": []}, asked)
    layer = {"downloadUrl": url, "layerDigest": digest}
    stub.add_response("get_download_url_for_layer", layer, {**NAMES, "layerDigest": digest})


def test_the_platform_of_a_single_image(
    stubbed: ecr.Repository, stub: Stubber, layers: tuple[str, dict[str, Any]]
) -> None:
    url, said = layers
    said["body"] = CONFIG
    single(stub, url)
    [found] = stubbed.platforms("1")
    assert (found["os"], found["architecture"], found["variant"]) == ("linux", "arm64", "v8")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(403, b"expired", "HTTP 403"), (200, b'{"architecture": "amd64"}', "could not be read")],
)
def test_a_layer_that_cannot_be_had(
    stubbed: ecr.Repository,
    stub: Stubber,
    layers: tuple[str, dict[str, Any]],
    status: int,
    body: bytes,
    words: str,
) -> None:
    url, said = layers
    said.update(status=status, body=body)
    single(stub, url)
    with pytest.raises(UnknownError, match=words):
        stubbed.platforms("1")


def test_s3_cannot_be_reached(stubbed: ecr.Repository, stub: Stubber) -> None:
    single(stub, "http://127.0.0.1:9/layer")
    with pytest.raises(UnknownError, match="could not be read") as error:
        stubbed.platforms("1")
    assert "S3" in error.value.hint


def test_a_layer_is_read_through_the_proxy(
    stubbed: ecr.Repository,
    stub: Stubber,
    layers: tuple[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, said = layers
    said["body"] = CONFIG
    single(stub, "http://prod-eu-west-1-starport-layer-bucket.s3.invalid/layer")
    monkeypatch.setenv("http_proxy", url.removesuffix("/layer"))
    [found] = stubbed.platforms("1")
    assert found["architecture"] == "arm64"


def test_a_layer_without_end_is_not_read(
    stubbed: ecr.Repository, stub: Stubber, layers: tuple[str, dict[str, Any]]
) -> None:
    url, said = layers
    said["body"] = CONFIG.ljust(MAX_CONFIG + 1)
    single(stub, url, said["body"])
    with pytest.raises(UnknownError, match="could not be read"):
        stubbed.platforms("1")


@pytest.mark.parametrize("digest", ["md99:1", "shake_128:1", "sha1:1"])
def test_a_digest_that_is_not_known(digest: str) -> None:
    with pytest.raises(UnknownError, match="not known here"):
        described(b"{}", digest, {}, "registry.test/web")


def test_failures_instead_of_images(stubbed: ecr.Repository, stub: Stubber) -> None:
    failure = {"failureCode": "ImageInaccessible", "failureReason": "it is archived"}
    stub.add_response("batch_get_image", {"images": [], "failures": [failure]})
    with pytest.raises(UnknownError, match="it is archived"):
        stubbed.platforms("1")
