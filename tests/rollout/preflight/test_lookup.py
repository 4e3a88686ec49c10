"""Where an image is looked up, and what is made of an answer that is none."""

from typing import Any

import pytest

from opskit.clients import ecr, registry
from opskit.clients.aws import MissingError
from opskit.errors import UnknownError, UsageError
from opskit.rollout.images import parse
from opskit.rollout.preflight import lookup
from opskit.rollout.preflight.check import EVERYTHING, Options, check, gather
from opskit.rollout.preflight.facts import Absent, Image, Unseen
from opskit.rollout.preflight.lookup import Access, is_loopback, look, pinned
from tests.rollout.preflight.things import DIGEST, ECR

WEB = parse("ghcr.io/team/web:1")


@pytest.mark.parametrize(
    ("domain", "local"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("127.0.0.1", True),
        ("127.9.8.7:5000", True),
        ("[::1]", True),
        ("[::1]:5000", True),
        ("localhost.example", False),
        ("127.0.0.1.example:5000", False),
        ("10.0.0.1:5000", False),
        ("[2001:db8::1]:5000", False),
        ("docker.io", False),
    ],
)
def test_loopback(domain: str, local: bool) -> None:
    assert is_loopback(domain) is local


def test_plain_http_is_for_this_machine() -> None:
    access = Access(plain_http=True)
    for ask in (look, pinned):
        with pytest.raises(UsageError, match=r"ghcr\.io is not on this machine"):
            ask(WEB, access)
    with pytest.raises(UsageError):
        gather(WEB, None, None, "", Options(access, offline=True))


def test_what_a_registry_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(error: UnknownError) -> object:
        def raising(*arguments: Any, **options: Any) -> None:
            raise error

        monkeypatch.setattr(registry, "image", raising)
        return look(WEB)

    assert answer(MissingError("not there")) == Absent("not there")
    assert answer(UnknownError("down", hint="wait")) == Unseen("down", "wait")


def test_credentials_that_cannot_be_read_are_bad_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from opskit.errors import InputError

    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match="no configuration of Docker"):
        registry.image("ghcr.io", "web", "1")


def test_a_digest_is_pinned_already() -> None:
    reference = parse(f"web@{DIGEST}")
    assert pinned(reference) is reference


def test_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "digest", lambda *_, **__: DIGEST)
    assert pinned(WEB).short == f"ghcr.io/team/web:1@{DIGEST}"


class Scanned:
    """A repository whose scans are told by the last digit of a digest."""

    def __init__(self, **scans: dict[str, Any]) -> None:
        self.scans, self.asked = scans, 0

    def scan(self, digest: str) -> dict[str, Any]:
        self.asked += 1
        if digest not in self.scans:
            raise MissingError("no scan")
        return self.scans[digest]


def done(status: str = "COMPLETE", **counts: int) -> dict[str, Any]:
    return {"status": status, "description": status.lower(), "counts": counts}


TWO = [{"digest": "a"}, {"digest": "b"}]


@pytest.mark.parametrize(
    ("scans", "own", "platforms", "status", "counts"),
    [
        ({"i": done(HIGH=1)}, None, TWO, "COMPLETE", {"HIGH": 1}),
        ({}, done(LOW=1), TWO, "COMPLETE", {"LOW": 1}),
        ({"a": done(HIGH=1, LOW=5), "b": done(HIGH=3)}, None, TWO, "COMPLETE",
         {"HIGH": 3, "LOW": 5}),
        ({"a": done(), "b": done("PENDING")}, None, TWO, "PENDING", {}),
        ({"a": done(HIGH=1)}, None, TWO, "INCOMPLETE", {"HIGH": 1}),
        ({"a": done(), "b": done("ACTIVE", LOW=1)}, done("UNSUPPORTED_IMAGE"), TWO, "COMPLETE",
         {"LOW": 1}),
        ({}, done("UNSUPPORTED_IMAGE"), TWO, "UNSUPPORTED_IMAGE", {}),
        ({}, done("FAILED"), Unseen("no"), "FAILED", {}),
    ],
)  # fmt: skip
def test_the_scans_of_an_index(
    scans: dict[str, Any], own: Any, platforms: Any, status: str, counts: dict[str, int]
) -> None:
    found = lookup._scan(Scanned(**scans), own, "i", platforms)  # type: ignore[arg-type]
    assert found is not None
    assert (found["status"], found["counts"]) == (status, counts)


def test_nothing_is_scanned_and_a_large_index_is_not_asked_for_in_full() -> None:
    repository = Scanned()
    many = [{"digest": str(number)} for number in range(100)]
    assert lookup._scan(repository, None, "i", many) is None  # type: ignore[arg-type]
    assert repository.asked == 13


def test_an_archived_image_is_not_asked_for_its_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    class Archive(Scanned):
        def __init__(self, *_: Any, **__: Any) -> None:
            super().__init__()

        def image(self, wanted: str) -> dict[str, Any]:
            return {"digest": DIGEST, "tags": ["1"], "status": "ARCHIVED", "scan": None}

        def mutability(self) -> dict[str, Any]:
            raise UnknownError("refused")

    monkeypatch.setattr(ecr, "Repository", Archive)
    found = look(parse(ECR))
    assert isinstance(found, Image)
    assert (found.status, found.platforms, found.public) == ("ARCHIVED", (), False)
    assert found.mutability == Unseen("refused")
    assert pinned(parse(ECR)).digest == DIGEST


def test_offline_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "image", None)
    monkeypatch.setattr(ecr, "Repository", None)
    for image in ("ghcr.io/web:1", ECR):
        assert check(image, options=Options(offline=True)).findings == []


def test_the_report_of_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        registry,
        "image",
        lambda *_, **__: {"digest": DIGEST, "platforms": [], "public": True},
    )
    report = check("web", options=EVERYTHING)
    assert report.schema == "opskit.rollout.preflight/1"
    assert report.extra["image"] == "docker.io/library/web:latest"
    assert report.extra["pinned"] == f"web@{DIGEST}"
    assert [each.rule for each in report.findings] == ["ROL001"]
