"""`opskit rule`, as a person at a terminal and a script see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opskit import cli
from tests.output.test_console import on_terminal


def test_fixable_is_yes_or_no(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rule"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert {row[2] for row in rows} == {"yes", "no"}
    assert cli.run(["rule", "-o", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)["rules"]
    assert [rule["fixable"] for rule in rules] == [row[2] == "yes" for row in rows]


def test_a_page_wraps_at_words_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rule", "BRK001"]) == 0
    page = capsys.readouterr().out
    seen = on_terminal("from opskit.cli import run; run(['rule', 'BRK001'])", columns=60)
    assert max(map(len, page.splitlines())) > 60
    assert max(len(line) for line in seen.splitlines() if "://" not in line) <= 60
    assert seen.split() == page.split()


@pytest.mark.parametrize(("setting", "start"), [("json", "{"), ("sarif", "# BRK001")])
def test_the_setting_counts_where_it_can(
    setting: str,
    start: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "opskit.yaml").write_text(f"output: {setting}\n")
    monkeypatch.chdir(tmp_path)
    assert cli.run(["rule", "BRK001"]) == 0
    assert capsys.readouterr().out.startswith(start)
