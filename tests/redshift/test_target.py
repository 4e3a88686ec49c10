"""Which warehouse a URL, a name or flags stand for, and how its user logs in."""

from pathlib import Path

import pytest

from opskit import cli
from opskit.errors import InputError, UsageError
from opskit.redshift import target
from opskit.redshift.target import Target


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "redshift://ops@h.example:5440/dev",
            Target(host="h.example", port=5440, user="ops", database="dev"),
        ),
        ("redshift://ops@h/dev?sslmode=disable", Target("h", 5439, "dev", "ops", "disable")),
        (
            "redshift:///dev?workgroup=w&region=eu-west-1&profile=p",
            Target(database="dev", workgroup="w", region="eu-west-1", profile="p"),
        ),
        (
            "redshift-data:///dev?cluster=c&user=u",
            Target(database="dev", cluster="c", user="u", data_api=True),
        ),
        ("redshift://a%40b@h/d%2Fe", Target(host="h", user="a@b", database="d/e")),
        (
            "redshift://u@h/d?password-file=%2Ftmp%2Fx",
            Target("h", 5439, "d", "u", password_file="/tmp/x"),
        ),
    ],
)
def test_urls(url: str, expected: Target) -> None:
    assert target.parse(url) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://h/d", "no scheme of Redshift"),
        ("redshift://u:secret@h/d", "a password stands in the URL"),
        ("redshift://h:notaport/d", "not a URL"),
        ("redshift://u@h/d?sslmode=require", "sslmode 'require'"),
        ("redshift://u@h/d?sslmod=disable", "says nothing of a target"),
        ("redshift://u@h/d?port=0", "no port"),
        ("nonsense", "no scheme"),
    ],
)
def test_urls_that_are_none(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        target.parse(url)
    assert "secret" not in str(error.value)
    assert error.value.hint


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Target(), "no warehouse"),
        (Target(host="h"), "no database"),
        (Target(host="h", database="d"), "no user"),
        (Target(database="d", cluster="c", workgroup="w"), "a cluster and a workgroup"),
        (Target(host="h", database="d", data_api=True), "Data API"),
    ],
)
def test_what_is_missing_is_said(given: Target, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        given.checked()


def test_a_name_stands_for_the_url_in_the_settings() -> None:
    known = {"prod": "redshift://u@h/d"}
    assert target.find("prod", known).host == "h"
    with pytest.raises(UsageError) as error:
        target.find("prd", known)
    assert "did you mean prod?" in error.value.hint


def test_passwords_come_from_a_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from file\n")
    assert Target(password_file=str(file)).password({}) == "from file"
    for nothing in ("", "\n"):
        file.write_text(nothing)
        with pytest.raises(InputError, match="is empty"):
            Target(password_file=str(file)).password({"PGPASSWORD": "b"})
    assert Target().password({"PGPASSWORD": "b"}) == "b"
    assert Target().password({"PGPASSWORD": "b", "OPSKIT_REDSHIFT_PASSWORD": "a"}) == "a"
    with pytest.raises(UsageError, match="no password"):
        Target(user="u", host="h").password({})
    with pytest.raises(InputError):
        Target(password_file=str(tmp_path / "none")).password({})


def test_its_name_tells_two_tunnels_apart() -> None:
    assert target.parse("redshift://u@127.0.0.1:15501/dev").name == "127.0.0.1:15501/dev"
    assert target.parse("redshift://u@h/dev").name == "h/dev"


def test_the_settings_show_no_password_that_somebody_wrote_into_a_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "opskit.yaml").write_text("redshift: {targets: {a: 'redshift://u:hush@h/d'}}\n")
    assert cli.run(["config", "show"]) == 0
    assert "hush" not in (out := capsys.readouterr().out)
    assert "***" in out
