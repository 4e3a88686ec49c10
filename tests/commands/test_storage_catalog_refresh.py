"""`opskit storage catalog refresh` from the command line: feeds in, a reviewed change out."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opskit import cli
from opskit.clients import http
from opskit.storage.catalog.listing import Thing, about
from opskit.storage.catalog.load import BUNDLED, read
from tests.storage.refresh import server as servers
from tests.storage.refresh.parts import FEEDS, dimensions, edit, feeds, reprice
from tests.storage.refresh.server import Server, answer

S3 = "aws/AmazonS3/us-east-1.json"
REGIONS = ("--region", "us-east-1", "--region", "eu-central-1", "--region", "eastus")


def run(*args: object) -> int:
    words = map(str, args)
    return cli.run(["storage", "catalog", "refresh", *words])


pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refreshed") / "prices"
    assert run("aws", "azure", *REGIONS, "--from", FEEDS, "--catalog", folder, "--yes") == 0
    assert run("oci", "--from", FEEDS, "--catalog", folder, "--yes") == 0
    return folder


@pytest.fixture
def prices(refreshed: Path, tmp_path: Path) -> Path:
    """A catalog that says what the recorded feeds say."""
    folder = tmp_path / "prices"
    folder.mkdir()
    for name in ("aws", "azure", "oci"):
        shutil.copy(refreshed / f"{name}.yaml", folder)
    return folder


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return feeds(tmp_path / "feeds")


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def change(recorded: Path, what: Callable[[dict[str, Any]], object], file: str = S3) -> None:
    """Change a price list, which then is of the day of the recording."""

    def both(document: dict[str, Any]) -> None:
        document["publicationDate"] = "2026-11-23T09:00:00Z"
        what(document)

    edit(recorded / file, both)


NEW = (
    "+  - {item: storage, class: standard-ia, region: us-east-1, value: 0.0135, "
    "unit: USD/GB-month, effective_from: 2026-11-23, read_on: 2026-11-23, source: feed-s3, "
    "method: feed, status: verified}"
)


def test_a_new_folder_gets_the_bundled_prices_read_again(refreshed: Path) -> None:
    names = {each.name for each in BUNDLED.glob("*.yaml")}
    assert set(content(refreshed)) - {"oci.yaml.bak"} == names
    assert (refreshed / "b2.yaml").read_bytes() == (BUNDLED / "b2.yaml").read_bytes()
    known, bundled = read(refreshed), read(BUNDLED)
    facts = known.providers["aws"].facts
    assert sum(each.source == "feed-s3" for each in facts) > 80
    assert known.providers["wasabi"] == bundled.providers["wasabi"]
    before = (BUNDLED / "aws.yaml").read_text().splitlines()
    after = set((refreshed / "aws.yaml").read_text().splitlines())
    assert [each for each in before if each.lstrip().startswith("#") and each not in after] == []


def test_run_again_nothing_is_to_be_done(prices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = content(prices)
    assert run("aws", *REGIONS[:4], "--from", FEEDS, "--catalog", prices, "--yes") == 0
    assert run("azure", *REGIONS[4:], "--from", FEEDS, "--catalog", prices) == 0
    assert run("oci", "--from", FEEDS, "--catalog", prices) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("nothing to change") == 3
    assert content(prices) == before


def test_one_price_that_changed_is_one_line(
    prices: Path, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(recorded, reprice("TimedStorage-SIA-ByteHrs", "0.0135000000"))
    before = content(prices)
    args = ("aws", *REGIONS[:4], "--from", recorded, "--catalog", prices)
    assert run(*args, "--diff") == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[:2] == [f"--- {prices / 'aws.yaml'}", f"+++ {prices / 'aws.yaml'}"]
    assert [each for each in lines[2:] if each[0] in "+-"] == [NEW]
    assert (
        "aws storage standard-ia us-east-1: 0.0125 -> 0.0135 USD/GB-month (+8.0 %) "
        "since 2026-11-23" in err
    )
    assert content(prices) == before

    assert run(*args, "--yes") == 0
    _, err = capsys.readouterr()
    assert f"as it was: {prices / 'aws.yaml.bak'}" in err
    assert (prices / "aws.yaml.bak").read_bytes() == before["aws.yaml"]
    was, now = before["aws.yaml"].decode().splitlines(), (prices / "aws.yaml").read_text()
    (at,) = (i for i, line in enumerate(now.splitlines()) if line == NEW[1:])
    assert now.splitlines()[:at] + now.splitlines()[at + 1 :] == was
    assert "class: standard-ia, region: us-east-1, value: 0.0125" in was[at - 1]
    assert run(*args, "--yes") == 0
    assert len(list(prices.glob("*.bak*"))) == 1


def test_without_a_folder_the_change_is_only_shown(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(BUNDLED)
    assert run("oci", "--from", recorded, "--yes") == 1
    out, err = capsys.readouterr()
    assert out.startswith("--- oci.yaml\n+++ oci.yaml\n")
    assert "source: feed-products" in out
    assert "nothing was written; --catalog DIR writes it there" in err
    assert content(BUNDLED) == before
    assert {each.name for each in tmp_path.iterdir()} == {"feeds"}


def test_without_yes_and_a_terminal_nothing_is_written(recorded: Path, tmp_path: Path) -> None:
    assert run("oci", "--from", recorded, "--catalog", tmp_path / "new") == 2
    assert not (tmp_path / "new").exists()


def test_a_diff_for_a_new_folder_makes_none(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("oci", "--from", recorded, "--catalog", tmp_path / "new", "--diff") == 1
    assert f"+++ {tmp_path / 'new' / 'oci.yaml'}" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


def test_rows_have_the_fields_of_the_contract(
    prices: Path, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(recorded, reprice("TimedStorage-SIA-ByteHrs", "0.0135000000"))
    args = ("aws", *REGIONS[:4], "--from", recorded, "--catalog", prices)
    assert run(*args, "--diff", "-o", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.storage.catalog.refresh/1"
    (row,) = found["changes"]
    assert row == {
        "provider": "aws", "change": "value", "item": "storage", "class": "standard-ia",
        "region": "us-east-1", "variant": "", "tier": "", "old": "0.0125", "new": "0.0135",
        "unit": "USD/GB-month", "percent": "8.0", "effective_from": "2026-11-23",
        "read_on": "2026-11-23", "old_status": "verified", "source": "feed-s3",
        "feed": "AWS price list AmazonS3 us-east-1",
    }  # fmt: skip
    assert found["broken"] == []
    assert found["feeds"][0]["published"] == "2026-11-23"
    lines = {each["line"] for each in found["not_mapped"]}
    assert "Tables-TimedStorage-ByteHrs" in lines


def test_what_is_not_mapped_is_counted_and_listed(
    prices: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("aws", *REGIONS[:2], "--from", FEEDS, "--catalog", prices)
    run(*args)
    assert "of the feeds are about what the catalog has not" in capsys.readouterr().err
    run(*args, "--verbose")
    assert "not used: AWS price list AmazonS3 us-east-1: EarlyDelete-SIA" in capsys.readouterr().err


def drop(usage_type: str) -> Callable[[dict[str, Any]], object]:
    def what(document: dict[str, Any]) -> None:
        for sku, each in list(document["products"].items()):
            if each["attributes"]["usagetype"] == usage_type:
                del document["products"][sku]

    return what


def test_a_price_that_is_gone_is_told_and_stays(
    prices: Path, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(recorded, drop("Inventory-ObjectsListed"))
    before = content(prices)
    assert run("aws", *REGIONS[:2], "--from", recorded, "--catalog", prices, "--yes") == 0
    err = capsys.readouterr().err
    assert "1 known price not in AWS price list AmazonS3 us-east-1, left as it is" in err
    assert "aws inventory us-east-1" in err
    assert content(prices) == before


def test_a_list_that_is_not_there_is_replaced_by_the_pricing_page(
    prices: Path, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recorded / "aws/AmazonS3GlacierDeepArchive/us-east-1.json").unlink()
    assert run("aws", *REGIONS[:2], "--from", recorded, "--catalog", prices, "--yes") == 0
    assert "the feed of the pricing page is taken instead" in capsys.readouterr().err


def test_two_feeds_that_do_not_agree_leave_the_price(
    prices: Path, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def what(document: dict[str, Any]) -> None:
        rows = document["regions"]["US East (N. Virginia)"]
        rows["Glacier Storage per GB Mo"]["price"] = "0.0040000000"

    edit(recorded / "aws/page/s3.json", what)
    before = content(prices)
    assert run("aws", *REGIONS[:2], "--from", recorded, "--catalog", prices, "--yes") == 4
    err = capsys.readouterr().err
    assert "AWS price list AmazonS3 us-east-1 against AWS pricing page s3 do not agree" in err
    assert content(prices) == before


def of(file: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes(data)


def cut(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:-500])


def packed(folder: Path) -> None:
    data = gzip.compress((folder / S3).read_bytes())
    (folder / S3).unlink()
    (folder / f"{S3}.gz").write_bytes(data[:-20])


def edited(what: Callable[[dict[str, Any]], object], file: str = S3) -> Callable[[Path], object]:
    return lambda folder: change(folder, what, file)


def no_products(document: dict[str, Any]) -> None:
    document["products"] = {}


def in_yuan(document: dict[str, Any]) -> None:
    dimensions(document, "Requests-Tier1")[0]["pricePerUnit"] = {"CNY": "0.000004"}


def other_unit(document: dict[str, Any]) -> None:
    dimensions(document, "TimedStorage-SIA-ByteHrs")[0]["unit"] = "TB-Mo"


def gap(document: dict[str, Any]) -> None:
    dimensions(document, "TimedStorage-ByteHrs")[1]["beginRange"] = "60000"


def old(folder: Path) -> None:
    """A list that a cache kept, where no second feed says so."""

    def what(document: dict[str, Any]) -> None:
        reprice("TimedStorage-SIA-ByteHrs", "0.0130000000")(document)
        document["publicationDate"] = "2025-01-15T00:00:00Z"

    edit(folder / S3, what)
    shutil.rmtree(folder / "aws/page")


def few(document: dict[str, Any]) -> None:
    for sku, each in list(document["products"].items()):
        if "ByteHrs" not in each["attributes"]["usagetype"]:
            del document["products"][sku]


BROKEN = [
    (cut(S3), "breaks off"),
    (of(S3, b"<html><body>Access denied</body></html>"), "is a web page"),
    (of(S3, b""), "is empty"),
    (packed, "the gzip is cut short"),
    (edited(no_products), "has no products"),
    (edited(in_yuan), "in CNY, not in USD"),
    (edited(other_unit), "per 'TB-Mo', not per 'GB-Mo'"),
    (edited(gap), "no rate from 51200 to 60000"),
    (edited(few), "prices that are known from it"),
    (edited(reprice("TimedStorage-SIA-ByteHrs", "0.0000000000")), "has a price of 0 for storage"),
    (edited(reprice("TimedStorage-SIA-ByteHrs", "-0.0125000000")), "is negative"),
    (edited(reprice("TimedStorage-SIA-ByteHrs", "0.0250000000")), "by more than 50 %"),
    (old, "was published on 2025-01-15, before"),
]


@pytest.mark.parametrize(("damage", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_broken_feed_changes_nothing(
    prices: Path,
    recorded: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], object],
    words: str,
) -> None:
    damage(recorded)
    before = content(prices)
    args = ("--from", recorded, "--catalog", prices, "--yes")
    assert run("aws", *REGIONS[:4], *args) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert "AmazonS3 us-east-1" in err
    assert "aws: nothing of it is written" in err
    assert content(prices) == before
    assert run("aws", "azure", *REGIONS, *args, "--diff") == 4
    assert content(prices) == before


def test_the_others_are_written_where_one_is_broken(
    prices: Path, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut(S3)(recorded)
    shutil.copy(BUNDLED / "azure.yaml", prices)
    before = content(prices)
    args = ("aws", "azure", *REGIONS, "--from", recorded, "--catalog", prices, "--yes")
    assert run(*args) == 4
    after = content(prices)
    assert after["azure.yaml"] != before["azure.yaml"]
    assert after["azure.yaml.bak"] == before["azure.yaml"]
    assert after["aws.yaml"] == before["aws.yaml"]
    run(*args, "-o", "json")
    found = json.loads(capsys.readouterr().out)
    assert [(each["provider"], each["where"]) for each in found["broken"]] == [
        ("aws", "AWS price list AmazonS3 us-east-1")
    ]


def test_a_new_folder_is_not_made_from_broken_feeds(recorded: Path, tmp_path: Path) -> None:
    cut("oci/B91628.json")(recorded)
    assert run("oci", "--from", recorded, "--catalog", tmp_path / "new", "--yes") == 3
    assert not (tmp_path / "new").exists()


def test_a_large_change_is_written_once_it_is_allowed(prices: Path, recorded: Path) -> None:
    change(recorded, reprice("TimedStorage-SIA-ByteHrs", "0.0250000000"))
    args = ("aws", *REGIONS[:4], "--from", recorded, "--catalog", prices, "--yes")
    assert run(*args) == 3
    assert run(*args, "--max-change", "100%") == 0
    facts = read(prices).providers["aws"].facts
    thing = Thing("storage", "standard-ia", "us-east-1", "")
    values = [f"{each.value:f}" for each in facts if about(each) == thing]
    assert values == ["0.0125", "0.025"]


def test_a_catalog_that_changed_meanwhile_is_not_overwritten(
    prices: Path, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(recorded, reprice("TimedStorage-SIA-ByteHrs", "0.0135000000"))

    def meanwhile(question: str, *, yes: bool) -> bool:
        with (prices / "aws.yaml").open("a") as stream:
            stream.write("# somebody else\n")
        return True

    monkeypatch.setattr("opskit.output.confirm", meanwhile)
    assert run("aws", *REGIONS[:2], "--from", recorded, "--catalog", prices) == 2
    assert (prices / "aws.yaml").read_text().endswith("# somebody else\n")
    assert not list(prices.glob("*.bak"))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["wasabi"], "wasabi has no public feed of prices"),
        (["amazon"], "'amazon' is no provider"),
        (["aws", "--region", "mars"], "'mars' is no region of aws"),
        (["--max-change", "much"], "'much' is no percentage"),
        (["--max-change", "-5%"], "is no percentage"),
        (["--from", "none"], "no such folder"),
        (["--from", str(FEEDS), "--save", "kept"], "--from fetches nothing"),
    ],
)
def test_bad_usage(args: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = args if "--from" in args else [*args, "--from", str(FEEDS)]
    assert run(*given) == 2
    assert words in capsys.readouterr().err


def test_the_prices_of_an_installed_package_are_not_written(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    installed = tmp_path / "site-packages" / "catalog"
    shutil.copytree(BUNDLED, installed)
    monkeypatch.setattr("opskit.storage.refresh.folder.BUNDLED", installed)
    before = content(installed)
    assert run("oci", "--from", recorded, "--catalog", installed, "--yes") == 2
    assert "the installed package, which are not written" in capsys.readouterr().err
    assert content(installed) == before


@pytest.fixture
def server(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with servers.serve(recorded) as running:
        servers.use(running, monkeypatch)
        monkeypatch.setattr(http, "BACKOFF", 0)
        monkeypatch.setattr(http, "READ", 2.0)
        yield running


def test_feeds_are_fetched_and_kept(
    server: Server, prices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    assert run("aws", "azure", *REGIONS, "--save", kept, "--diff") == 1  # read on another day
    network = capsys.readouterr().out
    files = {str(each.relative_to(kept)) for each in kept.rglob("*.json")}
    wanted = {str(each.relative_to(FEEDS)) for each in FEEDS.rglob("*.json")}
    assert files == {each for each in wanted if not each.startswith("oci/")}
    record = json.loads((kept / "recorded.json").read_text())
    assert (
        record["feeds"][S3] == f"{server.url}/offers/v1.0/aws/AmazonS3/current/us-east-1/index.json"
    )
    assert (kept / S3).read_bytes() == (FEEDS / S3).read_bytes()
    assert run("aws", "azure", *REGIONS, "--from", kept, "--diff") == 1
    assert capsys.readouterr().out == network
    assert run("oci", "--catalog", prices, "--yes") == 0


@pytest.mark.parametrize(
    ("status", "words"), [(404, "the server answered 404"), (500, "the server answered 500")]
)
def test_a_server_that_fails_changes_nothing(
    server: Server,
    prices: Path,
    capsys: pytest.CaptureFixture[str],
    status: int,
    words: str,
) -> None:
    server.faults["AWSDataTransfer"] = lambda handler: answer(handler, b"", status)
    before = content(prices)
    assert run("aws", *REGIONS[:2], "--catalog", prices, "--yes") == 3
    assert words in capsys.readouterr().err
    assert content(prices) == before


def test_a_server_that_is_not_there_is_asked_for_one_feed(
    server: Server,
    prices: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("opskit.storage.refresh.aws.LISTS", "http://127.0.0.1:9")
    assert run("aws", *REGIONS[:2], "--catalog", prices, "--yes") == 3
    assert capsys.readouterr().err.count("no answer") == 1
