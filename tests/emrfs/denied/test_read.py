"""Denials in texts: what each shape says, and what is noise."""

import json
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.denied.denial import Layer
from opskit.emrfs.denied.read import read, read_bare
from tests.emrfs.denied import messages as m


@pytest.mark.parametrize(
    ("text", "service", "action", "place"),
    [
        (m.BARE, "s3", "", None),
        (m.SPARK, "s3", "", "s3://lake/raw/part-0.parquet"),
        (m.HIVE, "s3", "", None),
        (m.S3A, "s3", "", "s3://lake/raw/x"),
        (m.SDK2, "s3", "", None),
        (m.TRINO, "s3", "s3:GetObject", "s3://lake/raw/f.orc"),
        (m.TRINO_LIST, "s3", "s3:ListBucket", "s3://lake/raw/"),
        (m.CLI, "s3", "s3:PutObject", "s3://lake/raw/x"),
        (m.XML, "s3", "", None),
        (m.KMS, "kms", "", "s3://lake/raw/x"),
        (m.ACCESS_LOG, "s3", "s3:GetObject", "s3://lake/raw/a%20b"),
        (m.ACCESS_LOG_LIST, "s3", "s3:ListBucket", "s3://lake/raw/"),
        (m.TRAIL_TEXT, "s3", "s3:GetObject", "s3://lake/raw/x"),
        (json.dumps(m.TRAIL), "s3", "s3:GetObject", "s3://lake/raw/x"),
        (m.assume("Base", "Eng"), "sts", "sts:AssumeRole", None),
    ],
)
def test_what_each_shape_says(text: str, service: str, action: str, place: str | None) -> None:
    [seen] = read(text)
    denial = seen.denial
    assert (denial.service, denial.action) == (service, action)
    assert (denial.place.uri if denial.place else None) == place


@pytest.mark.parametrize(
    ("because", "layer", "explicit"),
    [
        ("because no identity-based policy allows the {} action", Layer.IDENTITY, False),
        ("because no resource-based policy allows the {} action", Layer.RESOURCE, False),
        ("because no permissions boundary allows the {} action", Layer.BOUNDARY, False),
        ("because no session policy allows the {} action", Layer.SESSION, False),
        ("because no VPC endpoint policy allows the {} action", Layer.ENDPOINT, False),
        ("because no service control policy allows the {} action", Layer.ORGANIZATION, False),
        ("because no resource control policy allows the {} action", Layer.ORGANIZATION, False),
        ("with an explicit deny in a resource-based policy", Layer.RESOURCE, True),
        ("with an explicit deny in an identity-based policy", Layer.IDENTITY, True),
        ("with an explicit deny in a permissions boundary", Layer.BOUNDARY, True),
        ("", None, False),
    ],
)
def test_the_layer_that_aws_names(because: str, layer: Layer | None, explicit: bool) -> None:
    [seen] = read(m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::lake/raw/a b", because))
    assert (seen.denial.said, seen.denial.explicit) == (layer, explicit)
    assert seen.denial.place is not None
    assert seen.denial.place.uri == "s3://lake/raw/a b"
    assert seen.denial.principal is not None
    assert seen.denial.principal[:3] == (m.ACCOUNT, "Eng", "EmrFS-Session")


def test_a_key_whose_policy_denies() -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/12-34"
    [seen] = read(m.enhanced("Eng", "kms:Decrypt", key))
    assert (seen.denial.service, seen.denial.target) == ("kms", key)
    because = "because no resource-based policy allows the {} action"
    [seen] = read(m.enhanced("Eng", "kms:Decrypt", key, because))
    assert seen.denial.said is Layer.KEY


def test_escaped_quotes_and_entities() -> None:
    text = m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::lake/raw/a b")
    for written in (json.dumps({"message": text}), text.replace('"', "&quot;")):
        [seen] = read(written)
        assert seen.denial.place is not None
        assert seen.denial.place.key == "raw/a b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "all is well at s3://lake/raw/",
        m.HDFS,
        "GET /index.html 403",
        "User: arn:aws:iam::111122223333:user/x is not authorized to perform: ec2:RunInstances",
        "read 403 rows from table",
    ],
)
def test_noise(text: str) -> None:
    assert read(text) == []


def test_each_denial_once_with_its_count_and_first_line() -> None:
    [seen] = read(m.SPARK * 3)
    assert (seen.count, seen.line) == (3, 4)
    found = read(m.SPARK + m.assume("Base", "Eng") + "\n" + m.SPARK)
    assert [(seen.denial.service, seen.count, seen.line) for seen in found] == [
        ("s3", 2, 4),
        ("sts", 1, 8),
    ]


def test_a_path_of_another_event_is_not_taken() -> None:
    [seen] = read(f"23/05/01 10:00:00 INFO Reader: opening s3://lake/raw/x\n{m.SDK2}")
    assert seen.denial.place is None
    [seen] = read(f"23/05/01 10:00:00 ERROR Reader: failed on s3://lake/raw/x\n{m.SDK2}")
    assert seen.denial.place is not None


def forbidden(place: str) -> str:
    return (
        f"java.nio.file.AccessDeniedException: {place}: getFileStatus on {place}: com.amazonaws."
        "services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403)"
    )


@pytest.mark.parametrize("margin", ["", "  "])
def test_an_exception_with_a_place_of_its_own_is_an_event_of_its_own(margin: str) -> None:
    lines = [margin + forbidden(f"s3a://bkt-{number}/x") for number in range(3)]
    found = read("\n".join(lines))
    assert [(each.denial.place and each.denial.place.bucket, each.line) for each in found] == [
        ("bkt-0", 1),
        ("bkt-1", 2),
        ("bkt-2", 3),
    ]


def test_the_same_line_many_times_is_counted_so_often() -> None:
    [seen] = read(f"{forbidden('s3a://lake/x')}\n" * 1000)
    assert seen.count == 1000
    trace = "org.x.JobException: failed on s3://lake/raw/x\n\tat org.x.Y(Y.java:1)\n"
    [seen] = read(f"{trace}Caused by: {m.SDK2}\n" * 10)
    assert (seen.count, seen.line) == (10, 3)
    assert seen.denial.place is not None


def test_an_exception_below_the_line_of_the_log_on_it_is_one_event() -> None:
    at = "s3a://lake/raw/x"
    [seen] = read(f"23/05/01 ERROR Reader: ugi=ana Access Denied {at}\n{forbidden(at)}")
    assert (seen.count, seen.denial.user) == (1, "ana")
    found = read(f"23/05/01 ERROR Reader: Access Denied {at}\n{forbidden('s3a://other/x')}")
    assert len(found) == 2
    told = m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::lake/raw/x")
    assert len(read(f"23/05/01 ERROR Reader: {told}\n{forbidden('s3a://other/x')}")) == 2


def test_a_bare_denial() -> None:
    [seen] = read_bare("Access Denied\n")
    assert (seen.denial.service, seen.count) == ("s3", 1)
    for text in ("", "all is well", "Access Denied\nAccess Denied", m.HDFS, m.assume("A", "B")):
        assert read_bare(text) == []
    assert read_bare("AccessDeniedException (Service: AWSGlue; Status Code: 400)") == []


def test_the_user_in_a_line_of_the_log() -> None:
    [seen] = read(f"ugi=ana ip=10.0.0.5 cmd=x {m.BARE}")
    assert seen.denial.user == "ana"


def test_secrets_in_a_line_are_not_shown() -> None:
    line = (
        f"{m.BARE} url=s3://lake/x?X-Amz-Signature=abcdef0123&X-Amz-Credential=AKIAABCDEFGHIJKLMNOP"
        " password='hunter2' jdbc:mysql://u:hunter2@db ASIAABCDEFGHIJKLMNOP"
    )
    for text in (line, "Access Denied AKIAABCDEFGHIJKLMNOP password='hunter2' s3://lake/x"):
        [seen] = read(text)
        for secret in ("abcdef0123", "hunter2", "ABCDEFGHIJKLMNOP"):
            assert secret not in seen.text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from((m.BARE, m.SPARK, m.ACCESS_LOG, m.TRAIL_TEXT)))
def test_any_text_is_read(noise: str, message: str) -> None:
    read(noise)
    read(message[: len(noise)])
    assert read(f"{noise}\n\n{m.SDK2}")


@pytest.mark.parametrize(
    "text",
    [
        "User: arn:" + "a" * 500_000 + " is not authorized to perform: s3:GetObject",
        "denied s3://" + "b" * 500_000,
        "denied " + "s3://b/k " * 50_000,
        "because no " * 50_000 + "denied",
        "a.b." * 100_000 + ": denied",
        "ugi=" * 100_000 + "denied",
        "Caused by: denied\n" * 50_000,
        "{" * 100_000 + '"eventName" denied',
        'denied\\"' * 100_000,
        "x " * 300_000 + '"GET 403 AccessDenied',
    ],
    ids=["arn", "bucket", "paths", "because", "class", "user", "trace", "json", "quotes", "log"],
)
def test_hostile_texts_take_bounded_time(text: str) -> None:
    start = perf_counter()
    read(text)
    assert perf_counter() - start < 5
