"""Programs that some tests need: missing, they skip the test, and fail it in CI."""

import os
import signal
from shutil import which

import pytest


def require_program(name: str, package: str) -> str:
    """The path of a program; `package` is Debian's name of what installs it."""
    found = which(name)
    if found:
        return found
    reason = f"{name} is not installed (Debian's package {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def interruptible() -> None:
    """For `preexec_fn`: a child that Ctrl-C ends, where a shell's background job ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
