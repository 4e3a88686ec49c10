"""An estimate over all providers, against the help of the same command."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Ratio, process, ratio


def ratios() -> Iterator[Ratio]:
    opskit = str(Path(sys.executable).with_name("opskit"))
    command = (opskit, "storage", "estimate")
    use = ("--tb", "10", "--avg-object", "4MB", "--egress", "2TB", "--reads", "1M")
    help_ = ("opskit storage estimate --help", process(*command, "--help"))
    yield ratio("opskit storage estimate", process(*command, *use), *help_, 1.5, 25)
