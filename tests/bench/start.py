"""How fast opskit starts, against Python and against the smallest Typer program."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Ratio, process, ratio

HELLO = """
import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def hello(name: str = "world") -> None:
    print(f"Hello, {name}!")


if __name__ == "__main__":
    app()
"""
# A TAB after `opskit broker li`, as bash runs it: the script is loaded once a shell.
TAB = r"""
source "$1"
COMP_WORDS=(opskit broker li); COMP_CWORD=2; COMP_LINE="opskit broker li"; COMP_POINT=16
start=${EPOCHREALTIME/./}
for _ in {1..50}; do COMPREPLY=(); _shtab_opskit opskit li broker; done
stop=${EPOCHREALTIME/./}
[[ " ${COMPREPLY[*]} " == *" lint "* ]] || { echo "no completion: ${COMPREPLY[*]}" >&2; exit 1; }
echo $(( stop - start ))
"""


def ratios() -> Iterator[Ratio]:
    opskit = str(Path(sys.executable).with_name("opskit"))
    python = ("python -c pass", process(sys.executable, "-c", "pass"))
    yield ratio("opskit --version", process(opskit, "--version"), *python, 1.2, 25)
    with TemporaryDirectory() as folder:
        program = Path(folder, "hello.py")
        program.write_text(HELLO)
        hello = ("hello-world Typer --help", process(sys.executable, str(program), "--help"))
        yield ratio("opskit --help", process(opskit, "--help"), *hello, 1.1)
        leaf = process(opskit, "broker", "lint", "--help")
        yield ratio("opskit broker lint --help", leaf, *hello, 1.25)
        leaf = process(opskit, "redshift", "check", "--help")
        yield ratio("opskit redshift check --help", leaf, *hello, 1.25)
        leaf = process(opskit, "emrfs", "resolve", "--help")
        yield ratio("opskit emrfs resolve --help", leaf, *hello, 1.25)
    yield completion()


def completion() -> Ratio:
    """A TAB in bash, against the 10 ms that it may take."""
    script = Path(__file__).parents[2] / "completions" / "opskit.bash"
    run = subprocess.run(
        ["bash", "-c", TAB, "bash", str(script)], check=True, capture_output=True, text=True
    )
    return Ratio("a TAB in bash", int(run.stdout) / 50 / 1e6, "10 ms", 0.010, 1.0)
