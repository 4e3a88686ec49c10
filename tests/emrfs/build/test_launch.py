"""The command line: what a shell makes of it, and what is not in it."""

import json
import subprocess
from pathlib import Path

import pytest

from opskit.emrfs.build import launch
from opskit.emrfs.load import load
from opskit.emrfs.model import Cluster
from opskit.errors import InputError
from tests.emrfs.build.documents import lake
from tests.emrfs.designs import EXAMPLES

RELEASE = "release: emr-7.9.0\n"
SECRETS = {
    "KDC_ADMIN_PASSWORD": 'a b,c=$d"e',
    "AD_DOMAIN_JOIN_PASSWORD": "`id`",
    "CROSS_REALM_PASSWORD": "x",
}


def words(script: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """What `aws` gets as arguments when a shell runs the script."""
    aws = folder / "aws"
    aws.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n')
    aws.chmod(0o755)
    found = subprocess.run(
        ["sh", "-eu", "-c", script],
        env={"PATH": f"{folder}:/bin:/usr/bin", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split("\0")[:-1]


def option(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(f"--{name}") + 1]


def test_the_published_scenario(tmp_path: Path) -> None:
    notes: list[str] = []
    script = launch.render(load(EXAMPLES / "emrfs.yaml"), notes)
    arguments = words(script, tmp_path, SECRETS)
    assert arguments[:2] == ["emr", "create-cluster"]
    # the published command names another instance profile than the text
    assert option(arguments, "ec2-attributes") == "InstanceProfile=EMR_EC2_RestrictedRole"
    assert "EMR_EC2_DefaultRole" in notes[0]
    assert option(arguments, "security-configuration") == "MyKerberosConfig"
    assert option(arguments, "configurations") == "file://configurations.json"
    assert option(arguments, "instance-count") == "3"
    start = arguments.index("--applications")
    assert arguments[start + 1 : start + 5] == [
        f"Name={x}" for x in ["Hadoop", "Hive", "Hue", "Spark"]
    ]
    kerberos = option(arguments, "kerberos-attributes")
    assert kerberos == (
        "Realm=EC2.INTERNAL,KdcAdminPassword='a b,c=$d\"e',ADDomainJoinUser=adjoiner,"
        "ADDomainJoinPassword='`id`',CrossRealmTrustPrincipalPassword='x'"
    )
    assert not any(secret in script for secret in SECRETS.values() if len(secret) > 1)


def test_the_shell_stops_where_a_password_is_not_set(tmp_path: Path) -> None:
    script = launch.render(load(EXAMPLES / "emrfs.yaml"), [])
    with pytest.raises(subprocess.CalledProcessError) as caught:
        words(script, tmp_path, {})
    assert "KDC_ADMIN_PASSWORD" in caught.value.stderr


HOSTILE = """
release: emr-7.9.0
name: "$(touch x)"
cluster:
  name: "a'b $HOME `id`"
  log-uri: s3://logs/x y/
  service-role: "r;ls"
  instance-profile: other
  kerberos-attributes: {Realm: "$HOME\\"`id`", KdcAdminPassword: hunter22}
  options:
    tags: ["a=b c", "d='e'"]
    ec2-attributes: {KeyName: "k'ey", InstanceProfile: wrong}
    termination-protected: true
    auto-terminate: false
    instance-groups: [{InstanceGroupType: MASTER, InstanceCount: 1}]
    step-concurrency-level: 5
    release-label: emr-1.0
"""


def test_nothing_in_the_document_is_run_by_the_shell(tmp_path: Path) -> None:
    notes: list[str] = []
    script = launch.render(lake("s3://b/", more=HOSTILE), notes)
    arguments = words(script, tmp_path, {"KDC_ADMIN_PASSWORD": "p", "HOME": "/root"})
    assert option(arguments, "name") == "a'b $HOME `id`"
    assert option(arguments, "security-configuration") == "$(touch x)"
    assert option(arguments, "log-uri") == "s3://logs/x y/"
    assert option(arguments, "service-role") == "r;ls"
    start = arguments.index("--tags")
    assert arguments[start + 1 : start + 3] == ["a=b c", "d='e'"]
    assert json.loads(option(arguments, "ec2-attributes")) == {
        "KeyName": "k'ey",
        "InstanceProfile": "base",
    }
    assert "--termination-protected" in arguments
    assert "--no-auto-terminate" in arguments
    assert json.loads(option(arguments, "instance-groups"))[0]["InstanceCount"] == 1
    assert option(arguments, "kerberos-attributes") == ("Realm=$HOME\"`id`,KdcAdminPassword='p'")
    assert option(arguments, "release-label") == "emr-7.9.0"
    assert "hunter22" not in script + str(notes)
    assert any("KdcAdminPassword is not written out" in note for note in notes)
    assert any("release-label" in note for note in notes)


def test_attributes_of_instances_written_short() -> None:
    more = (
        RELEASE
        + 'cluster:\n  options: {ec2-attributes: "KeyName=k,InstanceProfile=x,SubnetId=s"}\n'
    )
    script = launch.render(lake("s3://b/", more=more), [])
    assert "--ec2-attributes InstanceProfile=base,KeyName=k,SubnetId=s" in script


def test_without_a_cluster() -> None:
    notes: list[str] = []
    script = launch.render(lake("s3://b/", more=RELEASE), notes)
    assert "--security-configuration emrfs-role-mappings" in script
    assert len(notes) == 2  # the service role, and no instances
    assert script == launch.render(lake("s3://b/", more=RELEASE), [])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", "release of EMR is not known"),
        (RELEASE + "kerberos: {Provider: ClusterDedicatedKdc}\n", "needs the cluster's Kerberos"),
        (RELEASE + "cluster:\n  options: {'--x y': 1}\n", "is no option"),
        (
            RELEASE
            + "cluster:\n  configurations: [{Classification: x, Properties: {password: y}}]\n",
            "written out",
        ),
    ],
)
def test_what_would_not_start_is_refused(more: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        launch.render(lake("s3://b/", more=more), [])


def test_the_files_beside_the_command() -> None:
    files = launch.files(load(EXAMPLES / "emrfs.yaml"), [])
    assert list(files) == ["create-cluster.sh", "configurations.json"]
    assert files["create-cluster.sh"].startswith("#!/bin/sh\nset -eu\ncd ")
    assert "Abc123456" not in str(files)
    assert json.loads(files["configurations.json"])[0]["Classification"] == "hue-ini"


@pytest.mark.parametrize(
    ("held", "profile", "said"), [("base", "mine", 0), ("", "base", 1), ("other", "base", 1)]
)
def test_a_profile_of_another_name_that_holds_the_base_role(
    held: str, profile: str, said: int
) -> None:
    made = lake("s3://b/", more=f"{RELEASE}cluster: {{instance-profile: mine}}\n")
    assert made.cluster is not None
    made.cluster.profile_role = held
    notes: list[str] = []
    assert f"--ec2-attributes InstanceProfile={profile}" in launch.render(made, notes)
    assert sum("EMR044" in note for note in notes) == said


def test_the_configurations_hold_no_second_mappings() -> None:
    """What a cluster of before had would contradict the mappings of the document."""
    found = lake("s3://b/x/")
    found.release = "emr-7.9.0"
    old = {"fs.s3.authorization.roleMapping": "arn:aws:iam::111122223333:role/old=u:ana"}
    found.cluster = found.cluster or Cluster()
    found.cluster.configurations = ({"Classification": "emrfs-site", "Properties": old},)
    notes: list[str] = []
    made = launch.files(found, notes)
    assert list(made) == [launch.SCRIPT]
    assert "--configurations" not in made[launch.SCRIPT]
    assert any("roleMapping" in note for note in notes)
    kept = {"Classification": "emrfs-site", "Properties": {**old, "fs.x": "1"}}
    found.cluster.configurations = (kept,)
    made = launch.files(found, [])
    assert json.loads(made[launch.CONFIGURATIONS]) == [
        {"Classification": "emrfs-site", "Properties": {"fs.x": "1"}}
    ]
