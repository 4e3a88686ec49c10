"""EMR005, EMR022, EMR023: how a prefix is written."""

import pytest

from tests.emrfs.rules.checks import config, found, mapping, own, placed


@pytest.mark.parametrize(
    ("text", "expected", "says"),
    [
        ("direct", "s3://direct", "the bucket 'direct'"),
        ("direct/raw/", "s3://direct/raw/", "the bucket 'direct'"),
        ("/raw/", "s3://raw/", "names no bucket"),
        ("s3:/lake/raw/", "s3://lake/raw/", "the bucket 's3:'"),
        ("s3//lake/raw/", "s3://lake/raw/", "the bucket 's3'"),
    ],
)
def test_no_scheme(text: str, expected: str, says: str) -> None:
    made = config(mapping("raw", "Prefix", text))
    assert placed(made, "EMR005") == [(9, "mappings[0]")]
    [finding] = found(made, "EMR005")
    assert (finding.expected, finding.fixable) == (expected, False)
    assert says in finding.message


def test_no_scheme_is_mended_where_the_bucket_is_known() -> None:
    mappings = '- role: a\n  prefixes: ["s3://lake/a/", lake/b/, other/]\n'
    made = own(mappings)
    assert [(f.expected, f.fixable) for f in found(made, "EMR005")] == [
        ("s3://lake/b/", True),
        ("s3://other/", False),
    ]
    made = own(mappings, "buckets: {other: {}}\n")
    assert [each.fixable for each in found(made, "EMR005")] == [True, True]


@pytest.mark.parametrize(
    ("text", "expected", "fixable"),
    [
        ("s3a://lake/raw/", "s3://lake/raw/", True),
        ("S3N://lake/raw/", "s3://lake/raw/", True),
        ("s3a://lake/*/raw/", "s3://lake/*/raw/", True),
        ("https://lake.s3.eu-west-1.amazonaws.com/raw/", "s3://lake/raw/", False),
        ("https://s3.amazonaws.com/lake/raw/", "s3://lake/raw/", False),
        ("https://lake.s3-website-eu-west-1.amazonaws.com/", "s3://lake/", False),
        ("hdfs:///raw/", "s3://bucket/folder/", False),
        ("arn:aws:s3:::lake/raw/*", "s3://lake/raw/", False),
        ("arn:aws:s3:::lake", "s3://lake", False),
        ("s3://lake/*/raw/", "s3://lake/", False),
        ("s3://lake*/", "s3://lake", False),
    ],
)
def test_other_forms(text: str, expected: str, fixable: bool) -> None:
    made = config(mapping("raw", "Prefix", text))
    assert placed(made, "EMR022") == [(9, "mappings[0]")]
    [finding] = found(made, "EMR022")
    assert (finding.expected, finding.fixable) == (expected, fixable)
    assert placed(made, "EMR005") == placed(made, "EMR023") == []


@pytest.mark.parametrize(
    ("bucket", "says"),
    [
        ("ab", "has 2 characters"),
        ("a" * 64, "has 64 characters"),
        ("Lake", "upper case"),
        ("my_lake", "'_'"),
        ("l\u00e4ke", "'\u00e4'"),
        ("-lake", "start and end"),
        ("lake.", "start and end"),
        ("la..ke", "two periods"),
        ("192.168.5.4", "an IP address"),
        ("xn--lake", "xn--"),
        ("sthree-lake", "sthree-"),
        ("amzn-s3-demo-bucket", "amzn-s3-demo-"),
        ("", "empty"),
    ],
)
def test_impossible_buckets(bucket: str, says: str) -> None:
    made = config(mapping("raw", "Prefix", f"s3://{bucket}/raw/"))
    assert placed(made, "EMR023") == [(9, "mappings[0]")]
    message = found(made, "EMR023")[0].message
    assert "no new bucket can be called" in message
    assert says in message


@pytest.mark.parametrize(
    "text",
    [
        *("s3://lake/", "s3://lake/raw/", "s3://lake/raw/*", "s3://lake/raw*", "s3://1.2.3/"),
        *(
            "s3://my.lake-1/",
            f"s3://{'a' * 63}/",
            "s3://300.168.5.4/",
            "s3://lake--use1-az4--x-s3/",
        ),
        *("s3://point-s3alias/", "s3://${var.bucket}/", "${var.prefix}"),
    ],
)
def test_good_prefixes_are_quiet(text: str) -> None:
    made = config(mapping("raw", "Prefix", text), mapping("ana", "User", "s3a://", "direct"))
    assert [placed(made, code) for code in ("EMR005", "EMR022", "EMR023")] == [[], [], []]


def test_in_a_document() -> None:
    made = own('- role: raw\n  prefixes: ["s3a://lake/", direct, "s3://X/"]\n')
    lines = [placed(made, code) for code in ("EMR005", "EMR022", "EMR023")]
    assert lines == [[(5, "mappings[0]")]] * 3
