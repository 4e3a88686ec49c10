"""EMR020 and EMR021: the end of a prefix."""

import pytest

from opskit.findings import Severity
from tests.emrfs.rules.checks import config, found, mapping, own, placed

PATH = "match: {prefixes: path}\n"


def one(*prefixes: str) -> str:
    return "".join(f'- role: r{n}\n  prefixes: ["{text}"]\n' for n, text in enumerate(prefixes))


def policies(role: str, *resources: str) -> str:
    statement = f"{{Effect: Allow, Action: 's3:*Object', Resource: {list(resources)}}}"
    listed = f"[{{Version: '2012-10-17', Statement: [{statement}]}}]" if resources else "[]"
    return f"  {role}: {{permissions: {listed}}}\n"


@pytest.mark.parametrize(
    ("prefix", "says"),
    [
        ("s3://lake/raw", "s3://lake/raw covers all keys of lake that start with raw"),
        ("s3a://lake/a/b", "s3a://lake/a/b covers all keys of lake that start with a/b"),
        ("s3://lake", "s3://lake covers all buckets that start so"),
    ],
)
def test_without_a_slash(prefix: str, says: str) -> None:
    made = config(mapping("raw", "Prefix", prefix))
    assert placed(made, "EMR020") == [(9, "mappings[0]")]
    [finding] = found(made, "EMR020")
    assert finding.message == f"mappings[0]: {says}"
    assert finding.expected == f"{prefix}/"
    assert placed(own(one(prefix)), "EMR020") == [(5, "mappings[0]")]


@pytest.mark.parametrize(
    "prefix", ["s3://lake/", "s3://lake/raw/", "s3://lake/raw*", "s3://lake*", "s3://lake/raw/*"]
)
def test_with_a_slash_or_a_star(prefix: str) -> None:
    assert placed(config(mapping("raw", "Prefix", prefix)), "EMR020") == []


def test_where_folders_match_both_are_quiet() -> None:
    made = own(one("s3://lake/raw", "s3://lake/other/"), PATH)
    assert placed(made, "EMR020") == placed(made, "EMR021") == []


def test_neighbours_are_named() -> None:
    made = own(
        one("s3://lake/raw-first/", "s3://lake/raw", "s3://lake/raw/in/", "s3://lake/raw-old/"),
        "buckets: {lake-raw: {}}\n",
    )
    assert found(made, "EMR020")[0].message.endswith("start with raw: s3://lake/raw-old/ too")
    made = own(one("s3://lake"), "buckets: {lake: {}, lake-raw: {}, lak: {}}\n")
    assert found(made, "EMR020")[0].message.endswith("start so: s3://lake-raw/ too")
    made = own(one("s3://lake"), f"roles:\n{policies('r0', 'arn:aws:s3:::lake2/*')}")
    assert found(made, "EMR020")[0].message.endswith(": s3://lake2/ too")


def test_many_neighbours_are_counted() -> None:
    made = own(one("s3://lake/raw", *(f"s3://lake/raw{n}/" for n in range(9))))
    message = found(made, "EMR020")[0].message
    assert message.endswith("s3://lake/raw0/, s3://lake/raw1/, s3://lake/raw2/ and more too")


def test_the_folder_object_is_told_as_info_where_policies_are_not_known() -> None:
    made = config(mapping("raw", "Prefix", "s3://lake/raw/", "s3://lake/in/"))
    assert placed(made, "EMR021") == [(9, "mappings[0]")]
    [finding] = found(made, "EMR021")
    assert finding.severity is Severity.INFO
    assert "arn:aws:s3:::lake/raw/*. Or map the whole bucket, s3://lake/" in finding.fix
    assert finding.message == (
        "mappings[0]: s3://lake/raw, without the '/', falls to the base role, and so with 1 more"
    )


@pytest.mark.parametrize(
    ("mapped", "base", "differs"),
    [
        (["arn:aws:s3:::lake/raw*"], [], True),
        (["arn:aws:s3:::lake/raw/*"], ["arn:aws:s3:::lake/*"], True),
        (["arn:aws:s3:::lake/raw/*"], [], False),
        (["arn:aws:s3:::lake/*"], ["arn:aws:s3:::lake/*"], False),
    ],
)
def test_the_folder_object_matters_where_iam_decides_otherwise(
    mapped: list[str], base: list[str], differs: bool
) -> None:
    roles = f"roles:\n{policies('base', *base)}{policies('r0', *mapped)}"
    made = own(one("s3://lake/raw/"), roles)
    assert placed(made, "EMR021") == [(5, "mappings[0]")] * differs
    assert all(each.severity is Severity.WARNING for each in found(made, "EMR021"))


def test_the_folder_object_falls_to_the_next_mapping() -> None:
    made = own(one("s3://lake/raw/", "s3://lake/"))
    assert "falls to r1 (mappings[1])" in found(made, "EMR021")[0].message
    same = own('- role: r\n  prefixes: ["s3://lake/raw/", "s3://lake/"]\n')
    assert placed(same, "EMR021") == []


def test_buckets_have_no_folder_object() -> None:
    assert placed(config(mapping("raw", "Prefix", "s3://lake/", "s3://b/*")), "EMR021") == []


@pytest.mark.parametrize("prefix", ["https://lake/raw/", "lake/raw", "s3://l/*/raw", "s3://l/*/r/"])
def test_what_is_written_otherwise_is_told_by_other_rules(prefix: str) -> None:
    made = config(mapping("raw", "Prefix", prefix))
    assert placed(made, "EMR020") == placed(made, "EMR021") == []
    assert placed(made, "EMR005") or placed(made, "EMR022")


def test_what_never_decides_is_told_by_emr010_alone() -> None:
    made = own(one("s3://lake/", "s3://lake/raw", "s3://lake/in/"))
    assert placed(made, "EMR020") == placed(made, "EMR021") == []
    assert len(placed(made, "EMR010")) == 2
