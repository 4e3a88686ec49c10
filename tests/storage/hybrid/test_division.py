"""What rules make of real trees and of profiles; on one of the other they say the same."""

from pathlib import Path

import pytest

from opskit.storage.catalog.load import load as catalog
from opskit.storage.choice import Place
from opskit.storage.hybrid.division import Division, of_profile, of_tree
from opskit.storage.hybrid.globs import compiled
from opskit.storage.hybrid.rules import Plan, Rule
from opskit.storage.profile import walk
from opskit.storage.profile.local import scan
from opskit.storage.profile.model import Cell, Profile
from tests.storage.profile.trees import NONE, STRICT, make, mounted

AWS = catalog().provider("aws")
GLACIER = Place(AWS, AWS.regions[0], next(c for c in AWS.classes if c.name == "glacier"))
OLD = Rule("old", untouched=365, to=GLACIER)


def divided(path: Path, *rules: Rule, **options: object) -> Division:
    return of_tree(path, Plan(rules), say=lambda text: None, **options)  # type: ignore[arg-type]


def amounts(found: Division) -> list[tuple[int, int]]:
    return [(share.objects, share.bytes) for share in found.shares]


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, STRICT)


@pytest.fixture
def shares(tmp_path: Path) -> Path:
    make(tmp_path / "accounting/2019/ledger.pdf", 5000, changed=900, read=500)
    make(tmp_path / "accounting/2019/read.pdf", 7000, changed=900, read=5)
    make(tmp_path / "accounting/2024/new.pdf", 100, changed=5)
    make(tmp_path / "legal/contract.pdf", 300, changed=900, read=500)
    make(tmp_path / "rest/old.bin", 10**6, changed=900, read=500)
    return tmp_path


def test_the_first_rule_that_fits_decides(shares: Path) -> None:
    keep = Rule("legal", paths=compiled(["legal/**"]))
    accounting = Rule("accounting", paths=compiled(["accounting/**"]), untouched=365, to=GLACIER)
    found = divided(shares, keep, accounting, OLD)
    assert amounts(found) == [(1, 300), (1, 5000), (1, 10**6), (2, 7100)]
    assert [share.moves for share in found.shares] == [False, True, True, False]
    assert found.shares[1].files[0].path == "accounting/2019/ledger.pdf"
    assert not found.unsure


def test_the_largest_files_are_named(tmp_path: Path) -> None:
    for number in range(30):
        make(tmp_path / f"{number % 4}/{number}", 10 + number, changed=400)
    files = divided(tmp_path, OLD).shares[0].files
    assert [each.path for each in files] == ["1/29", "0/28", "3/27"]


@pytest.mark.parametrize("workers", [1, 2])
def test_all_files_are_named_in_order(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "_FILES", 10)
    paths = sorted(
        str(make(tmp_path / f"{n % 9}/{n}", 1, changed=400).relative_to(tmp_path))
        for n in range(90)
    )
    make(tmp_path / "new", 1)
    found = divided(tmp_path, OLD, keep=None, workers=workers)
    assert [each.path for each in found.shares[0].files] == paths
    assert found.shares[-1].files == ()


@pytest.mark.parametrize("workers", [1, 2])
def test_of_several_names_the_first_decides(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "_FILES", 1)
    path = make(tmp_path / "m/file", 1000, changed=400)
    for name in ("z", "b", "q"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").hardlink_to(path)
    rules = [Rule(name, paths=compiled([f"{name}/**"]), to=GLACIER) for name in "zqmb"]
    found = divided(tmp_path, *rules, workers=workers)
    assert amounts(found) == [(0, 0), (0, 0), (0, 0), (1, 1000), (0, 0)]


def test_without_times_of_reading_it_says_so(shares: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, NONE)
    found = divided(shares, OLD)
    assert found.shares[0].objects == 4
    assert any("by the last change alone" in note for note in found.notes)
    by_size = divided(shares, Rule("large", larger=10, to=GLACIER))
    assert not any("by the last change alone" in note for note in by_size.notes)


def test_a_profile_is_divided_as_its_tree(shares: Path) -> None:
    rules = (Rule("large", larger=128 * 1024, to=GLACIER), OLD, Rule("small", smaller=4096))
    profile = scan(shares, say=lambda text: None)
    found = of_profile(profile, Plan(rules))
    assert amounts(found) == amounts(divided(shares, *rules))
    assert not found.unsure


def test_paths_cannot_be_told_of_a_profile(shares: Path) -> None:
    profile = scan(shares, say=lambda text: None)
    pdf = Rule("pdf", extensions=(".pdf",), smaller=1024, to=GLACIER)
    found = of_profile(profile, Plan((pdf, OLD)))
    maybe, old, rest = found.shares
    assert (maybe.objects, sum(each.objects for each in maybe.unsure)) == (0, 2)
    assert (old.objects, sum(each.objects for each in old.unsure)) == (2, 1)
    assert (rest.objects, sum(each.objects for each in rest.unsure)) == (1, 1)
    assert sum(each.objects for each in found.unsure) == 2
    assert found.doubtful == (pdf,)


def test_times_of_reading_that_a_profile_lacks() -> None:
    profile = Profile((Cell("standard", 1, 10, size=1, age=400),))
    found = of_profile(profile, Plan((OLD,)))
    assert found.shares[0].objects == 1
    assert any("by the last change alone" in note for note in found.notes)


def test_a_profile_of_a_cloud_is_said_to_be_one() -> None:
    cells = (Cell("standard", 1, 10, size=1, age=400, idle=400),)
    assert of_profile(Profile(cells), Plan((OLD,))).notes == ()
    [note] = of_profile(Profile(cells, provider="aws"), Plan((OLD,))).notes
    assert "is of data at aws" in note
