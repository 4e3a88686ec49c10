"""Names of tables and columns as a scenario writes them: with dots, quoted as SQL does."""

from opskit.errors import UsageError
from opskit.redshift.names import parts


def split(text: str, count: int = 2) -> list[str]:
    """The parts of a name with dots, the schema first; UsageError where it has too many or few.

    A name of one part less stands in the schema public.
    """
    found = [part for part, _ in parts(text)]
    if len(found) == count - 1:
        found = ["public", *found]
    if len(found) != count:
        raise UsageError(f"{text[:80]!r} is not {'.'.join(('schema', 'table', 'column')[:count])}")
    if any(len(part.encode()) > 127 for part in found):
        raise UsageError(f"{text[:80]!r} is longer than the 127 bytes of a name")
    return found


def pair(text: str) -> tuple[str, str]:
    """Schema and table of a name that the checks have found good."""
    schema, name = split(text)
    return schema, name
