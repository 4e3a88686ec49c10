"""`opskit storage profile` from the command line: trees, buckets, inventories, and bad usage.

The bucket is that of `tests.storage.s3server`, which checks no signature.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from opskit import cli
from opskit.storage.profile.document import read_profile, to_json
from opskit.storage.profile.local import scan
from tests.storage.profile.inventories import CREATED, objects, write
from tests.storage.profile.trees import STRICT, as_nobody, for_everybody, make, mounted
from tests.storage.s3server import Faults, Object, running


def run(*args: object) -> int:
    return cli.run(["storage", "profile", *map(str, args)])


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings and no credentials of this machine."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch) -> Path:
    mounted(monkeypatch, STRICT)
    make(Path("tree/a"), 5000, changed=400, read=100)
    make(Path("tree/b/c"), 300_000, changed=40)
    return Path("tree")


def test_json_is_the_document_that_the_others_read(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tree, "-o", "json", "--egress", "2TB", "--reads", "1M", "--writes", "5k") == 0
    printed = capsys.readouterr().out
    document = json.loads(printed)
    assert document["schema"] == "opskit.storage.profile/1"
    Path("p.json").write_text(printed)
    found = read_profile(Path("p.json"))
    assert to_json(found) == document
    assert found.stored == scan(tree, say=lambda text: None).stored
    monthly = found.monthly
    assert (monthly.egress, monthly.reads, monthly.writes, monthly.lists) == (
        *(2 * 10**12, 10**6, 5000),
        0,
    )


def test_yaml_is_the_same(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "-o", "yaml") == 0
    Path("p.yaml").write_text(capsys.readouterr().out)
    assert read_profile(Path("p.yaml")) == scan(tree, say=lambda text: None)


def test_tables_for_people(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--egress", "1GB") == 0
    printed, said = capsys.readouterr()
    lines = printed.splitlines()
    assert lines[0].startswith("tree, 20")
    assert lines[0].endswith(": 2 objects, 305 KB, 152.5 KB on the average")
    assert "4 to 128 KiB            1    50 %    5 KB   1.6 %" in lines
    assert "50 % of the objects and 1.6 % of the bytes are below 128 KiB" in lines
    assert "1 to 2 years                 1    50 %    5 KB   1.6 %" in lines
    assert "in a month: 1 GB sent" in lines
    assert max(map(len, lines)) <= 80
    assert "note: times of reading on / are kept" in said


def test_what_may_not_be_read_is_partial() -> None:
    with for_everybody() as root:
        make(root / "closed/a", 10)
        make(root / "open/b", 10)
        assert run(root, "-o", "json") == 0  # loads all that somebody else may not load
        (root / "closed").chmod(0)
        told = json.loads(as_nobody(lambda: captured(root, "-o", "json")))
        (root / "closed").chmod(0o755)
    assert told["status"] == 4
    assert "warning: not counted: 1 folder that could not be read: closed" in told["err"]
    assert sum(each["objects"] for each in json.loads(told["out"])["stored"]) == 1


def captured(*args: object) -> str:
    """What a run prints, says and returns, as JSON: for another process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run(*args)
    return json.dumps({"status": status, "out": out.getvalue(), "err": err.getvalue()})


def test_a_bucket(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [Object(f"logs/{n:04}", n * 100, storage_class="GLACIER") for n in range(2500)]
    with running([*listed, Object("other", 5)]) as server:
        asked = ("s3://bucket/logs/", "--endpoint-url", server.url, "--workers", 8)
        assert run(*asked, "-o", "json") == 0
        found = json.loads(capsys.readouterr().out)
        assert {each["class"] for each in found["stored"]} == {"glacier"}
        assert sum(each["objects"] for each in found["stored"]) == 2500
        assert found["source"] == "s3://bucket/logs/"
        assert run(*asked, "--no-sign-request", "--resume", "journal") == 0
        assert Path("journal").exists()


def test_the_provider_of_an_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    def taken(*more: str) -> tuple[str, str, str]:
        asked = ("s3://bucket", "--endpoint-url", server.url, "-o", "json")
        assert run(*asked, *more) == 0
        printed, said = capsys.readouterr()
        found = json.loads(printed)
        return found["provider"], found["region"], said

    with running([Object("a", 5)]) as server:
        provider, _, said = taken()
        assert provider == ""
        assert "the provider is not known by the endpoint: --provider names it" in said
        provider, region, said = taken("--provider", "Wasabi")
        assert (provider, region) == ("wasabi", "us-east-1")
        assert "the provider is not known" not in said
        provider, region, said = taken("--provider", "b2", "--region", "us-west-004")
        assert (provider, region) == ("b2", "us-west")
        provider, region, said = taken("--provider", "b2", "--region", "mars")
        assert (provider, region) == ("b2", "")
        assert "the region 'mars' is none of b2" in said


def test_no_object_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    with running([Object("logs/a", 5)]) as server:
        assert run("s3://bucket/nothere", "--endpoint-url", server.url) == 0
        assert "note: no object begins with 'nothere'" in capsys.readouterr().err
        assert run("s3://bucket/logs/", "--endpoint-url", server.url) == 0
        assert "no object begins" not in capsys.readouterr().err
    with running([]) as server:
        assert run("s3://bucket", "--endpoint-url", server.url) == 0
        assert "note: the bucket has no objects" in capsys.readouterr().err


def test_checksums_are_compared_where_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write(tmp_path, objects(200), "Parquet")
    document = json.loads(made.manifest.read_text())
    document["files"][0]["MD5checksum"] = "0" * 32
    made.rewrite(files=document["files"])
    monkeypatch.setattr("opskit.storage.profile.parts.UNASKED", 1000)
    assert run(f"inventory:{made.manifest}") == 0
    assert "were not compared" in capsys.readouterr().err
    assert run(f"inventory:{made.manifest}", "--verify") == 2
    assert "its MD5 is" in capsys.readouterr().err


def test_a_bucket_with_a_closed_prefix_is_partial(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [Object(f"{folder}/{n}", 1) for folder in ("closed", "open") for n in range(5)]
    # as a policy on s3:prefix has it: the whole may be listed by folders only
    with running(listed, Faults(denied=("closed/",), only_delimited=("",))) as server:
        assert run("s3://bucket", "--endpoint-url", server.url, "-o", "json") == 4
    printed, said = capsys.readouterr()
    assert sum(each["objects"] for each in json.loads(printed)["stored"]) == 5
    assert "warning: not counted: s3://bucket/closed/" in said


def test_uploads_that_cannot_be_listed_are_partial(capsys: pytest.CaptureFixture[str]) -> None:
    faults = Faults(hook=lambda number, query: 501 if "uploads" in query else None)
    with running([Object("a", 1)], faults) as server:
        assert run("s3://bucket", "--endpoint-url", server.url, "-o", "json") == 4
    printed, said = capsys.readouterr()
    assert len(json.loads(printed)["skipped"]) == 1
    assert "warning: not counted: incomplete uploads (the server does not list them)" in said


def test_a_scan_that_is_not_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opskit.storage.profile.athena.query", lambda *asked: "SELECT 1")
    monkeypatch.setattr("opskit.output.console.is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert run("--engine", "athena", "--table", "s3.inventory", "--where", "dt = '1'") == 1
    printed, said = capsys.readouterr()
    assert printed == ""
    assert "[y/N]" in said
    assert said.endswith("nothing was scanned\n")


def test_an_inventory(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = write(tmp_path, objects(200), "Parquet")
    assert run(f"inventory:{made.manifest}", "-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["taken_on"] == CREATED.date().isoformat()
    assert sum(each["objects"] for each in found["stored"]) > 100


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "nothing says what to measure"),
        (["none"], "no such folder"),
        (["file"], "is a file, not a folder"),
        (["gs://bucket"], "cannot be listed"),
        (["s3://"], "no name follows"),
        (["s3://Bad_Bucket!/x"], "'Bad_Bucket!' is no name of a bucket"),
        (["cloudwatch:Bad_Bucket!"], "is no name of a bucket"),
        (["s3://bucket", "--provider", "minio"], "'minio' is no provider"),
        (["cloudwatch:bucket", "--provider", "b2"], "--provider is of no use for a bucket's"),
        (["s3://bucket", "--verify"], "--verify is of no use for a bucket"),
        (["inventory:m.json", "--region", "moon"], "AWS has no region 'moon'"),
        (["cloudwatch:bucket", "--region", "moon"], "AWS has no region 'moon'"),
        (["inventory:a.parquet"], "a manifest.json is wanted"),
        (["cloudwatch:"], "no name follows"),
        (["inventory:"], "no name follows"),
        (["inventory:none.json"], "no such file"),
        (["tree", "--resume", "journal"], "--resume is of no use for a local folder"),
        (["tree", "--profile", "prod"], "--profile is of no use for a local folder"),
        (["tree", "--engine", "duckdb"], "--engine is of no use for a local folder"),
        (["tree", "--workers", "65"], "65 processes"),
        (["s3://bucket", "--cross-mounts"], "--cross-mounts is of no use for a bucket"),
        (["s3://bucket", "--endpoint-url", "here"], "is no URL"),
        (["cloudwatch:bucket", "--workers", "2"], "--workers is of no use"),
        (["tree", "--egress", "10T"], "'10T' is no size"),
        (["tree", "--reads", "-1"], "negative"),
        (["--engine", "athena"], "name the --table"),
        (["inventory:x", "--engine", "athena", "--table", "a.b"], "and nothing else"),
        (["--table", "a.b"], "nothing says what to measure"),
        (["--engine", "athena", "--table", "a b"], "'a b' is no table"),
    ],
)
def test_bad_usage(
    tree: Path, args: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("x")
    assert run(*args) == 2
    printed, said = capsys.readouterr()
    assert printed == ""
    assert words in said
    assert not Path("journal").exists()


def test_nobody_listens_there(capsys: pytest.CaptureFixture[str]) -> None:
    with running([]) as server:
        url = server.url
        assert (
            run("cloudwatch:bucket", "--endpoint-url", url.replace("127.0.0.1", "127.0.0.2")) == 3
        )
    assert "hint:" in capsys.readouterr().err
