"""All that was read of one provider, and what went wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from opskit.clients.pricefeeds import UnreachableError
from opskit.errors import UnknownError
from opskit.storage.catalog.listing import Thing
from opskit.storage.refresh.feeds import Library
from opskit.storage.refresh.readings import Read, Reading


@dataclass(frozen=True, slots=True)
class Doubt:
    """A thing on which two feeds of a provider do not agree: it stays as it is."""

    thing: Thing
    reading: Reading
    other: Reading


@dataclass(slots=True)
class Provided:
    """`errors` keep the provider's file as it is; `remarks` only ask to be read."""

    reads: list[Read] = field(default_factory=list)
    errors: list[UnknownError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def attempt(self, read: Callable[[], Read]) -> Read | None:
        """Read a feed and keep it; note the error of one that cannot be used.

        A server that gives no answer is not asked for the next feed: UnreachableError.
        """
        try:
            found = read()
        except UnreachableError:
            raise
        except UnknownError as error:
            self.errors.append(error)
            return None
        self.reads.append(found)
        return found


#: Reads the feeds of a provider for regions of the catalog, by their names.
Reader = Callable[[Library, Sequence[str]], Provided]
