"""The profile of a local tree, against `du` adding up the same one."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

from tests.bench.measure import Ratio, process, ratio

FILES = int(os.environ.get("OPSKIT_BENCH_FILES", 1_000_000))
#: Files of a folder; the folders are in folders of 40.
TOGETHER = 100


def ratios() -> Iterator[Ratio]:
    """Both with what the kernel remembers of the tree, which the first round leaves behind."""
    folder = Path(mkdtemp(prefix="opskit-bench-"))
    try:
        fill(folder, FILES)
        yield ratio(
            f"profile of {FILES:,} local files",
            process(sys.executable, "-m", "opskit", "storage", "profile", str(folder)),
            "du -s",
            process("du", "-s", str(folder)),
            1.5,
            5,
        )
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


def fill(root: Path, files: int) -> None:
    """Files of all sizes (with holes) and ages."""
    dice, now = random.Random(1), time.time()
    for start in range(0, files, TOGETHER):
        number = start // TOGETHER
        folder = root / str(number % 40) / str(number)
        folder.mkdir(parents=True)
        descriptor = os.open(folder, os.O_RDONLY)
        for index in range(start, min(start + TOGETHER, files)):
            file = os.open(f"file-{index}", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor)
            os.ftruncate(file, int(2 ** dice.uniform(0, 34)))
            changed = now - dice.uniform(0, 2000) * 86_400
            os.utime(file, (changed + dice.uniform(0, 300) * 86_400, changed))
            os.close(file)
        os.close(descriptor)
