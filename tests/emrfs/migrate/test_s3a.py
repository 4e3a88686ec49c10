"""To S3A: what is carried over, what is lost, what changes."""

import pytest

from opskit.emrfs.load import load
from opskit.emrfs.migrate import s3a
from opskit.emrfs.migrate.plan import Outcome, Plan
from opskit.errors import InputError
from tests.emrfs.build.documents import lake
from tests.emrfs.designs import EXAMPLES


def planned(*properties: str, prefix: str = "s3://b/", more: str = "") -> Plan:
    settings = ", ".join(f"{each}" for each in properties)
    cluster = (
        f"cluster:\n  applications: [Spark]\n  configurations: [{{Classification: core-site, "
        f"Properties: {{{settings}}}}}]\n"
    )
    return s3a.plan(lake(prefix, more=cluster + more))


def test_the_published_scenario_moves() -> None:
    made = s3a.plan(load(EXAMPLES / "emrfs.yaml"))
    assert {row.outcome for row in made.rows} == {Outcome.MOVES}
    (launch,) = made.steps[0].commands
    assert "--release-label emr-7.10.0" in launch
    assert "--ec2-attributes InstanceProfile=EMR_EC2_RestrictedRole" in launch
    assert "Abc123456" not in str(made)


def test_without_compatibility_all_is_lost() -> None:
    made = planned("fs.s3a.emrfs.compatibility.enable: 'false'")
    assert made.rows[0].outcome is Outcome.CANNOT
    assert "take fs.s3a.emrfs.compatibility.enable=false out" in made.steps[0].title
    assert not made.complete


@pytest.mark.parametrize(
    "properties",
    [
        ["fs.s3a.emrfs.compatibility.enable: 'true'"],
        ["fs.s3a.emrfs.compatibility.enable: 'false'", "fs.s3a.authorization.roleMapping: x"],
    ],
)
def test_mappings_that_are_carried_over_or_written_for_s3a(properties: list[str]) -> None:
    assert planned(*properties).rows[0].outcome is Outcome.MOVES


@pytest.mark.parametrize(
    ("prefix", "changes"), [("s3://b/x/", True), ("s3://b/x", False), ("s3://b/", False)]
)
def test_markers_of_folders(prefix: str, changes: bool) -> None:
    row = planned(prefix=prefix).rows[0]
    assert (row.outcome is Outcome.CHANGES) is changes
    assert ("x_$folder$" in str(row.reasons)) is changes


@pytest.mark.parametrize(
    ("setting", "note"),
    [
        ("fs.s3.sts.sessionDurationSeconds: '900'", "fs.s3a.assumed.role.session.duration"),
        ("fs.s3.customAWSCredentialsProvider: x", "write fs.s3a.aws.credentials.provider"),
        ("fs.s3.consistent.retryCount: '5'", "without a counterpart in S3A: fs.s3.consistent"),
        ("fs.s3.impl: com.amazon.ws.emr.hadoop.fs.EmrFileSystem", "nothing moves until"),
    ],
)
def test_settings(setting: str, note: str) -> None:
    assert any(note in each for each in planned(setting).notes)
    assert not any(note in each for each in planned().notes)


def test_what_s3a_does_not_work_with() -> None:
    more = "blocks: {AuthorizationConfiguration: {RangerConfiguration: {AdminServerURL: x}}}\n"
    assert any("Ranger" in each for each in planned(more=more).notes)
    cluster = "cluster: {applications: [Trino, Spark]}\n"
    made = s3a.plan(lake("s3://b/", more=cluster))
    assert any(each.startswith("Trino does not use S3A") for each in made.notes)


@pytest.mark.parametrize(
    ("known", "to", "target"),
    [
        ("", "", "emr-7.10.0"),
        ("emr-7.9.0", "", "emr-7.10.0"),
        ("emr-7.12.0", "", "emr-7.12.0"),
        ("emr-7.9.0", "emr-8.0.0", "emr-8.0.0"),
    ],
)
def test_releases(known: str, to: str, target: str) -> None:
    made = s3a.plan(lake("s3://b/", more=f"release: {known}\n" if known else ""), to)
    assert any(f"--release-label {target}" in each for each in made.steps[0].commands)


@pytest.mark.parametrize("to", ["emr-7.9.0", "7.10.0", "emr-x"])
def test_a_release_without_s3a_is_refused(to: str) -> None:
    with pytest.raises(InputError, match="no release with S3A"):
        s3a.plan(lake("s3://b/"), to)


def test_a_design_without_a_base_role_has_no_launch_command() -> None:
    made = lake("s3://b/")
    made.base_role = None
    assert s3a.plan(made).steps[0].commands == []
