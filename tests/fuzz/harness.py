"""What the fuzzers share: atheris set up, seeds written where it looks for them.

A fuzzer is a function from bytes to None. An `OpskitError` is an answer; a `DefectError` and any
other exception is a crash. Arguments are libFuzzer's, such as `-max_total_time=60`.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from opskit.errors import DefectError, OpskitError

#: Per input; real ones take milliseconds.
LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=8192")


@contextmanager
def answers() -> Iterator[None]:
    """Let errors that a user would be shown pass, and no other."""
    try:
        yield
    except DefectError:
        raise
    except OpskitError:
        pass


def fuzz(one_input: Callable[[bytes], None], seeds: Iterable[bytes], words: Iterable[str]) -> None:
    """Run a fuzzer from `seeds`, and with `words` to put in; ends the process."""
    import atheris  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory(prefix="opskit-fuzz-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / str(number)).write_bytes(seed)
        dictionary = Path(folder, "words")
        dictionary.write_text("".join(map(_quoted, words)), encoding="utf-8")
        atheris.instrument_all()
        arguments = [*sys.argv, *LIMITS, f"-dict={dictionary}", str(corpus)]
        atheris.Setup(arguments, one_input)
        atheris.Fuzz()


def _quoted(word: str) -> str:
    """A line of libFuzzer's dictionary."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n'
