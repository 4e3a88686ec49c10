"""Scans of a bucket over HTTP, of servers that do what servers do: each key is counted once."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from opskit.clients.aws import MissingError, RefusedError
from opskit.errors import UnknownError
from opskit.storage.profile import gaps
from opskit.storage.profile.listing.pace import Load
from opskit.storage.profile.listing.uploads import MOST_SIZED
from opskit.storage.profile.model import Cell
from tests.storage.profile.listings import amounts, classes, counted, scanned
from tests.storage.s3server import Faults, Object, Upload, generated, running

#: What keys are made of at their worst: order by UTF-8 is not that by UTF-16.
ODD = (
    *("a b", "a+b", "a%2Fb", "a\nb", "a\tb", "a&b", "a<b>", 'a"b', "\x01x", "x\x7fy", " ", "a//b"),
    *("é/ü", "\uffee", "\U0001f600", "\U00010000/x", "日本/語", "%", "%0A", "a%0Ab", "=", "~", "!"),
    *("\ue000", "\ud7ff", "\U0010ffff", "x" * 1000),
)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


LAKE = [*generated(7_000), *(Object(f"odd/{key}", 3) for key in ODD)]
SHAPES = {
    "lake": LAKE,
    "one": [Object("only", 7)],
    "none": [],
    "odd": [Object(key, 1 + number) for number, key in enumerate(ODD)],
    "flat": [Object(f"img_{number:09}.jpg", number) for number in range(9_000)],
    "deep": [
        Object("/".join(["folder"] * 30) + f"/{number % 3}/{number}", number)
        for number in range(5_000)
    ],
    "nested": [Object("a" * number, number) for number in range(1, 1000)],
    "full pages": [Object(f"{number:04}", 1) for number in range(2_000)],
}


@pytest.mark.parametrize("workers", [1, 16])
@pytest.mark.parametrize("shape", SHAPES)
def test_each_key_is_counted_once(shape: str, workers: int) -> None:
    objects = SHAPES[shape]
    with running(objects) as server:
        assert counted(scanned(server, workers=workers)) == amounts(objects)


@pytest.mark.parametrize("prefix", ["lake/", "lake/table_1/dt=2025-03", "odd/a", "raw/f", "no"])
def test_a_prefix_is_counted_alone(prefix: str) -> None:
    with running(LAKE) as server:
        found = scanned(server, prefix)
        assert counted(found) == amounts(LAKE, prefix)
        assert found.source == f"s3://bucket/{prefix}"


def test_the_work_is_shared_and_little_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Load, "useful", lambda load: 16.0)  # however busy this machine is
    with running(LAKE, Faults(latency=0.05)) as server:
        scanned(server)
        assert server.most > 6
        assert len(server.requests) < 6 * len(LAKE) / 1000 + 40


def test_cells_have_class_size_and_age() -> None:
    today = datetime.now(UTC).date()

    def at(days: int) -> str:
        return f"{today - timedelta(days)}T10:00:00.000Z"

    objects = [
        Object("a", 10, at(0)),
        Object("b", 200_000, at(45), "GLACIER_IR"),
        Object("c", 200_001, at(59), "GLACIER_IR"),
        Object("d", 0, at(-9)),
        Object("e", 5, "last week"),
        Object("f", 5, at(400), "REDUCED_REDUNDANCY"),
    ]
    with running(objects) as server:
        found = scanned(server)
    assert found.taken_on == today
    assert set(found.stored) == {
        Cell("standard", 2, 15, size=1, age=0),
        Cell("standard", 1, 0, size=0, age=0),
        Cell("glacier-ir", 2, 400_001, size=131_072, age=30),
        Cell("reduced-redundancy", 1, 5, size=1, age=365),
    }
    told = " ".join(found.notes)
    assert "1 objects without a readable date" in told
    assert "1 objects were changed in the future" in told
    assert "REDUCED_REDUNDANCY" in told


@pytest.mark.parametrize(
    "faults",
    [
        Faults(ignore_start_after=True),
        Faults(unsorted=True),
        Faults(empty_pages=True),
        Faults(ignore_encoding=True),
    ],
    ids=lambda faults: next(name for name, on in vars(faults).items() if on),
)
def test_a_server_of_its_own_kind(faults: Faults) -> None:
    # What XML cannot hold is not in the keys where they are not encoded.
    objects = [o for o in LAKE if not (faults.ignore_encoding and set(o.key) & set("\x01\n\t\x7f"))]
    with running(objects, faults) as server:
        found = scanned(server)
        assert counted(found) == amounts(objects)
    told = " ".join(found.notes)
    assert ("ignores where a listing is to start" in told) is faults.ignore_start_after
    assert ("in no order" in told) is faults.unsorted


def test_a_server_without_starts_is_listed_in_parallel_by_prefix() -> None:
    with running(LAKE, Faults(ignore_start_after=True, latency=0.02)) as server:
        assert counted(scanned(server)) == amounts(LAKE)
        assert server.most > 3


@pytest.mark.parametrize("fault", [503, 429, 500, "reset", "cut", "broken"])
def test_what_fails_now_and_then_is_asked_again(fault: int | str) -> None:
    chance = random.Random(7)

    def hook(number: int, query: Mapping[str, str]) -> int | str | None:
        return fault if chance.random() < 0.3 else None

    with running(LAKE, Faults(hook=hook)) as server:
        found = scanned(server)
    assert counted(found) == amounts(LAKE)
    assert not found.notes


def test_fewer_requests_are_sent_to_a_server_that_throttles() -> None:
    with running(LAKE, Faults(latency=0.01)) as server:
        server.faults.hook = lambda number, query: 503 if server.running > 3 else None
        assert counted(scanned(server)) == amounts(LAKE)


@pytest.mark.parametrize(
    ("fault", "told"),
    [(503, "throttles"), (500, "try again"), ("broken", "try again"), ("reset", "try again")],
)
def test_what_always_fails_is_an_error(fault: int | str, told: str) -> None:
    def hook(number: int, query: Mapping[str, str]) -> int | str | None:
        return fault if number > 5 else None

    with running(LAKE, Faults(hook=hook)) as server, pytest.raises(UnknownError) as error:
        scanned(server)
    assert told in error.value.hint
    assert error.value.where == "s3://bucket/"


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        (Faults(no_token=True, ignore_start_after=True), "does not say where to go on"),
        (Faults(no_token=True, empty_pages=True), "does not say where to go on"),
        (Faults(same_token=True, ignore_start_after=True), "repeats where to go on"),
    ],
)
def test_a_listing_without_end_is_an_error(faults: Faults, told: str) -> None:
    objects = [Object(f"{number:05}", 1) for number in range(4_000)]
    with running(objects, faults) as server, pytest.raises(UnknownError, match=told):
        scanned(server)


def test_tokens_are_not_needed_where_keys_say_where_to_go_on() -> None:
    with running(LAKE, Faults(no_token=True)) as server:
        assert counted(scanned(server)) == amounts(LAKE)


def test_a_refusal_names_the_permission() -> None:
    with running(LAKE, Faults(denied=("",))) as server, pytest.raises(RefusedError) as error:
        scanned(server)
    assert "s3:ListBucket" in error.value.hint


@pytest.mark.parametrize("root", [("",), ("", "lake/")])
def test_one_prefix_that_is_refused_is_noted_and_the_rest_counted(root: tuple[str, ...]) -> None:
    faults = Faults(only_delimited=root, denied=("lake/table_1/",))
    with running(LAKE, faults) as server:
        found = scanned(server)
    all_, refused = amounts(LAKE), amounts(LAKE, "lake/table_1/")
    assert counted(found) == (all_[0] - refused[0], all_[1] - refused[1])
    assert "not counted: s3://bucket/lake/table_1/ (access denied)" in found.skipped


def test_a_refusal_in_the_middle_is_found_by_prefix() -> None:
    def hook(number: int, query: Mapping[str, str]) -> int | None:
        start = query.get("start-after", "")
        hidden = query.get("prefix", "").startswith("raw/") or start > "odd/"
        return 403 if hidden else None

    with running(LAKE, Faults(hook=hook)) as server:
        found = scanned(server)
    assert found.objects == len(LAKE) - amounts(LAKE, "raw/")[0]
    assert "not counted: s3://bucket/raw/ (access denied)" in found.skipped


def test_a_bucket_that_is_not_there() -> None:
    faults = Faults(hook=lambda number, query: 404)
    with running([], faults) as server, pytest.raises(MissingError, match="no such bucket"):
        scanned(server)


def versions() -> list[Object]:
    found = []
    for number in range(3_000):
        key = f"v/{number % 1500:04}/{number}"
        latest = Object(key, number, version=f"{number}c")
        if number % 3 == 0:
            found.append(Object(key, version=f"{number}d", deleted=True))
            latest = Object(key, number, version=f"{number}c", latest=False)
        found += [latest, Object(key, 10**6, version=f"{number}b", latest=False)]
    many = [Object("v/0700/many", 5, version=f"m{n}", latest=n == 0) for n in range(3_500)]
    return [*found, *many]


@pytest.mark.parametrize("workers", [1, 16])
def test_former_versions_are_counted_where_the_bucket_keeps_them(workers: int) -> None:
    objects = versions()
    with running(objects, versioning="Enabled") as server:
        found = scanned(server, workers=workers)
    assert counted(found) == amounts(objects)
    former = sum(cell.objects for cell in found.stored if cell.noncurrent)
    assert former == sum(not o.latest and not o.deleted for o in objects)
    assert "1,000 delete markers" in " ".join(found.notes)


def test_former_versions_are_not_asked_for_without_versioning() -> None:
    objects = [Object("a", 1), Object("a", 2, version="old", latest=False)]
    with running(objects) as server:
        assert counted(scanned(server)) == (1, 1)


@pytest.mark.parametrize("refused", ["versioning", "versions"])
def test_former_versions_that_may_not_be_seen_are_noted(refused: str) -> None:
    objects = versions()
    with running(objects, Faults(refused=(refused,)), versioning="Enabled") as server:
        found = scanned(server)
    assert found.objects == sum(o.latest and not o.deleted for o in objects)
    assert "not counted: former versions" in " ".join(found.skipped)


def test_a_server_that_cannot_start_inside_versions_is_listed_serially() -> None:
    objects = [Object(f"{number:05}", 1, version=f"v{number}") for number in range(900)]
    faults = Faults(ignore_start_after=True)
    with running(objects, faults, versioning="Suspended") as server:
        assert counted(scanned(server)) == amounts(objects)


def test_incomplete_uploads_are_counted_with_their_parts() -> None:
    uploads = [Upload(f"up/{number}", f"id{number}", (5, number)) for number in range(40)]
    with running([Object("a", 1)], uploads=uploads) as server:
        found = scanned(server)
        assert (found.uploads, found.upload_bytes) == (40, 5 * 40 + sum(range(40)))
        below = scanned(server, "up/1")
        assert (below.uploads, below.objects) == (11, 0)


def test_of_many_uploads_only_some_are_measured() -> None:
    uploads = [Upload(f"up/{number:05}", f"id{number}", (1,)) for number in range(1_200)]
    with running([], uploads=uploads) as server:
        found = scanned(server)
    assert (found.uploads, found.upload_bytes) == (1_200, MOST_SIZED)
    assert "not counted: the sizes of 200 of 1,200 incomplete uploads" in found.skipped


@pytest.mark.parametrize(("refused", "told"), [("uploads", "Uploads"), ("parts", "UploadParts")])
def test_uploads_that_may_not_be_seen_are_noted(refused: str, told: str) -> None:
    uploads = [Upload("up", "id", (5,))]
    with running([Object("a", 1)], Faults(refused=(refused,)), uploads=uploads) as server:
        found = scanned(server)
    assert found.objects == 1
    assert found.upload_bytes == 0
    assert told in " ".join(found.skipped)


def test_uploads_that_the_server_cannot_list_are_not_counted() -> None:
    faults = Faults(hook=lambda number, query: 501 if "uploads" in query else None)
    with running([Object("a", 1)], faults) as server:
        found = scanned(server)
    assert found.skipped == ("not counted: incomplete uploads (the server does not list them)",)
    assert gaps.has_no_most(found)


def test_classes_are_those_of_the_catalog() -> None:
    words = ("STANDARD", "STANDARD_IA", "DEEP_ARCHIVE", "INTELLIGENT_TIERING", "EXPRESS_ONEZONE")
    with running([Object(word, 1, storage_class=word) for word in words]) as server:
        assert classes(scanned(server)) == {
            "standard": 1,
            "standard-ia": 1,
            "deep-archive": 1,
            "intelligent-tiering": 1,
            "express-onezone": 1,
        }


def test_progress_is_said() -> None:
    said: list[str] = []
    with running(LAKE, Faults(latency=0.1)) as server:
        scanned(server, workers=2, say=said.append)
    assert any("keys" in each and "/s" in each for each in said)
