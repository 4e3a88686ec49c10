"""The feeds of AWS: three price lists a region, checked against the feeds of the pricing page."""

from collections.abc import Sequence
from typing import Any

from opskit.clients.aws import MissingError
from opskit.errors import UnknownError
from opskit.storage.refresh import bulk, pages
from opskit.storage.refresh.feeds import Feed, Library
from opskit.storage.refresh.provided import Doubt, Provided
from opskit.storage.refresh.readings import Read
from opskit.storage.refresh.usagetypes import DEEP_ARCHIVE, S3, TRANSFER

LISTS = "https://pricing.us-east-1.amazonaws.com"
PAGES = "https://b0.p.awsstatic.com"
SOURCES = {
    S3: "feed-s3",
    DEEP_ARCHIVE: "feed-deep-archive",
    TRANSFER: "feed-data-transfer",
    "page": "feed-pricing-page",
}


def read(library: Library, regions: Sequence[str]) -> Provided:
    """The prices of regions."""
    provided = Provided()
    page = _Pages(library, provided)
    for region in regions:
        found = [_offer(library, provided, page, offer, region) for offer in SOURCES
                 if offer != "page"]  # fmt: skip
        page.check([each for each in found if each], region)
    return provided


def _offer(
    library: Library, provided: Provided, page: "_Pages", offer: str, region: str
) -> Read | None:
    """A price list; the pricing page in its place where there is none."""
    feed = Feed(
        "aws",
        f"AWS price list {offer} {region}",
        f"aws/{offer}/{region}.json",
        f"{LISTS}/offers/v1.0/aws/{offer}/current/{region}/index.json",
        SOURCES[offer],
    )

    def listed() -> Read:
        try:
            return bulk.read(library.document(feed), feed, offer, region)
        except MissingError as missing:
            found = page.read(offer, region)
            if found is None:
                raise
            provided.remarks.append(f"{missing}: the feed of the pricing page is taken instead")
            return found

    return provided.attempt(listed)


class _Pages:
    """The feeds of the pricing page, each fetched once; without them nothing is checked."""

    def __init__(self, library: Library, provided: Provided) -> None:
        self._library = library
        self._provided = provided
        self._documents: dict[str, dict[str, Any] | None] = {}

    def read(self, offer: str, region: str) -> Read | None:
        """What the page says of a region; None where it says nothing."""
        name = pages.BY_OFFER.get(offer)
        if name is None or region not in pages.REGIONS:
            return None
        feed = Feed(
            "aws",
            f"AWS pricing page {name}",
            f"aws/page/{name}.json",
            f"{PAGES}/pricing/2.0/meteredUnitMaps/{name}/USD/current/{name}.json",
            SOURCES["page"],
        )
        try:
            if name not in self._documents:
                self._documents[name] = None
                self._documents[name] = self._library.document(feed)
            document = self._documents[name]
            return pages.read(document, feed, region) if document else None
        except UnknownError as error:
            self._provided.remarks.append(f"prices are not checked against a second feed: {error}")
            return None

    def check(self, reads: Sequence[Read], region: str) -> None:
        """Take out what the page says otherwise, if the page is not older than the price list."""
        found = [self.read(offer, region) for offer in pages.BY_OFFER if reads]
        others = {key: each for read in found if read for key, each in read.readings.items()}
        for read in reads:
            for key, reading in list(read.readings.items()):
                other = others.get(key)
                if other is None or other.value == reading.value:
                    continue
                if other.published and reading.published and other.published < reading.published:
                    continue
                self._provided.doubts.append(Doubt(reading.thing, reading, other))
        for doubt in self._provided.doubts:
            for read in reads:
                for key in [key for key in read.readings if key[0] == doubt.thing]:
                    del read.readings[key]
