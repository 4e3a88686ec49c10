"""Programs that some tests need: missing, they skip the test, and fail it in CI."""

import os
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
