"""What leaks, and to whom."""

from typing import Any

import pytest

from opskit.emrfs.leak import exit_code, fields, leak, rows, sentences
from opskit.emrfs.load import read
from opskit.errors import ExitCode
from tests.emrfs.designs import EXAMPLES
from tests.emrfs.rules.rule_designs import allow, policy, roles

ALL = policy(allow("s3:GetObject", "*"))
PEOPLE = {"users": {"ana": ["eng"], "bob": ["staff"], "eve": ["staff", "eng"]}}
MAPPINGS = [{"role": "Eng", "groups": ["eng"]}, {"role": "Pre", "prefixes": ["s3://lake/raw/"]}]


def closed(**more: Any) -> dict[str, Any]:
    return {"directory": {**PEOPLE, "complete": True}, "mappings": MAPPINGS, **more}


def test_who_falls_in_both_readings_of_groups() -> None:
    found = leak(roles(base=ALL, **closed()))
    assert [(each.user, each.readings) for each in found.fallen] == [
        ("bob", ("all", "primary")),
        ("eve", ("primary",)),
    ]
    assert [each.user for each in found.falling] == ["bob"]
    assert "eve would fall to it too" in " ".join(sentences(found))
    primary = leak(roles(base=ALL, match={"groups": "primary"}, **closed()))
    assert [each.user for each in primary.falling] == ["bob", "eve"]


def test_prefixes_that_those_who_fall_keep() -> None:
    found = leak(roles(base=ALL, **closed()))
    assert [(each.prefix, each.mapping) for each in found.kept] == [("s3://lake/raw/", 1)]


@pytest.mark.parametrize(
    ("base", "more", "status"),
    [
        (ALL, closed(), ExitCode.NO),
        (None, closed(), ExitCode.OK),
        (policy(allow("s3:GetObject", "arn:aws:s3:::lake/raw/*")), closed(), ExitCode.OK),
        (ALL, closed(directory={"users": {"ana": ["eng"]}, "complete": True}), ExitCode.OK),
        (ALL, closed(directory={"users": {"ana": ["eng"]}}), ExitCode.NO),
        (
            policy(allow("s3:*", "*", Condition={"StringEquals": {"aws:SourceVpc": "v"}})),
            closed(),
            ExitCode.UNKNOWN,
        ),
        (policy(), closed(), ExitCode.UNKNOWN),
    ],
    ids=[
        "all",
        "nothing",
        "inside a mapped prefix",
        "nobody falls",
        "anyone else falls",
        "conditions open",
        "not understood",
    ],
)
def test_exit_status(base: dict[str, Any] | None, more: dict[str, Any], status: ExitCode) -> None:
    assert exit_code(leak(roles(base=base, **more))) is status


@pytest.mark.parametrize(
    "action",
    [
        *("s3:DeleteObjectVersion", "s3:PutObjectAcl", "s3:PutBucketAcl", "s3:PutBucketPolicy"),
        *("s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration"),
    ],
)
def test_what_deletes_or_opens_data_leaks_too(action: str) -> None:
    assert exit_code(leak(roles(base=policy(allow(action, "*")), **closed()))) is ExitCode.NO


@pytest.mark.parametrize(
    ("bucket", "status"),
    [
        ("eu-west-1.elasticmapreduce", ExitCode.OK),
        ("eu-west-1.elasticmapreduce.data", ExitCode.NO),
    ],
)
def test_buckets_of_emr_itself_and_those_that_only_sound_so(bucket: str, status: ExitCode) -> None:
    read_it = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    assert exit_code(leak(roles(base=read_it, **closed()))) is status


def test_what_may_be_the_log_folder_is_no_leak_for_sure() -> None:
    put = policy(allow("s3:PutObject", "arn:aws:s3:::logs/emr/*"))
    found = leak(roles(base=put, **closed()))
    assert exit_code(found) is ExitCode.UNKNOWN
    assert "s3://logs/emr/* may be the log folder" in " ".join(sentences(found))
    assert [row["may_be_logs"] for row in rows(found)] == [True]
    named = {"cluster": {"name": "c", "log-uri": "s3://logs/emr/", "options": {}}}
    assert exit_code(leak(roles(base=put, **closed(**named)))) is ExitCode.OK
    other = {"cluster": {"name": "c", "log-uri": "s3://logs/else/", "options": {}}}
    assert exit_code(leak(roles(base=put, **closed(**other)))) is ExitCode.NO
    more = policy(
        allow("s3:PutObject", "arn:aws:s3:::logs/emr/*"), allow("s3:Get*", "arn:aws:s3:::x/*")
    )
    assert exit_code(leak(roles(base=more, **closed()))) is ExitCode.NO


def test_policies_that_are_not_known() -> None:
    model = roles(**closed())
    assert model.base_role is not None
    model.base_role.permissions = None
    found = leak(model)
    assert exit_code(found) is ExitCode.UNKNOWN
    assert fields(found)["known"] is False
    assert rows(found) == []
    model.base_role = None
    assert exit_code(leak(model)) is ExitCode.UNKNOWN


def test_a_row_says_to_whom_it_is_open() -> None:
    base = policy(allow("s3:GetObject", ["arn:aws:s3:::lake/raw/*", "arn:aws:s3:::lake/x/*"]))
    inside, outside = rows(leak(roles(base=base, **closed())))
    assert (inside["inside_prefix"], inside["users"]) == (True, [])
    assert (outside["inside_prefix"], outside["users"]) == (False, ["bob"])
    assert outside["statement"]["policy"] == "Base[0]"


def test_the_published_scenario_leaks_nothing() -> None:
    found = leak(read(EXAMPLES / "emrfs.yaml"))
    assert found.reached == ()
    assert exit_code(found) is ExitCode.OK
    assert [each.user for each in found.falling] == ["analyst1"]
