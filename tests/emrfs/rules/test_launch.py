"""EMR044, EMR050 and EMR052: the launch of clusters."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.emrfs.rules.rule_designs import found, roles

OFF = [
    {
        "Classification": "core-site",
        "Properties": {"fs.s3a.emrfs.compatibility.enable": "false"},
    }
]


@pytest.mark.parametrize(
    ("cluster", "fires"),
    [
        ({"instance-profile": "EMR_EC2_DefaultRole"}, True),
        ({"instance-profile": "arn:aws:iam::111122223333:instance-profile/x/Other"}, True),
        ({"instance-profile": "Base"}, False),
        ({"instance-profile": "arn:aws:iam::111122223333:instance-profile/Base"}, False),
        ({"instance-profile": "${var.profile}"}, False),
        ({"instance-profile": "Nodes", "profile-role": "Base"}, False),
        ({"instance-profile": "Base", "profile-role": "Other"}, True),
        ({}, False),
    ],
)
def test_the_instance_profile_holds_the_base_role(cluster: dict[str, Any], fires: bool) -> None:
    findings = found(roles(cluster=cluster), "EMR044")
    assert bool(findings) is fires
    for finding in findings:
        assert finding.expected == "Base"
        assert finding.location is not None
        assert finding.location.line


@pytest.mark.parametrize(
    ("release", "fires"),
    [
        ("emr-7.10.0", True),
        ("emr-7.11.0", True),
        ("emr-8.0.0", True),
        ("", True),
        ("emr-7.9.0", False),
        ("emr-6.15.0", False),
    ],
)
def test_mappings_that_are_not_carried_over(release: str, fires: bool) -> None:
    model = roles(release=release, cluster={"configurations": OFF})
    findings = found(model, "EMR050")
    assert bool(findings) is fires
    assert all(finding.level is Severity.WARNING for finding in findings)


@pytest.mark.parametrize("value", ["true", "", True])
def test_quiet_where_they_are(value: object) -> None:
    on = [{"Classification": "core-site", "Properties": {**OFF[0]["Properties"], "x": "false"}}]  # type: ignore[dict-item]
    on[0]["Properties"]["fs.s3a.emrfs.compatibility.enable"] = value  # type: ignore[index]
    assert found(roles(release="emr-7.10.0", cluster={"configurations": on}), "EMR050") == []


@pytest.mark.parametrize(
    ("count", "level"),
    [(None, None), (539, None), (540, Severity.WARNING), (600, Severity.ERROR)],
)
def test_the_limit_of_security_configurations(count: int | None, level: Severity | None) -> None:
    model = roles()
    model.in_account = count
    assert [finding.level for finding in found(model, "EMR052")] == ([level] if level else [])
