"""`opskit storage hybrid` from the command line: a real tree, its profile, and bad usage."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from opskit import cli, examples
from tests.storage.profile.trees import STRICT, as_nobody, for_everybody, make, mounted

EXAMPLE = Path(str(examples.__path__[0])) / "storage/rules.yaml"
RULES = """\
local: {cost: 25 USD/TB-month}
rules:
  - {name: stays, match: legal/, keep: local}
  - name: accounting
    match: accounting/**
    untouched: 1y
    to: {provider: aws, class: glacier}
  - {name: nothing, extensions: [nope], to: {provider: aws}}
"""
BY_SIZE = """\
local: {cost: 25 USD/TB-month}
rules:
  - {name: large, larger: 1GiB, untouched: 1y, to: {provider: aws, class: glacier}}
"""


def run(*args: object) -> int:
    return cli.run(["storage", "hybrid", *map(str, args)])


@pytest.fixture(autouse=True)
def _tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    mounted(monkeypatch, STRICT)
    make(Path("tree/accounting/old.pdf"), 10**12, changed=500)
    make(Path("tree/accounting/new.pdf"), 10**11, changed=50)
    make(Path("tree/legal/old.pdf"), 10**10, changed=500)
    Path("rules.yaml").write_text(RULES)
    Path("size.yaml").write_text(BY_SIZE)
    Path("small.pdf").write_bytes(b"%PDF-1.7\n\xe2\xe3")


def test_what_moves_and_what_it_saves(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules.yaml", "tree") == 0
    printed, said = capsys.readouterr()
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert lines[:5] == [
        "RULE TO FILES SIZE",
        "stays stays 1 10 GB",
        "accounting aws glacier, us-east-1 1 1 TB",
        "nothing aws standard, us-east-1 0 0 B",
        "no rule stays 1 100 GB",
    ]
    assert "accounting: accounting/old.pdf (1 TB)" in lines
    assert "all of it here, a month $27.75" in lines
    assert "what stays here, a month $2.75" in lines
    assert max(map(len, printed.splitlines())) <= 80
    assert "nothing falls under the rule 'nothing'" in said
    assert "nothing falls under the rule 'stays'" not in said


def test_json_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules.yaml", "tree", "-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.storage.hybrid/1"
    assert [(each["rule"], each["action"], each["bytes"]) for each in found["rules"]] == [
        ("stays", "keep", 10**10),
        ("accounting", "move", 10**12),
        ("nothing", "move", 0),
        (None, "keep", 10**11),
    ]
    assert found["rules"][1]["examples"] == [
        {"path": "accounting/old.pdf", "bytes": 10**12, "changed_days": 500, "read_days": 500}
    ]
    [place] = found["places"]
    assert (place["provider"], place["region"], place["files"]) == ("aws", "us-east-1", 1)
    # 10^12 bytes are 931.32 GiB, at $0.0036 of S3 Glacier Flexible Retrieval in us-east-1
    assert place["month"] == 3.35
    assert found["saved"] == 27.75 - 2.75 - 3.35
    assert found["recall_all"] > place["month"]


def test_the_files_that_move(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules.yaml", "tree", "--list", "-o", "csv") == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row == {
        "path": "accounting/old.pdf",
        "bytes": str(10**12),
        "changed_days": "500",
        "read_days": "500",
        "rule": "accounting",
        "provider": "aws",
        "region": "us-east-1",
        "class": "glacier",
    }
    assert run("rules.yaml", "tree", "--list", "-o", "jsonl") == 0
    assert json.loads(capsys.readouterr().out)["path"] == "accounting/old.pdf"


def test_a_name_that_is_no_utf8_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    make(Path("tree/accounting") / "\udcff.pdf", 10, changed=500)
    assert run("rules.yaml", "tree", "--list", "-o", "jsonl") == 0
    printed, said = capsys.readouterr()
    paths = [json.loads(line)["path"] for line in printed.splitlines()]
    assert paths == ["accounting/old.pdf", "accounting/\\xff.pdf"]
    assert "of 1 name that is not UTF-8, the other bytes are written as" in said


def test_control_characters_in_names_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    name = 'accounting/a\nb\t"c"\x1b[1m\r.pdf'
    make(Path("tree") / name, 10, changed=500)
    assert run("rules.yaml", "tree", "--list", "-o", "csv") == 0
    printed = io.StringIO(capsys.readouterr().out, newline="")
    assert [row["path"] for row in csv.DictReader(printed)] == [name, "accounting/old.pdf"]
    for fmt in ("json", "yaml"):
        assert run("rules.yaml", "tree", "--list", "-o", fmt) == 0
        found = yaml.safe_load(capsys.readouterr().out)
        assert [row["path"] for row in found["rows"]] == [name, "accounting/old.pdf"]


def test_the_speed_of_recalls_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def whole(*more: str) -> tuple[str, float]:
        assert run("rules.yaml", "tree", *more) == 0
        line = next(x for x in capsys.readouterr().out.splitlines() if "all of it back" in x)
        assert run("rules.yaml", "tree", "-o", "json", *more) == 0
        return line, json.loads(capsys.readouterr().out)["recall_all"]

    cheapest, fast = whole(), whole("--speed", "expedited")
    assert cheapest[0].startswith("reading all of it back (bulk), once ")
    assert fast[0].startswith("reading all of it back (expedited), once ")
    assert cheapest[1] < fast[1]
    # as gravity has it: leaving is to read all of it once
    args = ["--stored", "1TB", "--objects", "1", "--class", "glacier", "--providers", "aws"]
    assert cli.run(["storage", "gravity", *args, "-o", "json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert cheapest[1] == row["leave"]


def test_a_part_is_read_back_where_the_rules_say_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules.yaml", "tree") == 0
    assert "of what moved back" not in capsys.readouterr().out
    Path("rules.yaml").write_text(f"recall: 2%\n{RULES}")
    assert run("rules.yaml", "tree") == 0
    assert "reading 2 % of what moved back (bulk), a month" in capsys.readouterr().out


def test_a_profile_by_sizes_and_times(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["storage", "profile", "tree", "-o", "json"])
    Path("profile.json").write_text(capsys.readouterr().out)
    assert run("size.yaml", "profile.json", "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert run("size.yaml", "tree", "-o", "json") == 0
    of_tree = json.loads(capsys.readouterr().out)
    for name in ("saved", "before", "recall_all", "move", "places"):
        assert told[name] == of_tree[name]


def test_a_profile_has_no_paths(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["storage", "profile", "tree", "-o", "json"])
    Path("profile.json").write_text(capsys.readouterr().out)
    assert run("rules.yaml", "profile.json") == 3
    printed, said = capsys.readouterr()
    assert "PERHAPS ALSO" in printed
    assert "not known" in printed
    assert "the rule 'accounting' goes by paths, and a profile has none" in said
    assert run("rules.yaml", "profile.json", "--list") == 2


def test_a_part_that_may_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    with for_everybody() as root:
        make(root / "closed/a", 10)
        (root / "rules.yaml").write_text(RULES)
        assert run(root / "rules.yaml", root) == 0  # loads what somebody else may not load
        (root / "closed").chmod(0)
        assert as_nobody(lambda: str(int(run(root / "rules.yaml", root)))).endswith("4")
        (root / "closed").chmod(0o755)


def test_a_currency_without_a_rate(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules.yaml").write_text(RULES.replace("USD", "EUR"))
    assert run("rules.yaml", "tree") == 3
    assert "--rate EUR=1.10 compares it" in capsys.readouterr().err
    assert run("rules.yaml", "tree", "--rate", "EUR=1.10") == 0


def test_without_a_local_cost(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules.yaml").write_text(RULES.partition("\n")[2])
    assert run("rules.yaml", "tree") == 0
    printed, said = capsys.readouterr()
    assert "saved" not in printed
    assert "what it saves is not told" in said


def test_a_loss_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules.yaml").write_text(RULES.replace("25 USD", "1 USD"))
    assert run("rules.yaml", "tree") == 0
    printed, said = capsys.readouterr()
    assert "-$2.35" in printed
    assert "costs more in the cloud than it saves" in said


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(EXAMPLE, "tree") == 0
    assert "accounting not touched for a year" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["none.yaml", "tree"], "no such file"),
        (["rules.yaml", "none"], "none: no such folder, and no such profile"),
        (["rules.yaml", "small.pdf"], "small.pdf: is a single file, and no profile"),
        (["rules.yaml", "tree", "--speed", "warp"], "the speeds are standard, bulk"),
        (["rules.yaml", "tree", "--part-size", "8"], "add the unit"),
        (["rules.yaml", "tree", "--part-size", "0"], "parts of no size"),
        (["rules.yaml", "rules.yaml"], "rules.yaml:1"),
        (["tree/legal/old.pdf", "tree"], "is larger than"),
        (["rules.yaml", "tree", "--catalog", "tree"], "no provider's file"),
        (["rules.yaml", "tree", "--rate", "EUR"], "no exchange rate"),
    ],
)
def test_bad_usage(args: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    printed, said = capsys.readouterr()
    assert printed == ""
    assert words in said
