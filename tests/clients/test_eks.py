"""EKS: tokens signed offline, and a cluster as moto has it.

A token is checked by signing its request again, with botocore's SigV4 on the decoded URL. What
moto does not show: whether STS and the API server take the token, and who may ask.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto import mock_aws

from opskit.clients import aws, eks
from opskit.errors import InputError, UnknownError

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI"
ROLE = "arn:aws:iam::123456789012:role/deployer"


@pytest.fixture(autouse=True)
def _identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        yield


def url_of(token: str) -> str:
    head, _, body = token.partition("k8s-aws-v1.")
    assert head == ""
    assert "=" not in body
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def signed_again(url: str, cluster: str, keys: Credentials) -> str:
    """The signature that the same request has when botocore signs it once more."""
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)

    region = query["X-Amz-Credential"][0].split("/")[2]
    plain = f"{parts.scheme}://{parts.netloc}/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("GET", plain, headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(keys, "sts", region, expires=60).add_auth(request)
    return parse_qs(urlsplit(request.url).query)["X-Amz-Signature"][0]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
        ("us-east-1", "sts.us-east-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
        ("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"),
    ],
)
@pytest.mark.parametrize("setting", ["legacy", "regional"])
def test_a_token_is_a_request_to_the_regions_sts(
    region: str, host: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", setting)
    url = url_of(eks.token("prod", region).value)
    query = parse_qs(urlsplit(url).query)
    assert urlsplit(url).netloc == host
    assert query["Action"] == ["GetCallerIdentity"]
    assert query["X-Amz-Expires"] == ["60"]
    assert query["X-Amz-SignedHeaders"] == ["host;x-k8s-aws-id"]
    assert query["X-Amz-Credential"][0].split("/")[2:] == [region, "sts", "aws4_request"]


def test_the_signature_is_that_of_botocore_for_this_cluster_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # signing again happens at the time that the URL names
    url = url_of(eks.token("prod", "eu-west-1").value)
    query = parse_qs(urlsplit(url).query)
    stamp = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: stamp)
    keys = Credentials(KEY, SECRET)
    assert signed_again(url, "prod", keys) == query["X-Amz-Signature"][0]
    assert signed_again(url, "other", keys) != query["X-Amz-Signature"][0]
    assert signed_again(url, "prod", Credentials(KEY, "x")) != query["X-Amz-Signature"][0]


def test_it_expires_a_minute_before_the_api_server_says_so() -> None:
    now = datetime(2026, 1, 31, 12, 0, 0, 999999, tzinfo=UTC)
    found = eks.token("prod", "eu-west-1", now=lambda: now)
    assert found.expires == datetime(2026, 1, 31, 12, 14, 0, tzinfo=UTC)


def test_a_token_is_not_printed() -> None:
    found = eks.token("prod", "eu-west-1")
    assert found.value not in repr(found)
    assert found.value not in str([found])


def test_an_arn_says_the_region() -> None:
    arn = "arn:aws-cn:eks:cn-north-1:123456789012:cluster/prod"
    assert eks.split(arn) == ("prod", "cn-north-1")
    assert eks.split(arn, "cn-north-1") == ("prod", "cn-north-1")
    assert "sts.cn-north-1.amazonaws.com.cn" in url_of(eks.token(arn).value)
    with pytest.raises(InputError, match="cn-north-1, and the region given is eu-west-1"):
        eks.split(arn, "eu-west-1")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-prod",
        "pr od",
        "prod\n",
        "prod/x",
        "a" * 101,
        "\u0440rod",
        "arn:aws:eks:x:1:cluster/prod",
    ]
    + ["arn:aws:iam::123456789012:role/x", "arn:aws:eks:eu-west-1:123456789012:nodegroup/prod"],
)
def test_what_names_no_cluster_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="names no EKS cluster"):
        eks.token(name, "eu-west-1")


def test_without_a_region_no_token_is_made() -> None:
    with pytest.raises(UnknownError, match="which region"):
        eks.token("prod")


def test_without_credentials_no_token_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UnknownError, match="Unable to locate credentials"):
        eks.token("prod", "eu-west-1")


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(UnknownError, match="nope"):
        eks.token("prod", "eu-west-1", "nope")


@pytest.mark.usefixtures("account")
def test_as_a_role_the_role_signs() -> None:
    url = url_of(eks.token("prod", "eu-west-1", role_arn=ROLE).value)
    query = parse_qs(urlsplit(url).query)
    assert not query["X-Amz-Credential"][0].startswith(KEY)
    assert "X-Amz-Security-Token" in query


def test_a_role_that_may_not_be_assumed(monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    def refuse(self: object, operation: str, _: object) -> object:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    with pytest.raises(aws.RefusedError) as error:
        eks.token("prod", "eu-west-1", role_arn=ROLE)
    assert "sts:AssumeRole" in error.value.hint


def create(name: str) -> None:
    boto3.client("eks", region_name="eu-west-1").create_cluster(
        name=name, roleArn=ROLE, resourcesVpcConfig={}
    )


@pytest.mark.usefixtures("account")
def test_a_cluster_and_its_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    pem = "-----BEGIN CERTIFICATE-----\n"
    create("prod")
    real = eks.answer  # moto's certificates are random letters
    data = {"data": base64.b64encode(pem.encode()).decode()}
    monkeypatch.setattr(
        eks,
        "answer",
        lambda *a, **k: {"cluster": real(*a, **k)["cluster"] | {"certificateAuthority": data}},
    )
    found = eks.cluster("prod", "eu-west-1")
    assert found["endpoint"].startswith("https://")
    assert found["status"] == "ACTIVE"
    assert found["arn"] == "arn:aws:eks:eu-west-1:123456789012:cluster/prod"
    assert found["version"]
    assert found["ca"] == pem
    assert eks.cluster(found["arn"]) == found
    with pytest.raises(aws.MissingError, match="test"):
        eks.cluster("test", "eu-west-1")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"endpoint": None, "status": "CREATING"}, "the cluster is CREATING"),
        ({"certificateAuthority": {}}, "has no endpoint"),
        ({"certificateAuthority": {"data": "%%%"}}, "no PEM text"),
    ],
)
def test_a_cluster_that_cannot_be_reached_yet(
    change: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create("prod")
    real = eks.answer
    monkeypatch.setattr(
        eks, "answer", lambda *a, **k: {"cluster": real(*a, **k)["cluster"] | change}
    )
    with pytest.raises(UnknownError, match=words):
        eks.cluster("prod", "eu-west-1")


def test_tokens_are_minted_again_after_ten_minutes_and_when_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, minted = [0.0], []

    def mint(*_: object) -> eks.Token:
        minted.append(now[0])
        return eks.Token(f"token-{len(minted)}", datetime.now(UTC))

    monkeypatch.setattr(eks, "token", mint)
    minter = eks.Minter("prod", clock=lambda: now[0])
    given = []
    for at, refused in [(0, False), (599, False), (600, False), (601, True), (1200, False)]:
        now[0] = at
        given.append(minter.token(refused))
    assert given == ["token-1", "token-1", "token-2", "token-3", "token-3"]


@pytest.mark.usefixtures("account")
def test_a_connection_has_the_token_and_the_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    create("prod")
    made: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        "opskit.clients.kube.connect_with_token", lambda *args, **_: made.append(args)
    )
    monkeypatch.setattr(eks, "_decoded", lambda *_: "PEM")  # moto's are no real ones
    eks.connect("prod", "eu-west-1")
    [(name, host, ca_file, tokens)] = made
    assert name == "arn:aws:eks:eu-west-1:123456789012:cluster/prod"
    assert str(host).startswith("https://")
    assert Path(str(ca_file)).read_text() == "PEM"
    assert Path(str(ca_file)).stat().st_mode & 0o077 == 0
    assert callable(tokens)
    assert tokens(False) == tokens(False)
