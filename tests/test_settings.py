"""Settings: which source wins, what each may say, and what loading costs."""

import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from opskit.errors import InputError, UsageError
from opskit.output.formats import Format
from opskit.settings import FAIL_ON, FORMATS, SETTINGS, load, project_file, user_file
from opskit.severity import FailOn


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A home folder with a working folder below it, and no environment."""
    home = tmp_path / "home"
    (home / "repo" / "deep" / "er").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(home / "repo")
    return home / "repo"


def write_user(text):
    path = user_file({})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_defaults(place):
    settings = load(environ={})
    assert settings.get("output") is None
    assert settings.get("color") == "auto"
    assert settings.get("fail-on") == "error"
    assert settings.get("select") == ()
    assert {settings.origin(setting.name) for setting in SETTINGS} == {"default"}
    with pytest.raises(KeyError):
        settings.get("colour")


def test_words_are_those_of_the_enums():
    assert [level.value for level in FailOn] == list(FAIL_ON)
    assert {*FORMATS} < {each.value for each in Format}


def test_order(place):
    user = write_user("color: always\nfail-on: info\noutput: csv\nbroker:\n  engine: 5.18\n")
    (place / "opskit.yaml").write_text("# ours\nfail-on: warning\noutput: md\nselect: [A, 'B']\n")
    environ = {"OPSKIT_OUTPUT": "json", "OPSKIT_IGNORE": "A1, B2,", "OPSKIT_BROKER_TARGET": ""}
    settings = load({"select": ["C"], "ignore": [], "color": None}, environ=environ)
    found = {s.name: (settings.get(s.name), settings.origin(s.name)) for s in SETTINGS}
    assert found == {
        "color": ("always", f"{user}:1"),
        "fail-on": ("warning", "opskit.yaml:2"),
        "output": ("json", "environment OPSKIT_OUTPUT"),
        "select": (("C",), "flag"),
        "ignore": (("A1", "B2"), "environment OPSKIT_IGNORE"),
        "broker.engine": ("5.18", f"{user}:5"),
        "broker.target": (None, "default"),
        **{
            f"redshift.{name}": (None, "default")
            for name in ("target", "targets", "engine", "window", "thresholds")
        },
    }


def test_named_values(place):
    """A mapping in files, NAME=VALUE in the environment and in flags."""
    (place / "opskit.yaml").write_text(
        "redshift:\n  targets: {prod: 'redshift://a@h/d', test: redshift://b@h/d}\n"
        "  thresholds: {stats-off: 5}\n"
    )
    found = load({}, environ={})
    assert found.get("redshift.targets") == {"prod": "redshift://a@h/d", "test": "redshift://b@h/d"}
    assert found.get("redshift.thresholds") == {"stats-off": "5"}
    assert found.origin("redshift.targets") == "opskit.yaml:2"
    environ = {"OPSKIT_REDSHIFT_TARGETS": "x=redshift://u@h/d?sslmode=disable, y=redshift://v@h/d"}
    assert load({}, environ=environ).get("redshift.targets") == {
        "prod": "redshift://a@h/d",
        "test": "redshift://b@h/d",
        "x": "redshift://u@h/d?sslmode=disable",
        "y": "redshift://v@h/d",
    }
    flags = {"redshift.thresholds": ["unsorted=1", "skew=2"]}
    found = load(flags, environ={})
    assert found.get("redshift.thresholds") == {"stats-off": "5", "unsorted": "1", "skew": "2"}
    with pytest.raises(UsageError, match="NAME=VALUE"):
        load({"redshift.thresholds": ["unsorted"]}, environ={})


@pytest.mark.parametrize(
    "text",
    [
        "redshift: {targets: {prod: [a]}}",
        "redshift: {targets: [a]}",
        "redshift: {targets: {prod: {url: x}}}",
        "redshift: {window: soon}",
    ],
)
def test_named_values_that_are_none(place, text):
    (place / "opskit.yaml").write_text(text + "\n")
    with pytest.raises(InputError) as error:
        load({}, environ={})
    assert error.value.where.startswith("opskit.yaml:1")


def test_engine_keeps_its_text(place):
    (place / "opskit.yaml").write_text("broker: {engine: 5.10}\nselect: A\n")
    assert load(environ={}).get("broker.engine") == "5.10"
    assert load(environ={}).get("select") == ("A",)


@pytest.mark.parametrize("text", ["", "# all\n# off\n", "{}", "output:\nbroker: {engine: null}\n"])
def test_files_that_say_nothing(place, text):
    (place / "opskit.yaml").write_text(text)
    assert load(environ={}).origin("output") == "default"


class TestProjectFile:
    def test_nearest_parent(self, place):
        (place / "opskit.yaml").write_text("color: never")
        settings = load(environ={}, cwd=place / "deep" / "er")
        assert settings.origin("color") == str(Path("..", "..", "opskit.yaml")) + ":1"
        (place / "deep" / "opskit.yaml").touch()
        assert project_file(place / "deep" / "er") == place / "deep" / "opskit.yaml"

    def test_stops_at_the_repository(self, place):
        (place.parent / "opskit.yaml").touch()
        assert project_file(place / "deep") == place.parent / "opskit.yaml"
        (place / ".git").mkdir()
        assert project_file(place / "deep") is None
        (place / "opskit.yaml").touch()
        assert project_file(place / "deep") == place / "opskit.yaml"

    def test_stops_at_home(self, place):
        (place.parent.parent / "opskit.yaml").touch()
        assert project_file(place) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colr: auto", "opskit.yaml:1:1: unknown setting `colr`; did you mean `color`?"),
        ("broker:\n  engin: 5", "opskit.yaml:2:3: unknown setting `broker.engin`; did you mean "),
        ("color: alway", 'opskit.yaml:1:8: `color`: expected one of auto, always, never, found'),
        ("broker: 5", "opskit.yaml:1:9: `broker`: expected a mapping, found 5"),
        ("broker: {engine: new}", "opskit.yaml:1:18: `broker.engine`: expected the version"),
        ("- a", "opskit.yaml:1:1: the file: expected a mapping, found a list"),
        ("color: [auto]", "opskit.yaml:1:8: `color`: expected text, found a list"),
        ("select: [[a]]", "opskit.yaml:1:9: `select`: expected a list of texts"),
        ("select: {a: b}", "opskit.yaml:1:9: `select`: expected a list of texts"),
        ("color: auto\ncolor: auto", "opskit.yaml:2:1: the key `color` stands twice"),
        ("x: 1\ny: 2", "opskit.yaml:1:1: unknown setting `x`\nopskit.yaml:2:1: unknown"),
    ],
)  # fmt: skip
def test_broken_file(place, text, message):
    (place / "opskit.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load(environ={})
    assert str(caught.value).startswith(message)


def test_broken_environment(place):
    with pytest.raises(InputError, match="never, found") as caught:
        load(environ={"OPSKIT_FAIL_ON": "warn"})
    assert caught.value.where == "environment variable OPSKIT_FAIL_ON"
    assert load(environ={"OPSKIT_ANYTHING": "x"}).get("fail-on") == "error"


def test_flags(place):
    settings = load({"broker.engine": "6.1", "select": ("A", "B")}, environ={})
    assert settings.get("broker.engine") == "6.1"
    assert settings.get("select") == ("A", "B")
    with pytest.raises(UsageError) as caught:
        load({"broker.engine": "x"}, environ={})
    assert caught.value.where == "--engine"
    with pytest.raises(KeyError):
        load({"colour": "x"}, environ={})


@pytest.mark.parametrize("base", ["", "  ", "relative", "/tmp/elsewhere"])
def test_user_file_is_where_platformdirs_says(place, monkeypatch, base):
    monkeypatch.setenv("XDG_CONFIG_HOME", base)
    expected = platformdirs.user_config_path("opskit", appauthor=False) / "config.yaml"
    assert user_file({"XDG_CONFIG_HOME": base}) == expected


def test_user_file_elsewhere(place, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert user_file({}).name == "config.yaml"


def test_loading_is_light_without_files(place):
    code = (
        "import sys, opskit.settings as s; s.load({'color': 'never'}, {'OPSKIT_OUTPUT': 'json'});"
        "print({'yaml', 'msgspec', 'platformdirs', 'opskit.documents'} & set(sys.modules))"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=place,
        env={"PYTHONPATH": str(root), "HOME": str(place.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = "set()" if sys.platform == "linux" else "{'platformdirs'}"
    assert done.stdout.strip() == expected
