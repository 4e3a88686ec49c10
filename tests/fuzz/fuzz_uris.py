"""Discovery URIs and destination names."""

from opskit.broker import destinations, uris
from tests.fuzz.harness import answers, fuzz
from tests.fuzz.samples import URI_WORDS, URIS


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        uri = uris.parse(text)
    except uris.UriError:
        pass
    else:
        for part in uri.wrapped():
            assert part.text in text
            assert part.port is None or part.port >= 0
        assert all(not endpoint.parts for endpoint in uri.endpoints)
    with answers():
        destination = destinations.parse(text)
        assert destinations.parse(str(destination)) == destination
    half = len(text) // 2
    destinations.matches(text[:half], text[half:])
    destinations.has_wildcard(text)
    for single in destinations.split(destinations.Destination("queue", text)):
        destinations.covers(single, single)


if __name__ == "__main__":
    fuzz(one_input, URIS, URI_WORDS)
