"""`opskit storage estimate` from the command line: formats, flags, notes, exit statuses."""

import csv
import io
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from opskit import cli
from opskit.storage.catalog import load
from tests import browser

TEN = ("--tb", "10", "--avg-object", "4MB", "--egress", "2TB", "--as-of", "2026-11-28")
SOME = (*TEN, "--providers", "aws,b2,wasabi,hetzner")


def run(*args: object) -> int:
    return cli.run(["storage", "estimate", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.storage.estimate/1"
    return found


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME, "-o", "json") == 0
    found = document(capsys)
    rows = {(each["provider"], each["class"]): each for each in found["rows"]}
    first = found["rows"][0]
    assert (first["provider"], first["rank"], first["total"]) == ("wasabi", 1, 72.67)
    aws = rows["aws", "standard"]
    assert aws["total"] == 372.84
    assert aws["total_exact"].startswith("372.84")
    assert aws["low"] < aws["total"] < aws["high"]
    assert aws["storage"] + aws["egress"] == pytest.approx(aws["total"])
    assert rows["b2", "standard"]["state"] == "unverified"
    assert rows["b2", "standard"]["rank"] is None
    assert rows["hetzner", "standard"]["currency"] == "EUR"
    assert rows["hetzner", "standard"]["state"] == "other currency"
    assert found["profile"]["bytes"] == 10**13
    assert found["profile"]["objects"] == 2_500_000
    assert found["as_of"] == "2026-11-28"


def test_explained_json_has_every_line_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME, "--explain", "-o", "json") == 0
    for row in document(capsys)["rows"]:
        assert row["lines"]
        for line in row["lines"]:
            assert line["source"]
            assert line["status"] in ("verified", "unverified", "conflict")
            date.fromisoformat(line["read_on"])


def test_explained_lines_as_csv_and_jsonl(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME, "--explain", "-o", "csv") == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    own = [each for each in lines if (each["provider"], each["class"]) == ("aws", "standard")]
    assert {"storage", "egress"} == {each["item"] for each in own}
    assert own[0]["tier"] == "0-51200"
    assert run(*SOME, "--explain", "-o", "jsonl") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(lines)


def test_csv_has_plain_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME, "-o", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0]["provider"] == "wasabi"
    assert float(rows[0]["total"]) == 72.67


def test_the_table_and_what_is_said_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].split()[:4] == ["RANK", "PROVIDER", "CLASS", "REGION"]
    assert lines[1].split()[:4] == ["1", "wasabi", "standard", "us-east-1"]
    assert "$69.43*" in told.out
    assert "b2: unverified: what it calls a GB and a month" in told.err
    assert "--rate EUR=1.23 compares it" in told.err
    assert told.err.count("warning:") == 1
    assert "days old" in told.err


def test_the_lines_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--providers", "b2,aws", "--class", "standard", "--explain") == 0
    told = capsys.readouterr().out
    assert "storage of standard: 9.99 TB-month x $6.95 = $69.43" in told
    assert "(tier 0-51200)" in told
    assert "read on 2026-09-29 [b2-pricing]" in told
    assert told.count("[b2-pricing] Backblaze B2") == 1
    assert told.count("https://www.backblaze.com/cloud-storage/pricing") == 1
    assert "! unverified: what it calls a GB and a month" in told


def test_requests_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    use = (*TEN, "--reads", "500k", "--writes", "2M", "--providers", "r2,aws,azure", "--explain")
    assert run(*use) == 0
    told = capsys.readouterr().out
    assert "write of standard: 1 million requests x $4.50 a million = $4.50" in told
    assert "write of standard: 2,000 thousand requests x $0.005 a thousand = $10.00" in told
    assert "write of hot: 2,000 thousand requests x $0.05 per 10 thousand = $10.00" in told
    assert "9,313.23 GB-month" in told


def test_markdown_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME, "-o", "md") == 0
    assert "unverified: what it calls a GB" in capsys.readouterr().out


def test_the_unverified_on_request_and_currencies_by_a_rate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(*SOME, "--allow-unverified", "--rate", "EUR=1.10", "-o", "json") == 0
    found = document(capsys)
    assert all(each["rank"] for each in found["rows"])
    hetzner = next(each for each in found["rows"] if each["provider"] == "hetzner")
    assert hetzner["ranked_by"] == pytest.approx(hetzner["total"] * 1.1, abs=0.01)
    assert found["rates"] == {"EUR": "1.1"}


def test_tb_is_decimal_and_stored_takes_both(capsys: pytest.CaptureFixture[str]) -> None:
    totals = []
    for size in (("--tb", "10"), ("--stored", "10TB"), ("--stored", "10TiB")):
        assert run(*size, "--objects", "1M", "--providers", "aws", "-o", "json") == 0
        totals.append(document(capsys)["profile"]["bytes"])
    assert totals == [10**13, 10**13, 10 * 2**40]


def test_a_policy_breach_is_no_amount(capsys: pytest.CaptureFixture[str]) -> None:
    use = ("--tb", "10", "--egress", "20TB", "--providers", "wasabi")
    assert run(*use) == 0
    told = capsys.readouterr()
    assert "policy breach" in told.out
    assert "$" not in told.out
    assert "egress is 2.00 times what is stored, and the policy allows 1" in told.err


@pytest.mark.parametrize("fmt", ["csv", "md"])
def test_lines_do_not_hide_a_breach(fmt: str, capsys: pytest.CaptureFixture[str]) -> None:
    use = ("--tb", "10", "--egress", "20TB", "--reads", "1M", "--providers", "wasabi,linode")
    assert run(*use, "--explain", "-o", fmt) == 0
    text = capsys.readouterr().out
    assert "policy breach: egress is 2.00 times what is stored" in text
    assert "no price: read of standard" in text
    if fmt == "csv":
        lines = list(csv.DictReader(io.StringIO(text)))
        assert {each["state"] for each in lines} == {"policy breach", "no price"}
        [breach] = [e for e in lines if e["provider"] == "wasabi" and e["item"] == "egress"]
        assert breach["amount"] == ""


def test_a_terminal_of_80_columns_keeps_rank_and_band(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from opskit.output import console

    monkeypatch.setattr(console, "terminal_width", lambda _=None: 80)
    assert run(*TEN, "--reads", "1M", "--explain") == 0
    told = capsys.readouterr()
    head = told.out.splitlines()[0].split()
    assert (head[0], head[-2:]) == ("RANK", ["TOTAL", "BAND"])
    assert "±3.7%" in told.out
    lines = (told.out + told.err).splitlines()
    assert [each for each in lines if len(each) > 80 and "https://" not in each] == []


def test_regions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SOME, "--region", "eu-central-1", "-o", "json") == 0
    found = document(capsys)
    assert {each["provider"] for each in found["rows"]} == {"aws", "wasabi"}
    assert found["notes"][0] == "without a region eu-central-1, and left out: b2, hetzner"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "nothing says how much is stored"),
        (("--tb", "10TB"), "--tb: '10TB' is no number of TB"),
        (("--tb", "-1"), "--tb: '-1' is negative"),
        (("--tb", "1,5"), "has a comma"),
        (("--tb", "ten"), "is not a number of TB"),
        (("--tb", ""), "is not a number of TB"),
        (("--tb", "1e30"), "is not a number of TB"),
        (("--tb", "99999999999999"), "more than anybody has"),
        (("--stored", "10T"), "--stored: '10T' is no size"),
        (("--stored", "10"), "--stored: '10' is no size"),
        (("--tb", "1", "--stored", "1TB"), "--tb and --stored both"),
        (("--tb", "1", "--objects", "5", "--avg-object", "1MB"), "--objects does"),
        (("--tb", "1", "--avg-object", "0B"), "objects of no size"),
        (("--tb", "1", "--avg-object", "4"), "4MB is 4 x 10^6 bytes, 4MiB is 4 x 2^20"),
        (("--tb", "1", "--egress", "2"), "--egress: '2' is no size"),
        (("--tb", "1", "--reads", "1MB"), "--reads: '1MB' is no number"),
        (("--tb", "1", "--region", "eu-centrl-1"), "did you mean eu-central-1"),
        (("--tb", "1", "--providers", "aws,bb"), "'bb' is no provider of the catalog"),
        (("--tb", "1", "--class", "standrd"), "did you mean standard"),
        (("--tb", "1", "--month", "2026-13"), "is no month"),
        (("--tb", "1", "--rate", "EUR=1,1"), "is no exchange rate"),
        (("none.yaml",), "none.yaml: no such file"),
    ],
)
def test_bad_usage(args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert not told.out


PROFILE = """\
provider: aws
region: eu-west-1
stored:
  - {objects: 1M, bytes: 10TB, class: STANDARD}
  - {objects: 1M, bytes: 10TB, class: DEEP_ARCHIVE}
monthly: {egress: 1TB}
notes: [one prefix could not be listed]
"""


def test_a_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "profile.yaml").write_text(PROFILE)
    assert run("profile.yaml", "--providers", "aws", "--egress", "0", "-o", "json") == 0
    found = document(capsys)
    own = next(each for each in found["rows"] if each["as_it_is"])
    assert (own["class"], own["region"], own["egress"]) == ("as it is", "eu-west-1", 0)
    assert found["profile"]["egress"] == 0
    assert found["notes"][0] == "one prefix could not be listed"


def test_where_it_is_is_told_beside_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "profile.yaml").write_text(PROFILE)
    use = ("profile.yaml", "--providers", "r2", "--as-of", "2026-11-28")
    assert run(*use) == 0
    told = capsys.readouterr()
    assert "aws" not in told.out
    assert "as it is: aws eu-west-1 $" in told.err
    assert run(*use, "-o", "json") == 0
    found = document(capsys)
    assert [(each["provider"], each["rank"]) for each in found["rows"]] == [("r2", 1)]
    assert (found["as_it_is"]["provider"], found["as_it_is"]["rank"]) == ("aws", None)
    assert run("profile.yaml", "--as-of", "2026-11-28") == 0
    assert "as it is: aws" not in capsys.readouterr().err


def test_a_class_that_the_catalog_has_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE.replace("DEEP_ARCHIVE", "DEEPER"))
    assert run("p.yaml", "--providers", "aws", "-o", "json") == 0
    found = document(capsys)
    assert found["as_it_is"]["reasons"] == ["storage of DEEPER"]
    assert (found["as_it_is"]["total"], found["as_it_is"]["state"]) == (None, "no price")


def test_what_is_unread_in_intelligent_tiering(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "{objects: 1M, bytes: 10TB, class: INTELLIGENT_TIERING}"
    totals = []
    for idle in ("", ", idle: 45", ", idle: 90"):
        text = f"provider: aws\nregion: us-east-1\nstored:\n  - {line.replace('}', idle + '}')}\n"
        (tmp_path / "p.yaml").write_text(text)
        assert run("p.yaml", "--providers", "aws", "-o", "json", "--as-of", "2026-11-28") == 0
        told = capsys.readouterr()
        totals.append(json.loads(told.out)["as_it_is"]["storage"])
        assert ("all in frequent access" in told.err) == (not idle)
    assert totals == [214.2, 116.42, 37.25]


def test_a_profile_and_flags_that_say_what_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "profile.yaml").write_text(PROFILE)
    assert run("profile.yaml", "--tb", "10") == 2
    assert "the profile says what is stored, and so does --tb" in capsys.readouterr().err


def test_prices_of_another_day(capsys: pytest.CaptureFixture[str]) -> None:
    use = ("--tb", "10", "--objects", "1M", "--providers", "b2", "-o", "json", "--as-of")
    assert run(*use, "2026-04-30") == 0
    before = document(capsys)["rows"][0]["storage"]
    assert run(*use, "2026-05-01") == 0
    after = document(capsys)["rows"][0]["storage"]
    assert (before, after) == (59.94, 69.43)


def test_another_month_has_the_prices_of_its_first_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Backblaze B2 was $6.00 a TB until the end of April 2026."""
    use = ("--tb", "10", "--objects", "1M", "--providers", "b2", "--month", "2026-04")
    assert run(*use, "-o", "json") == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert (found["as_of"], found["rows"][0]["storage"]) == ("2026-04-01", 59.94)
    assert told.err.count("prices are those of 2026-04-01") == 1
    assert run(*use, "--as-of", "2026-05-01", "-o", "json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["rows"][0]["storage"] == 69.43
    assert "prices are those" not in told.err


def test_this_month_has_the_prices_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    use = ("--tb", "1", "--providers", "r2", "-o", "json", "--month")
    assert run(*use, f"{date.today():%Y-%m}") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["as_of"] == date.today().isoformat()
    assert "prices are those" not in told.err


def test_googles_example_without_what_is_free(capsys: pytest.CaptureFixture[str]) -> None:
    """Cloud Storage pricing examples, "Simple": $1.19."""
    use = ("--stored", "50GiB", "--objects", "1", "--writes", "10k", "--reads", "50k")
    place = ("--egress", "1GiB", "--providers", "gcs", "--region", "us-east1", "-o", "json")
    totals = []
    for more in ((), ("--no-free",)):
        assert run(*use, *place, *more, "--as-of", "2026-11-28") == 0
        found = document(capsys)
        totals.append((found["free_amounts"], found["rows"][0]["total"]))
    assert totals == [(True, 0.93), (False, 1.19)]


def test_before_all_prices_nothing_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--tb", "1", "--as-of", "2000-01-01", "--providers", "aws", "-o", "json") == 3
    [first, *_] = document(capsys)["rows"]
    assert first["total"] is None
    assert "its first price is of" in first["reasons"][0]


def test_a_clock_before_the_newest_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from opskit.commands.storage import common, pricing

    class Early(date):
        @classmethod
        def today(cls) -> "Early":
            return cls(2026, 6, 1)

    monkeypatch.setattr(pricing, "date", Early)
    monkeypatch.setattr(common, "date", Early)
    assert run("--tb", "1", "--providers", "r2") == 0
    assert "the clock of this machine is wrong, or the catalog is from the future" in (
        capsys.readouterr().err
    )
    assert run("--tb", "1", "--providers", "r2", "--as-of", "2026-06-01") == 0
    assert "the clock" not in capsys.readouterr().err


def test_a_catalog_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own"
    own.mkdir()
    text = (load.BUNDLED / "r2.yaml").read_text()
    (own / "r2.yaml").write_text(text.replace("value: 0.015,", "value: 0.15,"))
    use = ("--tb", "10", "--objects", "1M", "--class", "standard", "--catalog", own)
    assert run(*use, "-o", "json") == 0
    [only] = document(capsys)["rows"]
    assert only["storage"] == 1498.5
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "r2.yaml").write_text(text.replace("value: 0.015,", "value: cheap,"))
    assert run(*use[:-1], bad) == 2
    line = text[: text.index("value: 0.015,")].count("\n") + 1
    assert f"r2.yaml:{line}:" in capsys.readouterr().err


class _Closed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(capfdbinary: pytest.CaptureFixture[bytes], *args: object) -> str:
    assert run(*args, "-o", "html") == 0
    return capfdbinary.readouterr().out.decode()


def test_the_page(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    text = page(capfdbinary, *SOME)
    parser = _Closed()
    parser.feed(text)
    assert not parser.open
    assert {"svg", "rect", "table", "details"} <= parser.seen
    assert "script" not in parser.seen
    assert "Without a rank" in text
    assert "what it calls a GB and a month" in text
    assert 'rel="noreferrer noopener"' in text


def test_names_in_a_page_are_text(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE.replace("one prefix", "<script>alert(1)</script>"))
    assert "<script>" not in page(capfdbinary, "p.yaml", "--providers", "aws")


_SIDEWAYS = "return page.documentElement.scrollWidth - page.documentElement.clientWidth;"


@pytest.mark.parametrize("width", [1280, 500, 360])
def test_a_browser_shows_it_without_scrolling_sideways(
    width: int, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert browser.ask(page(capfdbinary, *TEN), _SIDEWAYS, width) <= 0
