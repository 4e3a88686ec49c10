"""`opskit emrfs init` from the command line: flags, files, the example, a cluster."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.load import load
from tests.emrfs import accounts

FLAGS = ["--base-role", "base", "--account", "123456789012", "--group", "eng=r-eng"]


def run(*args: object) -> int:
    return cli.run(["emrfs", "init", *map(str, args)])


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    with accounts.account(monkeypatch):
        yield


def test_flags_make_a_document_that_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*FLAGS, "--prefix", "s3://b/x/=r-x", "--release", "emr-6.15.0", "--name", "n") == 0
    out, err = capsys.readouterr()
    assert err == ""
    Path("emrfs.yaml").write_text(out)
    design = load("emrfs.yaml")
    assert (design.name, design.release) == ("n", "emr-6.15.0")
    assert [str(role.arn) for role in design.every_role()] == [
        "arn:aws:iam::123456789012:role/r-eng",
        "arn:aws:iam::123456789012:role/r-x",
    ]


def test_a_file_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    Path("emrfs.yaml").write_text("mine\n")
    assert run(*FLAGS, "-f", "emrfs.yaml") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "is there already" in err
    assert Path("emrfs.yaml").read_text() == "mine\n"
    assert run(*FLAGS, "-f", "emrfs.yaml", "--force") == 0
    assert Path("emrfs.yaml.bak").read_text() == "mine\n"
    assert run(*FLAGS, "-f", "emrfs.yaml") == 0  # the same again


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "which role do the cluster's instances have?"),
        (["--base-role", "b"], "nothing to map"),
        (["--base-role", "b", "--user", "x"], "--user takes NAME=ROLE"),
        (["--example", "--cluster", "j-1"], "--cluster and --example are two sources"),
        (["--from", "x", "--user", "a=b"], "--from and --user are two sources"),
        (["--from", "none.json"], "no such file"),
        ([*FLAGS, "--account", "12"], "account"),
        ([*FLAGS, "--release", "6.15"], "release"),
    ],
)
def test_bad_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert run(*arguments, "-f", "emrfs.yaml") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert not Path("emrfs.yaml").exists()


def test_the_example_is_the_published_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--example", "-f", "my/emrfs.yaml") == 0
    assert load("my/emrfs.yaml").account == "511586466501"
    capsys.readouterr()
    assert run("--example") == 0
    out, err = capsys.readouterr()
    assert "bind_password: ${BIND_PASSWORD}" in out
    assert "BIND_PASSWORD" in err
    Path("one.yaml").write_text(out)
    assert len(load("one.yaml").mappings) == 4


def test_another_format_is_carried_over(capsys: pytest.CaptureFixture[str]) -> None:
    mappings = [{"user": "a|b", "iamRole": "r"}, {"iamRole": "default"}]
    Path("trino.json").write_text(json.dumps({"mappings": mappings}))
    assert run("--from", "trino.json", "--base-role", "base", "--account", "123456789012") == 0
    out, err = capsys.readouterr()
    assert "# - mappings[1] of Trino (line 1) is left out" in out
    assert "left out: it is for everyone" in err
    Path("emrfs.yaml").write_text(out)
    design = load("emrfs.yaml")
    assert design.base_role is not None
    assert str(design.base_role.arn) == "arn:aws:iam::123456789012:role/base"
    assert [i.text for i in design.mappings[0].identifiers] == ["a", "b"]


def test_a_cluster(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.add_base()
    accounts.add_role("eng", accounts.TRUST, own=accounts.data("eng"))
    accounts.add_configuration("shared", accounts.configuration(("eng", "Group", "eng")))
    kerberos = {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "hunter2"}
    cluster = accounts.add_cluster("c", "shared", KerberosAttributes=kerberos)
    assert run("--cluster", cluster, "-f", "emrfs.yaml") == 0
    assert "hunter2" not in Path("emrfs.yaml").read_text()
    design = load("emrfs.yaml")
    assert design.base_role is not None
    assert design.base_role.name == "emr-base"
    assert design.role_of(design.mappings[0]).permissions is not None
    assert run("--security-configuration", "shared") == 0
    assert "${BASE_ROLE}" in capsys.readouterr().out
    accounts.refused(monkeypatch, "GetRolePolicy")
    assert run("--cluster", cluster) == 4
    out, err = capsys.readouterr()
    assert "iam:GetRolePolicy" in err
    assert "groups: [eng]" in out


def test_what_aws_does_not_have_or_refuses(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("--cluster", "j-NONE", "-f", "emrfs.yaml") == 3
    assert run("--security-configuration", "none") == 3
    accounts.refused(monkeypatch, "DescribeCluster")
    assert run("--cluster", "j-NONE") == 3
    assert "it needs elasticmapreduce:DescribeCluster" in capsys.readouterr().err
    assert not Path("emrfs.yaml").exists()


@pytest.mark.parametrize("folder", ["taken", "/proc/opskit-no-folder"])
def test_a_folder_that_cannot_be_made_is_bad_input(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("mine")
    assert run("--example", "-f", f"{folder}/emrfs.yaml") == 2
    assert folder in capsys.readouterr().err
