"""`opskit broker init`: what it prints is a topology that `generate` takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from opskit import cli

FIRST = "ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617"
SECOND = "ssl://b-1234-2.mq.eu-west-1.amazonaws.com:61617"
INIT = ["broker", "init", "--from", "onprem=tcp://mq.corp.example:61616"]


def test_what_it_prints_generates(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = [*INIT, "--to", f"cloud={FIRST},{SECOND}", "--queue", "TestingQ"]
    arguments += ["--queue", "orders.>", "--topic", "News", "--user", "bridge"]
    assert cli.run([*arguments, "--from-version", "5.17.2", "--to-version", "5.18"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "assumed" not in out
    written = tmp_path / "topology.yaml"
    written.write_text(out)
    assert cli.run(["broker", "generate", str(written)]) == 0
    xml = capsys.readouterr().out
    for part in (
        'name="Q:onprem->cloud"',
        'name="T:onprem->cloud"',
        f'uri="masterslave:({FIRST},{SECOND})"',
        '<queue physicalName="orders.>"/>',
        'remotePassword="${CLOUD_PASSWORD}"',
    ):
        assert part in xml


def test_a_missing_user_of_amazon_mq_is_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*INIT, "--to", f"cloud={FIRST}", "--queue", "A"]
    assert cli.run(arguments) == 0
    assert "cloud (Amazon MQ) asks for a user: give --user NAME" in capsys.readouterr().err
    assert cli.run([*arguments, "--user", "me"]) == 0
    assert "--user" not in capsys.readouterr().err
    assert cli.run([*INIT, "--to", "far=tcp://far.example:61616", "--queue", "A"]) == 0
    assert "--user" not in capsys.readouterr().err


def test_a_lonely_member_of_a_pair_is_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*INIT, "--to", f"cloud={FIRST}", "--queue", "A"]) == 0
    out, err = capsys.readouterr()
    assert FIRST in out
    assert SECOND not in out
    assert SECOND in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", f"cloud={FIRST}"], "nothing to route"),
        (["--to", "cloud", "--queue", "A"], "--to takes NAME=URI[,URI]"),
        (["--to", "cloud=amqp+ssl://h:5671", "--queue", "A"], "over amqp+ssl://"),
        (["--queue", "A"], "--to"),
    ],
)
def test_bad_usage_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert cli.run([*INIT, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
