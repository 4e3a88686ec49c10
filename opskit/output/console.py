"""The two streams: data on stdout, messages and questions on stderr, colour on either.

`configure` is called by the main function, before anything is written; until then there is no
colour.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from io import TextIOWrapper
from typing import TextIO

from opskit.errors import OpskitError, UnknownError, UsageError


class Color(StrEnum):
    """The values of `--color`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


_SGR = {"bold": "1", "dim": "2", "red": "1;31", "yellow": "1;33", "cyan": "1;36", "magenta": "1;35"}
_color = {"stdout": False, "stderr": False}


def configure(*, color: Color | str = Color.AUTO) -> None:
    """Resolve colour for both streams, and let neither fail on what it cannot encode.

    A stream that was closed (`>&-`) swallows what is written to it.
    """
    for name in _color:
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere())
        stream: TextIO = getattr(sys, name)
        _color[name] = wants_color(Color(color), os.environ, terminal=is_terminal(stream))
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    """A stream that swallows what is written to it."""
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


def wants_color(choice: Color, env: Mapping[str, str], *, terminal: bool) -> bool:
    """The flag decides, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether it is a terminal."""
    if choice is not Color.AUTO:
        return choice is Color.ALWAYS
    if env.get("NO_COLOR"):
        return False
    return bool(env.get("FORCE_COLOR")) or (terminal and env.get("TERM") != "dumb")


def has_color(stream: str = "stdout") -> bool:
    """Whether the stream of that name ("stdout", "stderr") shows colour."""
    return _color[stream]


def paint(text: str, style: str, *, stream: str = "stdout") -> str:
    """`text` in a style of `bold dim red yellow cyan magenta` where the stream shows colour."""
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if has_color(stream) else text


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # pythonw has no streams; a closed one has no answer
        return False


def terminal_width(stream: TextIO | None = None) -> int | None:
    """The columns of the terminal that the stream (stdout) is; None in a pipe or a file."""
    stream = sys.stdout if stream is None else stream
    if not is_terminal(stream):
        return None
    with suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", ""))) > 0:
            return columns
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def fitted(text: str, stream: TextIO | None = None, *, indent: str = "    ") -> str:
    """`text` wrapped at words where the stream (stdout) is a terminal, else as it is."""
    columns = terminal_width(stream)
    if columns is None:
        return text
    from opskit.output.text import wrap

    return wrap(text, columns, indent)


def write(text: str) -> None:
    """Write data to stdout, now; UnknownError where it takes none (a full disk)."""
    with _taken():
        sys.stdout.write(text)
        sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """Write data to stdout as it is, now; UnknownError where it takes none."""
    with _taken():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        with suppress(OSError):
            sys.stdout.close()  # with what it holds, or Python tries again when it ends
        sys.stdout = _nowhere()
        raise UnknownError(
            f"cannot write to stdout: {error.strerror}", hint="the output is not complete"
        ) from None


def message(text: str, *, verbatim: bool = False) -> None:
    """Say something to the person, on stderr; `verbatim` wraps nothing, as in a diff."""
    from opskit.output.text import visible

    text = visible(text)
    _say(text if verbatim else fitted(text, sys.stderr))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is being done, where that is a terminal; gone at the end."""
    if not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield lambda text: None
        return
    from opskit.output.text import one_line

    def say(text: str) -> None:
        width = (terminal_width(sys.stderr) or 80) - 1
        with suppress(OSError, ValueError):
            sys.stderr.write(f"\r\x1b[K{one_line(text)[:width]}")
            sys.stderr.flush()

    try:
        yield say
    finally:
        say("")


def warn(text: str) -> None:
    """Say on stderr that something is not as it should be, and that work goes on."""
    _say_labelled("warning:", "yellow", text)


def error(err: OpskitError, *, as_json: bool = False) -> None:
    """Say on stderr what was wrong, where, and what to do next; as JSON one object on one line."""
    if as_json:
        from opskit.output.values import dumps

        _say(dumps(_as_dict(err)))
        return
    _say_labelled("error:", "red", str(err))
    if err.hint:
        _say_labelled("hint:", "cyan", err.hint, lead="  ")


def _say_labelled(label: str, style: str, text: str, lead: str = "") -> None:
    from opskit.output.text import visible

    lines = fitted(lead + f"{label} {visible(text)}".replace("\n", f"\n{lead}"), sys.stderr)
    _say(lines.replace(label, paint(label, style, stream="stderr"), 1))


def _as_dict(err: OpskitError) -> dict[str, object]:
    return {
        "schema": "opskit.error/1",
        "code": err.code,
        "message": err.message,
        "where": err.where,
        "hint": err.hint,
        "exit_code": err.exit_code,
    }


def _say(text: str) -> None:
    # What cannot be said changes no answer: stderr may be closed, full, or read by nobody.
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.stderr = _nowhere()


def confirm(question: str, *, yes: bool) -> bool:
    """Whether to go ahead: `yes`, or what the person at the terminal answers.

    Raises UsageError where nobody can be asked; the end of input is a no.
    """
    if yes:
        return True
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError(
            "this needs a confirmation and there is no terminal to ask on",
            hint="give --yes to go ahead",
        )
    from opskit.output.text import visible

    sys.stderr.write(f"{visible(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


@contextmanager
def quiet_on_closed_pipe() -> Iterator[None]:
    """Let the body end quietly when the reader of stdout or stderr has left (`| head`).

    Flushes stdout at the end, so that the interpreter has nothing left to complain about.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # command line libraries turn the one into the other
        left = [stream for stream in (sys.stdout, sys.stderr) if _reader_left(stream)]
        if not left:  # the pipe was another one: a socket of a client, for instance
            raise
        for stream in left:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def _reader_left(stream: TextIO) -> bool:
    import select

    if not hasattr(select, "poll"):  # Windows cannot tell
        return False
    with suppress(OSError, ValueError):  # a stream without a file has no reader
        poll = select.poll()
        poll.register(stream.fileno(), 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    return False
