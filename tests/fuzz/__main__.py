"""Run every fuzzer for a bounded time; 1 when one of them found a crash.

    python -m tests.fuzz --seconds 60

Needs atheris (`pip install --group fuzz`; its wheels are for Linux). The input of a crash is kept
in `.fuzz/`, so that it can become a test.
"""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
CRASHES = ROOT / ".fuzz"
#: What a fuzzer may take longer than it was given: it starts, and ends its last input.
GRACE_SECONDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every fuzzer for a bounded time.")
    parser.add_argument("--seconds", type=int, default=60, help="for each (default: 60)")
    parser.add_argument("names", nargs="*", help="as in fuzz_patch; all of them by default")
    options = parser.parse_args()
    if find_spec("atheris") is None:
        sys.stderr.write("atheris is not installed: pip install --group fuzz\n")
        return 2
    found = sorted(path.stem for path in Path(__file__).parent.glob("fuzz_*.py"))
    failed = [name for name in options.names or found if not _run(name, options.seconds)]
    sys.stderr.write(f"crashes: {', '.join(failed) or 'none'}\n")
    return 1 if failed else 0


def _run(name: str, seconds: int) -> bool:
    """Whether a fuzzer ran to its end without a crash."""
    CRASHES.mkdir(exist_ok=True)
    sys.stderr.write(f"{name}: {seconds} s\n")
    command = [sys.executable, "-m", f"tests.fuzz.{name}", f"-max_total_time={seconds}"]
    try:
        done = subprocess.run(
            [*command, f"-artifact_prefix={CRASHES}{os.sep}{name}-"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + GRACE_SECONDS,
            check=False,
        )
        good, output = done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired as error:
        good, output = False, error.stdout or b""
    lines = output.decode(errors="replace").splitlines()
    for line in lines[-1:] if good else lines[-60:]:
        sys.stderr.write(f"  {line}\n")
    return good


if __name__ == "__main__":
    sys.exit(main())
