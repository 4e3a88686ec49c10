"""`python -m opskit.storage.catalog.compile` writes the compiled form of the bundled catalog."""

from opskit.files import write_atomic
from opskit.storage.catalog.load import COMPILED, compiled

if __name__ == "__main__":
    write_atomic(COMPILED, compiled())
