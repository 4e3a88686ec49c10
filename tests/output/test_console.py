"""The two streams in subprocesses, pipes and a pseudo-terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from opskit.errors import ExitCode, InputError, UsageError
from opskit.output import console
from opskit.output.console import Color, wants_color

ROOT = Path(__file__).parents[2]
EVIL = "a\x1b[31mb\rc\u202ed\x9b"
SHOWN = r"a\x1b[31mb\rc\u202ed\x9b"


def clean_env(**extra: str) -> dict[str, str]:
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING", "PYTHONUNBUFFERED")
    env = {key: value for key, value in os.environ.items() if key not in unwanted}
    return {**env, "TERM": "xterm", "PYTHONPATH": str(ROOT), **extra}


def python(code: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], env=clean_env(**env), capture_output=True)


def on_terminal(code: str, *, answer: bytes = b"", columns: int = 60, **env: str) -> str:
    """What a terminal of that width gets to see of both streams of a Python program."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-c", code], env=clean_env(**env), stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    os.write(master, answer)
    seen = b""
    while chunk := _read(master):
        seen += chunk
    os.close(master)
    child.wait()
    return seen.decode().replace("\r\n", "\n")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux reports the end of the other side so
        return b""


@pytest.fixture
def color() -> Iterator[Callable[[str], None]]:
    yield lambda choice: console.configure(color=choice)
    console.configure(color="never")


@pytest.mark.parametrize(
    ("choice", "env", "terminal", "expected"),
    [
        pytest.param("auto", {}, True, True, id="terminal"),
        pytest.param("auto", {}, False, False, id="pipe"),
        pytest.param("auto", {"TERM": "dumb"}, True, False, id="dumb"),
        pytest.param("auto", {"NO_COLOR": "1"}, True, False, id="no-color"),
        pytest.param("auto", {"NO_COLOR": ""}, True, True, id="empty-no-color-is-unset"),
        pytest.param("auto", {"FORCE_COLOR": "1"}, False, True, id="force-color"),
        pytest.param("auto", {"FORCE_COLOR": ""}, False, False, id="empty-force-color-is-unset"),
        pytest.param("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True, id="force-dumb"),
        pytest.param("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False, id="both"),
        pytest.param("always", {"NO_COLOR": "1"}, False, True, id="flag-over-no-color"),
        pytest.param("never", {"FORCE_COLOR": "1"}, True, False, id="flag-over-force-color"),
    ],
)
def test_what_decides_on_colour(
    choice: str, env: dict[str, str], terminal: bool, expected: bool
) -> None:
    assert wants_color(Color(choice), env, terminal=terminal) is expected


def test_each_stream_has_its_own_colour() -> None:
    code = (
        "from opskit.output import *; configure(); warn('w');"
        "from opskit.output.console import paint; write(paint('data', 'red'))"
    )
    # stderr is the terminal here, stdout a pipe
    inner = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}] , stdout=-3)"
    assert on_terminal(inner) == "\x1b[1;33mwarning:\x1b[0m w\n"
    assert python(code).stdout == b"data"
    assert python(code, FORCE_COLOR="1").stdout == b"\x1b[1;31mdata\x1b[0m"


class TestWrapped:
    """What is said on stderr, at a terminal of 40 columns."""

    SAID = "one word after another until the line is full and so on"

    @pytest.mark.parametrize(
        ("call", "first", "second"),
        [
            (
                f"message({SAID!r})",
                "one word after another until the line is",
                "    full and so on",
            ),
            (
                f"warn({SAID!r})",
                "warning: one word after another until",
                "    the line is full and so on",
            ),
        ],
    )
    def test_a_message_wraps_at_words(self, call: str, first: str, second: str) -> None:
        code = f"from opskit.output import *; configure(color='never'); {call}"
        assert on_terminal(code, columns=40).splitlines() == [first, second]

    def test_a_hint_keeps_its_indent(self) -> None:
        code = (
            "from opskit.output import *; from opskit.errors import *; configure(color='always');"
            f"error(InputError('no', hint={self.SAID!r} + chr(10) + 'next'))"
        )
        assert on_terminal(code, columns=40).splitlines() == [
            "\x1b[1;31merror:\x1b[0m no",
            "  \x1b[1;36mhint:\x1b[0m one word after another until the",
            "    line is full and so on",
            "  next",
        ]

    def test_neither_a_pipe_nor_a_diff_is_wrapped(self, capsys: pytest.CaptureFixture[str]) -> None:
        code = f"from opskit.output import *; message({self.SAID!r}, verbatim=True)"
        assert on_terminal(code, columns=40).splitlines() == [self.SAID]
        console.message(self.SAID * 5)
        assert capsys.readouterr().err == self.SAID * 5 + "\n"


def test_an_error_says_what_where_and_what_next(capsys: pytest.CaptureFixture[str]) -> None:
    console.error(InputError("no such key", where="a.yaml:3:7", hint="name it 'brokers'"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: a.yaml:3:7: no such key\n  hint: name it 'brokers'\n"


def test_an_error_without_place_and_hint_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    console.error(InputError("no"))
    assert capsys.readouterr().err == "error: no\n"


def test_an_error_as_json_is_one_object_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    console.error(UsageError("two\nlines", where=EVIL, hint="h"), as_json=True)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert json.loads(err) == {
        "schema": "opskit.error/1",
        "code": "bad-usage",
        "message": "two\nlines",
        "where": EVIL,
        "hint": "h",
        "exit_code": ExitCode.USAGE,
    }
    assert err.strip().isprintable()
    assert err.isascii()


@pytest.mark.parametrize("color_choice", ["never", "always"])
def test_messages_show_hostile_text_escaped(
    color_choice: str, color: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    color(color_choice)
    console.message(EVIL)
    console.warn(EVIL)
    console.error(InputError(EVIL, where=EVIL, hint=EVIL))
    err = capsys.readouterr().err
    assert err.count(SHOWN) == 5
    assert "\r" not in err
    assert "\x1b[31m" not in err


class TestConfirm:
    CODE = "from opskit.output import *; print(confirm('Delete\\x1b all?', yes=False))"

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [(b"y\n", True), (b"YES\n", True), (b"n\n", False), (b"\n", False), (b"\x04", False)],
    )
    def test_a_terminal_is_asked(self, answer: bytes, expected: bool) -> None:
        seen = on_terminal(self.CODE, answer=answer)
        assert r"Delete\x1b all? [y/N] " in seen
        assert seen.rstrip().endswith(str(expected))

    def test_yes_asks_nobody(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert console.confirm("Sure?", yes=True)
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("stdin", [StringIO("y\n"), None], ids=["pipe", "no stdin"])
    def test_without_a_terminal_it_is_bad_usage(
        self, stdin: StringIO | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(UsageError) as raised:
            console.confirm("Sure?", yes=False)
        assert "--yes" in raised.value.hint


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}], ids=["ascii", "C"]
)
def test_what_a_stream_cannot_encode_is_escaped(env: dict[str, str]) -> None:
    code = (
        "from opskit.output import *; configure();"
        r"write('gr\xfc\xdfe \U0001f600 \udcff\n'); message('\xfc \udcff')"
    )
    result = python(code, **{"PYTHONCOERCECLOCALE": "0", **env})
    assert result.returncode == 0
    assert result.stdout == b"gr\\xfc\\xdfe \\U0001f600 \\udcff\n"
    assert result.stderr == b"\\xfc \\udcff\n"


def test_utf8_stays_and_a_lone_surrogate_does_no_harm() -> None:
    code = r"from opskit.output import *; configure(); write('gr\xfc \udcff\n')"
    assert python(code, PYTHONIOENCODING="utf-8").stdout == b"gr\xc3\xbc \\udcff\n"


def test_text_and_bytes_keep_their_order() -> None:
    code = "from opskit.output import *; write('a'); write_bytes(b'\\xff\\r\\n'); write('b')"
    assert python(code).stdout == b"a\xff\r\nb"


class TestClosedPipe:
    """The body writes more than a pipe holds, and its reader takes one line."""

    def run(
        self, body: str, *, redirect: str = "", reader: str = "head -n 1", **env: str
    ) -> tuple[str, str, int]:
        code = f"""
import sys
from opskit.output import *
configure()
status = 0
with quiet_on_closed_pipe():
    {body}
    status = 5
sys.exit(status)
"""
        shell = f'"$0" -c "$1" {redirect} | {reader}; echo "${{PIPESTATUS[0]}}"'
        command = ["bash", "-c", shell, sys.executable, code]
        result = subprocess.run(command, env=clean_env(**env), capture_output=True, text=True)
        out, status = result.stdout.rstrip("\n").rsplit("\n", 1)
        return out, result.stderr, int(status)

    @pytest.mark.parametrize(
        "body",
        [
            "for _ in range(100_000): write('line\\n')",
            "write('line\\n' * 1_000_000)",
            "print('line\\n' * 1_000_000)",
            "write_bytes(b'line\\n' * 1_000_000)",
        ],
    )
    def test_stdout_is_no_error(self, body: str) -> None:
        assert self.run(body) == ("line", "", 0)

    def test_neither_is_it_below_typer_which_would_exit_with_1(self) -> None:
        body = (
            "import typer; app = typer.Typer();"
            "app.command()(lambda: write('line\\n' * 1_000_000));"
            "typer.main.get_command(app).main([], standalone_mode=False)"
        )
        assert self.run(body) == ("line", "", 0)

    def test_an_exit_keeps_its_status(self) -> None:
        assert self.run("write('line\\n'); sys.exit(3)", reader="cat") == ("line", "", 3)

    def test_a_stderr_that_nobody_reads_changes_no_answer(self) -> None:
        body = "for _ in range(100_000): message('line')"
        assert self.run(body, redirect="2>&1 >/dev/null") == ("line", "", 5)

    def test_an_unbuffered_stdout_is_quiet_too(self) -> None:
        # a write that was cut short by the reader's leaving is not reported to Python then
        out, err, _ = self.run("write('line\\n' * 1_000_000)", PYTHONUNBUFFERED="1")
        assert (out, err) == ("line", "")

    def test_a_reader_that_stays_changes_nothing(self) -> None:
        assert self.run("write('line\\n')", reader="cat") == ("line", "", 5)

    def test_another_pipe_that_breaks_is_still_an_error(self) -> None:
        body = "write('line\\n'); raise BrokenPipeError('a socket')"
        out, err, status = self.run(body, reader="cat")
        assert (out, status) == ("line", 1)
        assert "BrokenPipeError: a socket" in err


def test_width_comes_from_the_terminal_or_columns() -> None:
    code = "from opskit.output.console import *; print(terminal_width())"
    assert on_terminal(code, columns=72).strip() == "72"
    assert on_terminal(code, columns=0).strip() == "80"
    assert on_terminal(code, COLUMNS="33").strip() == "33"
    assert on_terminal(code, columns=72, COLUMNS="wide").strip() == "72"
    assert python(code, COLUMNS="33").stdout.strip() == b"None"


@pytest.mark.parametrize(
    ("then", "absent"),
    [
        pytest.param("", "rich yaml csv json xml html hashlib urllib textwrap", id="import"),
        pytest.param(
            "t = Table('s/1', ['a'], [{'a': 1}]); emit_rows(t, Format.JSON)",
            "rich yaml csv xml",
            id="json",
        ),
        pytest.param(
            "t = Table('s/1', ['a'], [{'a': 1}]); emit_rows(t, Format.TABLE); configure();"
            "message('m'); warn('w')",
            "rich yaml csv xml json",
            id="table in a pipe",
        ),
    ],
)
def test_nothing_is_imported_before_it_is_needed(then: str, absent: str) -> None:
    check = f"assert not (bad := set({absent.split()}) & (set(sys.modules) - before)), bad"
    load = "import sys; before = set(sys.modules)\nfrom opskit.output import *"
    result = python(f"{load}\n{then}\n{check}")
    assert result.returncode == 0, result.stderr.decode()


PROGRESS = (
    "from opskit.output import progress\n"
    "with progress() as say:\n    say('asking \\x1b[31m' + 'x' * 100)\n    say('asking b')\n"
)


def test_progress_is_one_line_on_a_terminal_and_gone_at_the_end() -> None:
    shown = on_terminal(PROGRESS)
    first, second, third = shown.split("\r\x1b[K")[1:]
    assert first.startswith(r"asking \x1b[31mxxx")
    assert len(first) < 60
    assert (second, third) == ("asking b", "")


def test_progress_is_nothing_in_a_pipe() -> None:
    run = python(PROGRESS)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
