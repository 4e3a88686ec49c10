"""The rules as files: the same in all formats, taken by S3's API and read by the tools' parsers.

moto stores rules and gives them back without their sizes, and checks less than S3 does: days, for
one, and the order of classes. Those are proved of the chains themselves (`test_plan.py`).
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import hcl2
import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from moto import mock_aws

from opskit.storage.optimize.advice import suggestions
from opskit.storage.optimize.lifecycle import Format, render
from opskit.storage.optimize.plan import Plan, Terms, plan
from opskit.storage.optimize.rules import Target, rules
from opskit.storage.profile.model import Profile
from tests.storage.optimize.made import ANY, GIB, KIB, MIB, PRICES, alike, planned

LAKE = Target("lake", "raw/")
#: CloudFormation Template Reference, "AWS::S3::Bucket Rule", as far as it is used.
RULE = {
    "Id",
    "Status",
    "Prefix",
    "ObjectSizeGreaterThan",
    "ObjectSizeLessThan",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
}


def full() -> Plan:
    """Two rules, and all suggestions."""
    cells = (
        alike(10**7, 256 * KIB, age=400),
        alike(10**6, 16 * MIB, age=0),
        alike(10**6, 16 * MIB, age=400),
        alike(10**5, GIB, noncurrent=True),
    )
    return plan(Profile(cells, uploads=7, upload_bytes=10**12), PRICES, Terms(wish=ANY))


def text(form: Format, target: Target = LAKE, found: Plan | None = None) -> str:
    found = found or full()
    return render(form, found, rules(found), suggestions(found), target)


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="lake")
        yield client


@pytest.mark.parametrize("target", [LAKE, Target()])
def test_s3_takes_it_and_gives_it_back(bucket: Any, target: Target) -> None:
    document = json.loads(text("s3", target))
    bucket.put_bucket_lifecycle_configuration(Bucket="lake", LifecycleConfiguration=document)
    back = bucket.get_bucket_lifecycle_configuration(Bucket="lake")["Rules"]
    assert [{**each, "Filter": None} for each in back] == [
        {**each, "Filter": None} for each in document["Rules"]
    ]
    assert [each["Status"] for each in back] == ["Enabled"] * 2 + ["Disabled"] * 3


def test_the_request_has_the_sizes(bucket: Any) -> None:
    sent: list[bytes] = []
    event = "before-send.s3.PutBucketLifecycleConfiguration"
    bucket.meta.events.register_first(event, lambda request, **_: sent.append(request.body))
    document = json.loads(text("s3"))
    bucket.put_bucket_lifecycle_configuration(Bucket="lake", LifecycleConfiguration=document)
    assert f"<ObjectSizeGreaterThan>{256 * KIB - 1}</ObjectSizeGreaterThan>".encode() in sent[0]
    assert f"<ObjectSizeLessThan>{16 * MIB}</ObjectSizeLessThan>".encode() in sent[0]


def test_it_has_the_shape_of_the_api() -> None:
    model = get_session().get_service_model("s3")
    shape = model.operation_model("PutBucketLifecycleConfiguration").input_shape
    own = {"Bucket": "lake", "LifecycleConfiguration": json.loads(text("s3"))}
    assert not ParamValidator().validate(own, shape).has_errors()
    classes = set(model.shape_for("TransitionStorageClass").enum)
    moves = [
        m for rule in own["LifecycleConfiguration"]["Rules"] for m in rule.get("Transitions", ())
    ]  # type: ignore[index]
    assert {each["StorageClass"] for each in moves} <= classes


def test_names_are_unlike_and_short() -> None:
    names = [each["ID"] for each in json.loads(text("s3"))["Rules"]]
    assert len(set(names)) == len(names)
    assert all(len(each) < 255 for each in names)


def test_ranges_of_sizes_do_not_overlap() -> None:
    first, second = json.loads(text("s3"))["Rules"][:2]
    assert first["Filter"]["And"] == {
        "Prefix": "raw/",
        "ObjectSizeGreaterThan": 256 * KIB - 1,
        "ObjectSizeLessThan": 16 * MIB,
    }
    assert second["Filter"]["And"]["ObjectSizeGreaterThan"] == 16 * MIB - 1


def test_filters_of_one_condition_and_of_none() -> None:
    from opskit.storage.profile.model import Cell

    [rule] = json.loads(text("s3", Target(), planned(alike(10**5, GIB))))["Rules"]
    assert rule["Filter"] == {"ObjectSizeGreaterThan": GIB - 1}
    unknown = planned(Cell("standard", 10**5, 10**5 * GIB, age=365))
    [rule] = json.loads(text("s3", Target(), unknown))["Rules"]
    assert rule["Filter"] == {"Prefix": ""}
    hcl = hcl2.load(StringIO(text("terraform", Target(), unknown)))
    assert hcl["resource"]


def test_cloudformation_says_the_same() -> None:
    template = json.loads(text("cloudformation"))
    properties = template["Resources"]["Bucket"]["Properties"]
    assert properties["BucketName"] == "lake"
    made = properties["LifecycleConfiguration"]
    assert made["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    assert all(set(each) <= RULE for each in made["Rules"])
    assert [_from_template(each) for each in made["Rules"]] == json.loads(text("s3"))["Rules"]


def _from_template(rule: dict[str, Any]) -> dict[str, Any]:
    """What PutBucketLifecycleConfiguration is given for a rule of a template."""
    conditions: dict[str, Any] = {"Prefix": rule["Prefix"]}
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if name in rule:
            assert isinstance(rule[name], str)  # CloudFormation has them as texts
            conditions[name] = int(rule[name])
    made: dict[str, Any] = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"And": conditions} if len(conditions) > 1 else conditions,
    }
    days = {"Transitions": "Days", "NoncurrentVersionTransitions": "NoncurrentDays"}
    for kind, name in days.items():
        if kind in rule:
            made[kind] = [
                {name: each["TransitionInDays"], "StorageClass": each["StorageClass"]}
                for each in rule[kind]
            ]
    same = ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    return {**made, **{name: rule[name] for name in same if name in rule}}


def test_terraform_says_the_same() -> None:
    [resources] = hcl2.load(StringIO(text("terraform")))["resource"]
    [found] = _plain(resources)["aws_s3_bucket_lifecycle_configuration"].values()
    assert found["bucket"] == "lake"
    assert found["transition_default_minimum_object_size"] == "all_storage_classes_128K"
    wanted = json.loads(text("s3"))["Rules"]
    assert [each["id"] for each in found["rule"]] == [each["ID"] for each in wanted]
    assert [each["status"] for each in found["rule"]] == [each["Status"] for each in wanted]
    first = found["rule"][0]
    assert first["filter"] == [
        {
            "and": [
                {
                    "prefix": "raw/",
                    "object_size_greater_than": 256 * KIB - 1,
                    "object_size_less_than": 16 * MIB,
                }
            ]
        }
    ]
    assert first["transition"] == [
        {"days": each["Days"], "storage_class": each["StorageClass"]}
        for each in wanted[0]["Transitions"]
    ]
    rest = found["rule"][2:]
    assert rest[0]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert rest[1]["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert rest[2]["noncurrent_version_transition"][0]["noncurrent_days"] == 30


def _plain(value: Any) -> Any:
    """What python-hcl2 reads, without its own marks and the quotes around texts."""
    if isinstance(value, dict):
        return {
            _plain(key): _plain(each) for key, each in value.items() if not key.startswith("__")
        }
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.strip('"') if isinstance(value, str) else value


def test_terraform_of_a_bucket_that_is_not_known_asks_for_it() -> None:
    made = text("terraform", Target())
    assert 'variable "bucket" {' in made
    assert "= var.bucket\n" in made
    assert 'variable "bucket"' not in text("terraform")


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
@pytest.mark.parametrize("target", [LAKE, Target(), Target("b", '${x}"\\ %{y}é')])
def test_terraform_would_format_it_the_same(target: Target, tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text(text("terraform", target))
    subprocess.run(["terraform", "fmt", "-check", str(path)], check=True, capture_output=True)


@pytest.mark.parametrize("form", ["s3", "terraform", "cloudformation"])
def test_the_same_plan_is_the_same_bytes(form: Format) -> None:
    assert text(form) == text(form)
    assert text(form).endswith("\n")
