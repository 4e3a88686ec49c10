"""Profiles from CloudWatch's metrics of S3.

moto keeps what is put, by day; it sends no metric late, has all of a page at once, lists metrics
however old they are, and checks no permissions. What S3 itself sends is not known here but by the
S3 User Guide.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from opskit.errors import UnknownError
from opskit.storage.profile.classes import CLASSES, TIERS
from opskit.storage.profile.cloudwatch import read
from opskit.storage.profile.model import Cell, Monthly, Profile
from opskit.storage.profile.storage_types import DATA, PADDING, PER_OBJECT, SMALL, cells

TODAY = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
GIB, KIB = 2**30, 2**10


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("cloudwatch", region_name="eu-west-1")


def put(
    client: Any, name: str, value: float, ago: int = 1, bucket: str = "lake", **kinds: str
) -> None:
    at = TODAY.replace(hour=0, minute=0) - timedelta(days=ago)
    dimensions = {"BucketName": bucket} | kinds
    datum = {
        "MetricName": name,
        "Dimensions": [{"Name": kind, "Value": text} for kind, text in dimensions.items()],
        "Timestamp": at,
        "Value": value,
    }
    client.put_metric_data(Namespace="AWS/S3", MetricData=[datum])


def store(client: Any, ago: int = 1, objects: int | None = None, **sizes: float) -> None:
    for kind, value in sizes.items():
        put(client, "BucketSizeBytes", value, ago, StorageType=kind)
    if objects is not None:
        put(client, "NumberOfObjects", objects, ago, StorageType="AllStorageTypes")


def profiled(client: Any) -> Profile:
    return read(client, "lake", now=TODAY)


def said(profile: Profile) -> str:
    return "\n".join(profile.notes)


def test_one_class_has_all_objects(cloudwatch: Any) -> None:
    store(cloudwatch, objects=1000, StandardStorage=GIB)
    found = profiled(cloudwatch)
    assert found.stored == (Cell("standard", 1000, GIB),)
    assert (found.provider, found.region) == ("aws", "eu-west-1")
    assert found.taken_on == (TODAY - timedelta(days=1)).date()
    assert found.monthly == Monthly()
    assert "no request metrics" in said(found)


def test_another_bucket_is_not_counted(cloudwatch: Any) -> None:
    store(cloudwatch, objects=10, StandardStorage=GIB)
    put(cloudwatch, "BucketSizeBytes", 5, bucket="lake-2", StorageType="GlacierStorage")
    assert profiled(cloudwatch).bytes == GIB


def test_overheads_tell_the_archived_objects_and_are_no_data(cloudwatch: Any) -> None:
    store(
        cloudwatch,
        objects=100,
        StandardStorage=GIB,
        GlacierStorage=2 * GIB,
        GlacierObjectOverhead=30 * 32 * KIB,
        GlacierS3ObjectOverhead=30 * 8 * KIB,
        DeepArchiveStorage=3 * GIB,
        DeepArchiveS3ObjectOverhead=20 * 8 * KIB,
        IntelligentTieringAAStorage=4 * GIB,
        IntAAObjectOverhead=5 * 32 * KIB,
        DeepArchiveStagingStorage=77,
        StandardIAObjectOverhead=999,
    )
    found = profiled(cloudwatch)
    assert set(found.stored) == {
        Cell("standard", 45, GIB),
        Cell("glacier", 30, 2 * GIB),
        Cell("deep-archive", 20, 3 * GIB),
        Cell("intelligent-tiering-archive", 5, 4 * GIB),
    }
    assert found.upload_bytes == 77
    assert "known together" not in said(found)


def test_the_objects_of_other_classes_are_shared_out_by_bytes(cloudwatch: Any) -> None:
    store(cloudwatch, objects=100, StandardStorage=3 * GIB, IntelligentTieringFAStorage=GIB)
    found = profiled(cloudwatch)
    assert {each.class_: each.objects for each in found.stored} == {
        "standard": 75,
        "intelligent-tiering": 25,
    }
    assert "the objects of intelligent-tiering, standard are known together only" in said(found)


def test_without_padding_no_object_is_small(cloudwatch: Any) -> None:
    store(cloudwatch, objects=100, StandardIAStorage=GIB)
    assert profiled(cloudwatch).stored == (Cell("standard-ia", 100, GIB, size=SMALL),)


def test_padding_is_billed_as_s3_reports_it(cloudwatch: Any) -> None:
    # 10 objects of 100 KiB and 90 of 1 MiB, 28 KiB missing each
    store(
        cloudwatch,
        objects=100,
        StandardIAStorage=10 * 100 * KIB + 90 * 1024 * KIB,
        StandardIASizeOverhead=10 * 28 * KIB,
    )
    found = profiled(cloudwatch)
    billed = sum(max(each.bytes, SMALL * each.objects) for each in found.stored)
    assert billed == found.bytes + 10 * 28 * KIB
    assert found.objects == 100
    assert "as few of them as give the padding" in said(found)


def test_small_objects_are_of_those_that_s3_counts(cloudwatch: Any) -> None:
    # 4,000 objects of 4 KiB in Standard-IA, 1,000 of 1 GiB in Standard
    store(
        cloudwatch,
        objects=5000,
        StandardStorage=1000 * GIB,
        StandardIAStorage=4000 * 4 * KIB,
        StandardIASizeOverhead=4000 * 124 * KIB,
    )
    found = profiled(cloudwatch)
    assert found.objects == 5000
    assert sum(each.objects for each in found.stored if each.class_ == "standard-ia") >= 3875


SIZES = st.integers(min_value=0, max_value=2**50)


@given(size=SIZES, padding=SIZES, objects=st.integers(min_value=0, max_value=10**9))
def test_a_split_keeps_bytes_and_padding(size: int, padding: int, objects: int) -> None:
    stored = {"OneZoneIAStorage": size, "OneZoneIASizeOverhead": padding}
    found = list(cells(stored, objects, []))
    assert sum(each.bytes for each in found) == size
    assert all(each.bytes >= each.size * each.objects for each in found)
    if found and objects and size >= SMALL:
        billed = sum(max(each.bytes, SMALL * each.objects) for each in found)
        assert billed >= size + padding


@given(
    st.dictionaries(st.sampled_from(sorted(DATA)), st.integers(1, 2**50), min_size=1),
    st.integers(0, 10**12),
)
def test_objects_are_shared_out_to_the_last(stored: dict[str, int], objects: int) -> None:
    padded = set(PADDING.values())
    found = list(cells(stored, objects, []))
    assert {each.class_ for each in found} == {DATA[kind] for kind in stored}
    assert sum(each.bytes for each in found) == sum(stored.values())
    if not padded & {each.class_ for each in found}:
        assert sum(each.objects for each in found) == objects


def test_every_class_has_its_types() -> None:
    names = {*CLASSES.values(), *TIERS.values(), "reduced-redundancy"}
    assert set(DATA.values()) == names
    assert {name for name, _ in PER_OBJECT.values()} <= names
    assert set(PADDING.values()) <= names


def test_types_that_nobody_knows_are_noted(cloudwatch: Any) -> None:
    store(cloudwatch, objects=10, StandardStorage=GIB, NewStorage=5, NewObjectOverhead=7)
    found = profiled(cloudwatch)
    assert found.bytes == GIB + 5
    assert "NewStorage is not known: it is taken as a class" in said(found)
    assert "NewObjectOverhead is not known: it is taken as no data" in said(found)


def test_the_newest_day_is_taken_whole(cloudwatch: Any) -> None:
    store(cloudwatch, ago=3, objects=9, StandardStorage=1, GlacierStorage=2, DeepArchiveStorage=3)
    store(cloudwatch, ago=2, objects=10, StandardStorage=10, GlacierStorage=20)
    store(cloudwatch, ago=1, StandardStorage=11)
    found = profiled(cloudwatch)
    assert found.taken_on == (TODAY - timedelta(days=2)).date()
    assert {each.class_: each.bytes for each in found.stored} == {"standard": 10, "glacier": 20}
    assert "DeepArchiveStorage has no value of 2026-11-20" in said(found)


def test_a_class_that_was_emptied_is_gone(cloudwatch: Any) -> None:
    store(cloudwatch, ago=9, objects=9, StandardStorage=1, GlacierStorage=2)
    for ago in (3, 2, 1):
        store(cloudwatch, ago=ago, objects=10, StandardStorage=10)
    assert profiled(cloudwatch).stored == (Cell("standard", 10, 10),)


def test_without_a_number_of_objects_it_is_noted(cloudwatch: Any) -> None:
    store(cloudwatch, StandardStorage=GIB)
    found = profiled(cloudwatch)
    assert found.stored == (Cell("standard", 0, GIB),)
    assert "no number of objects" in said(found)


def test_a_bucket_without_metrics_cannot_be_told(cloudwatch: Any) -> None:
    with pytest.raises(UnknownError, match="no storage metrics of the bucket 'lake'") as refused:
        profiled(cloudwatch)
    assert "--region" in refused.value.hint
    store(cloudwatch, ago=40, objects=9, StandardStorage=1)
    with pytest.raises(UnknownError):
        profiled(cloudwatch)


def use(client: Any, ago: int, filter_: str = "EntireBucket") -> None:
    for name, value in {
        "AllRequests": 99,
        "GetRequests": 10,
        "HeadRequests": 5,
        "PutRequests": 3,
        "PostRequests": 1,
        "ListRequests": 2,
        "DeleteRequests": 4,
        "BytesDownloaded": 1000,
    }.items():
        put(client, name, value, ago, FilterId=filter_)


def test_request_metrics_are_the_use_of_a_month(cloudwatch: Any) -> None:
    store(cloudwatch, objects=1, StandardStorage=1)
    for ago in range(1, 41):
        use(cloudwatch, ago)
        use(cloudwatch, ago, "part")
    found = profiled(cloudwatch)
    assert found.monthly == Monthly(reads=450, writes=120, lists=60, deletes=120, retrieved=30_000)
    assert "the use is that of 30 days" in said(found)
    assert "egress is taken as 0" in said(found)


def test_a_shorter_time_is_brought_to_a_month(cloudwatch: Any) -> None:
    store(cloudwatch, objects=1, StandardStorage=1)
    for ago in range(1, 11):
        use(cloudwatch, ago, "mine")
    found = profiled(cloudwatch)
    assert (found.monthly.reads, found.monthly.retrieved) == (450, 30_000)
    assert "of 10 days, by the request metrics of the filter 'mine', brought to 30" in said(found)


def test_filters_that_may_overlap_are_no_use(cloudwatch: Any) -> None:
    store(cloudwatch, objects=1, StandardStorage=1)
    for name in ("logs", "data"):
        use(cloudwatch, 1, name)
    found = profiled(cloudwatch)
    assert found.monthly == Monthly()
    assert "the filters data, logs, and none is EntireBucket" in said(found)


def test_pages_are_followed_and_refusals_told() -> None:
    client = boto3.client(
        "cloudwatch",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )

    def metric(kind: str) -> dict[str, Any]:
        dimensions = [("BucketName", "lake"), ("StorageType", kind)]
        return {
            "Namespace": "AWS/S3",
            "MetricName": "BucketSizeBytes",
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
        }

    asked = {
        "Namespace": "AWS/S3",
        "MetricName": "BucketSizeBytes",
        "Dimensions": [{"Name": "BucketName", "Value": "lake"}],
    }
    first = {"MetricDataQueries": ANY, "StartTime": ANY, "EndTime": ANY}
    day = datetime(2026, 11, 21, tzinfo=UTC)
    results = [
        {"MetricDataResults": [{"Id": f"m{n}", "Timestamps": [day], "Values": [5.0 + n]}]}
        for n in range(2)
    ]
    with Stubber(client) as stub:
        pages = [{"Metrics": [metric("StandardStorage")], "NextToken": "t"}]
        pages.append({"Metrics": [metric("GlacierStorage")]})
        stub.add_response("list_metrics", pages[0], asked)
        stub.add_response("list_metrics", pages[1], asked | {"NextToken": "t"})
        stub.add_response("get_metric_data", results[0] | {"NextToken": "u"}, first)
        stub.add_response("get_metric_data", results[1], first | {"NextToken": "u"})
        stub.add_response("list_metrics", {"Metrics": []})
        stub.add_client_error("list_metrics", "AccessDenied", "not allowed")
        with pytest.raises(UnknownError, match="not allowed") as refused:
            read(client, "lake", now=TODAY)
        assert "cloudwatch:ListMetrics" in refused.value.hint
        stub.assert_no_pending_responses()
