"""`opskit demo`: what the groups do, shown by running them on bundled examples.

A domain's steps are plain data (`opskit.manifest.DEMOS` names them); they run in a copy of the
examples, so that nothing of the user's is touched.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from opskit import manifest
from opskit.errors import DefectError, UsageError


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the demo: what it shows, its arguments, and the exit status it should have.

    `group` is the group's name; paths in `args` are relative to its folder of examples.
    """

    group: str
    title: str
    args: tuple[str, ...]
    status: int = 0


def steps(group: str | None = None) -> list[Step]:
    """The steps of every group, or of one; UsageError where it has none."""
    found: list[Step] = []
    for name in manifest.DEMOS:
        module, _, attribute = name.partition(":")
        found += getattr(import_module(module), attribute)
    groups = sorted({step.group for step in found})
    if group is not None and group not in groups:
        raise UsageError(f"no demo of {group!r}", hint=f"there is one of {', '.join(groups)}")
    return [step for step in found if group in (None, step.group)]


def play(
    chosen: Sequence[Step], run: Callable[[Sequence[str]], int], say: Callable[[Step], None]
) -> int:
    """Run the steps in a temporary copy of the examples; `say` announces each.

    Returns how many ran; raises DefectError where a step ends in another status than it should.
    """
    with examples() as folder:
        for step in chosen:
            say(step)
            with chdir(folder / step.group):
                status = run(step.args)
            if status != step.status:
                raise DefectError(
                    f"'opskit {' '.join(step.args)}' ended with {status}, not {step.status}"
                )
    return len(chosen)


@contextmanager
def examples() -> Iterator[Path]:
    """A copy of the bundled examples, gone when the body ends."""
    with (
        TemporaryDirectory(prefix="opskit-demo-") as folder,
        as_file(files("opskit.examples")) as source,
    ):
        yield Path(copytree(source, Path(folder, "examples")))


def lines(step: Step, number: int, total: int) -> Iterator[str]:
    """How a step is announced: its title and its command."""
    yield f"# {number}/{total} {step.title}"
    yield f"$ opskit {' '.join(step.args)}"
