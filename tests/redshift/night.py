"""Makes the capture that comes with opskit: the example scenario, taken over the real driver.

    python -m tests.redshift.night

The file is written with small blocks, so that it is a tenth of what a capture mostly is.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from opskit.clients import duck
from opskit.redshift.capture import take
from opskit.redshift.check import WINDOW
from opskit.redshift.emulator import scenario, serve
from opskit.redshift.live import LiveSource
from opskit.redshift.target import parse

EXAMPLES = Path(__file__).parents[2] / "opskit/examples/redshift"
SCENARIO, CAPTURE = EXAMPLES / "scenario.yaml", EXAMPLES / "night.duckdb"

#: How pages and series call its warehouse.
NAME = "example/dev"


@contextmanager
def answering() -> Iterator[LiveSource]:
    """The example scenario as a warehouse that answers over the driver."""
    password = {"OPSKIT_REDSHIFT_PASSWORD": "any"}
    with patch.dict("os.environ", password), serve(scenario.load(SCENARIO)) as server:
        yield LiveSource(parse(server.url))


def write(path: Path) -> None:
    """A new capture of the night, with one snapshot."""
    with TemporaryDirectory() as folder, closing(duck.connect()) as connection:
        taken = Path(folder, "night.duckdb")
        with answering() as source:
            take(source, taken, window=WINDOW)
        path.unlink(missing_ok=True)
        duck.execute(connection, f"ATTACH '{taken}' AS large (READ_ONLY)")
        duck.execute(connection, f"ATTACH '{path}' AS small (BLOCK_SIZE 16384)")
        duck.execute(connection, "COPY FROM DATABASE large TO small")
        # the emulator's port is another one each time
        duck.execute(connection, f"UPDATE small.meta.capture SET target = '{NAME}'")
        duck.execute(connection, "CHECKPOINT small")


if __name__ == "__main__":
    write(CAPTURE)
