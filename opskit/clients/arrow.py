"""Files of Apache ORC, which DuckDB does not read, through pyarrow, which is an extra."""

from collections.abc import Sequence
from typing import Any

from opskit.errors import InputError, UnknownError


def orc(paths: Sequence[str]) -> Any:
    """Files as one table that DuckDB can be given, and its columns by `schema.names`.

    UnknownError where pyarrow is not installed, InputError for a file that is none of ORC.
    """
    try:
        from pyarrow import ArrowException, dataset
    except ImportError:
        raise UnknownError(
            "an inventory in ORC needs pyarrow, which is not installed",
            hint="pip install 'opskit[orc]', or let S3 write the inventory in Parquet",
        ) from None
    try:
        return dataset.dataset(list(paths), format="orc")
    except (ArrowException, OSError, ValueError) as error:
        raise InputError(
            f"cannot be read as ORC: {_words(error)}", where=str(paths[0]), hint="copy it again"
        ) from None


def _words(error: Exception) -> str:
    return str(error).split("\n")[0].split(". Detail:")[0]
