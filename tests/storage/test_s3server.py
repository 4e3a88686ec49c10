"""The server of the tests lists as moto does, and scans of moto count what it holds."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from opskit.clients.s3 import connect
from opskit.storage.profile.s3 import scan
from tests.storage import moto
from tests.storage.profile.listings import QUICK, quiet
from tests.storage.s3server import Object, running

KEYS = [
    *(f"logs/2025/{day:02}/part-{part}.gz" for day in range(1, 6) for part in range(4)),
    *("a b", "a+b", "a%2Fb", "a&b", "é/ü", "\uffee", "\U0001f600", "日本/語", "=", "~"),
    *("top", "logs", "logs/", "logs/2025/03/"),
]


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, Any]]:
    """One client of moto, one of ours, on the same keys."""
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    config = Config(retries={"total_max_attempts": 1})
    with moto.running() as url, running([Object(key, len(key)) for key in KEYS]) as ours:
        made = {
            name: boto3.client("s3", endpoint_url=each, region_name="us-east-1", config=config)
            for name, each in (("moto", url), ("ours", ours.url))
        }
        made["moto"].create_bucket(Bucket="bucket")
        for key in KEYS:
            made["moto"].put_object(Bucket="bucket", Key=key, Body=b"x" * len(key))
        yield made
    patch.undo()


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"Prefix": "logs/2025/"},
        {"Delimiter": "/"},
        {"Prefix": "logs/", "Delimiter": "/"},
        {"StartAfter": "logs/2025/02/part-1.gz"},
        {"StartAfter": "b"},
        {"StartAfter": "é"},
        {"Prefix": "none"},
    ],
)
def test_listings_are_those_of_moto(
    clients: dict[str, Any], asked: dict[str, str], size: int
) -> None:
    listed = {}
    for name, client in clients.items():
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket="bucket", MaxKeys=size, **asked
        )
        keys, prefixes = list[tuple[str, int]](), list[str]()
        for page in pages:
            keys += [(each["Key"], each["Size"]) for each in page.get("Contents", ())]
            prefixes += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        listed[name] = keys, prefixes
    assert listed["ours"] == listed["moto"]


@pytest.mark.parametrize("prefix", ["", "logs/"])
def test_a_scan_of_moto_counts_what_it_holds(clients: dict[str, Any], prefix: str) -> None:
    client = connect(region="us-east-1", endpoint_url=clients["moto"].meta.endpoint_url)
    found = scan(client, "bucket", prefix, workers=4, say=quiet, patience=QUICK)
    wanted = [key for key in KEYS if key.startswith(prefix)]
    assert (found.objects, found.bytes) == (len(wanted), sum(map(len, wanted)))


def test_a_scan_of_moto_counts_versions_and_uploads(clients: dict[str, Any]) -> None:
    s3 = clients["moto"]
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    for number in range(30):
        s3.put_object(Bucket="kept", Key=f"k{number % 10}", Body=b"x" * (number + 1))
    s3.delete_object(Bucket="kept", Key="k3")
    s3.put_object(Bucket="kept", Key="cold", Body=b"x" * 7, StorageClass="DEEP_ARCHIVE")
    upload = s3.create_multipart_upload(Bucket="kept", Key="big")["UploadId"]
    part = {"Bucket": "kept", "Key": "big", "UploadId": upload}
    s3.upload_part(**part, PartNumber=1, Body=b"x" * 100)
    client = connect(region="us-east-1", endpoint_url=s3.meta.endpoint_url)
    found = scan(client, "kept", workers=1, say=quiet, patience=QUICK)
    assert (found.objects, found.bytes) == (31, sum(range(1, 31)) + 7)
    assert sum(cell.objects for cell in found.stored if cell.noncurrent) == 21
    assert [cell.bytes for cell in found.stored if cell.class_ == "deep-archive"] == [7]
    assert (found.uploads, found.upload_bytes) == (1, 100)
    assert "1 delete markers" in " ".join(found.notes)
