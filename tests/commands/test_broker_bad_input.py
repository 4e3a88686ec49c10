"""Bad input: one clear error, exit 2, bounded time and memory, and no file changed."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from opskit import cli

SECONDS = 30
GIGABYTE = 1 << 30
ENTITIES = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 10))
BOMB = f'<!DOCTYPE b [<!ENTITY l0 "ha">{ENTITIES}]><broker>&l9;</broker>'
YAML_BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 30)
)
TOPOLOGY = """\
brokers:
  a: {engine: activemq, version: 5.17.2, endpoints: ["tcp://a.example:61616"]}
  b: {engine: activemq, version: 5.17.2, endpoints: ["tcp://b.example:61616"]}
routes:
  - {from: a, to: b, queues: [Q]}
"""

# Name, content, and what the error has to say.
XML = [
    ("malformed", "<broker><networkConnectors></broker>", "bad.xml:1:30: not well-formed XML"),
    ("entity-bomb", BOMB, "entity"),
    (
        "external-entity",
        '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><broker>&x;</broker>',
        "entity 'x'",
    ),
    ("external-dtd", '<!DOCTYPE b SYSTEM "http://127.0.0.1:1/x.dtd"><b>&x;</b>', "entity 'x'"),
    ("deep", "<a>" * 100_000, "nested deeper"),
    ("binary", "\0\1\2\3" * 100, "binary"),
    ("empty", "", "empty"),
    ("no-broker", "<beans/>", "configures no broker"),
    ("twice-an-attribute", '<broker brokerName="a" brokerName="b"/>', "duplicate attribute"),
    ("encoding", '<?xml version="1.0" encoding="nonsense"?><broker/>', "encoding 'nonsense'"),
]
YAML = [
    ("malformed", "brokers: [", "bad.yaml:"),
    ("alias-bomb", YAML_BOMB, "bad.yaml:"),
    ("deep", "[" * 100_000, "bad.yaml:1:"),
    ("binary", "\0\1\2", "bad.yaml"),
    ("empty", "", "bad.yaml"),
    ("tag", "brokers: !!python/object/apply:os.system ['false']\n", "bad.yaml:1:10"),
    ("duplicate-key", TOPOLOGY + "routes: []\n", "bad.yaml:6:1"),
    ("unknown-broker", TOPOLOGY.replace("to: b", "to: bb"), "bad.yaml:5:19"),
    ("unknown-key", TOPOLOGY.replace("queues", "queus"), "did you mean `queues`"),
    ("another-shape", "- a\n- b\n", "bad.yaml:1:1"),
    ("two-documents", f"{TOPOLOGY}---\n{TOPOLOGY}", "bad.yaml:"),
]
COMMANDS = [["lint"], ["explain", "queue://Q"], ["graph"], ["migrate", "--from", "5.17"]]


def opskit(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own that may take a gigabyte and half a minute."""
    return subprocess.run(
        [sys.executable, "-m", "opskit", "broker", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (GIGABYTE, GIGABYTE)),
    )


def arguments(command: list[str], path: str) -> list[str]:
    name, *rest = command
    more = ["--to", "5.18"] if name == "migrate" else []
    return [name, path, *rest, *more]


def refuses(run: subprocess.CompletedProcess[str], says: str) -> None:
    assert run.returncode == 2, run.stderr
    assert run.stdout == ""
    assert says in run.stderr
    assert run.stderr.startswith("error: ")
    assert "hint: " in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr) < 2000


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(("content", "says"), [c[1:] for c in XML], ids=[c[0] for c in XML])
def test_a_broken_broker_file(tmp_path: Path, command: list[str], content: str, says: str) -> None:
    (tmp_path / "bad.xml").write_text(content)
    refuses(opskit(tmp_path, *arguments(command, "bad.xml")), says)


@pytest.mark.parametrize("command", [*COMMANDS, ["generate"]], ids=lambda command: command[0])
@pytest.mark.parametrize(("content", "says"), [c[1:] for c in YAML], ids=[c[0] for c in YAML])
def test_a_broken_topology(tmp_path: Path, command: list[str], content: str, says: str) -> None:
    (tmp_path / "bad.yaml").write_text(content)
    refuses(opskit(tmp_path, *arguments(command, "bad.yaml")), says)


@pytest.mark.parametrize("name", ["huge.xml", "huge.yaml"])
def test_a_file_of_100_megabytes(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as stream:
        stream.write(b"<broker>" if name.endswith("xml") else b"brokers:\n")
        stream.truncate(100 << 20)
    for command in COMMANDS:
        refuses(opskit(tmp_path, *arguments(command, name)), "larger than")


def test_a_folder_without_rights(capsys: pytest.CaptureFixture[str]) -> None:
    """Permission bits do not bind root, who steps down for it, and could not import then."""
    cli.run(["broker", "lint", "missing.xml"])
    me = os.geteuid()
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        closed = Path(folder, "closed")
        closed.mkdir(mode=0o000)
        if me == 0:
            os.seteuid(65534)
        try:
            status = cli.run(["broker", "lint", str(closed)])
        finally:
            os.seteuid(me)
    assert status == 2
    assert f"{closed}: cannot list the folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "says"),
    [("missing.xml", "no such file"), ("empty", "no broker file in this folder")],
)
def test_nothing_there(tmp_path: Path, path: str, says: str) -> None:
    (tmp_path / "empty").mkdir()
    refuses(opskit(tmp_path, "lint", path), says)


@pytest.mark.parametrize(("content", "says"), [c[1:] for c in XML], ids=[c[0] for c in XML])
def test_patch_changes_no_file_that_it_cannot_read(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "bad.xml").write_text(content)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    run = opskit(tmp_path, "patch", "bad.xml", "--topology", "topology.yaml", "--yes")
    assert run.returncode == 2, run.stderr
    assert "hint: " in run.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
