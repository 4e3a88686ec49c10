"""Discovery URIs: what stands in a network connector's `uri`.

Source: `URISupport.parseComposite` and the discovery agents of apache/activemq. The outer scheme
names a discovery agent (`static`, `masterslave`, `multicast`, ...), the inner URIs name
transports, or a `failover:` that wraps them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

#: Agents that ActiveMQ registers; the outer scheme of a connector's URI has to be one of them.
AGENTS = frozenset({"static", "simple", "masterslave", "multicast", "zeroconf", "http"})
#: Transports that speak OpenWire, which is what a bridge speaks.
OPENWIRE = frozenset(
    [
        "tcp",
        "ssl",
        "nio",
        "nio+ssl",
        "auto",
        "auto+ssl",
        "auto+nio",
        "auto+nio+ssl",
        "http",
        "https",
        "vm",
    ]
)
#: Wrappers that add reconnection or fan-out around transports.
WRAPPERS = frozenset({"failover", "fanout"})
MAX_NESTING = 8
#: A rule may look at the whole URI for each of its parts and options.
MAX_LENGTH = 65_536
MAX_PARTS = 1_000

_NO_ENDPOINTS = (AGENTS | WRAPPERS) - {"http"}
# The agents that find brokers themselves take an address and options, not further URIs.
_CONTAINERS = _NO_ENDPOINTS - {"multicast", "zeroconf"}
_PLACEHOLDER = re.compile(r"[$#]\{[^}]*\}")
# One that holds what separates URIs cannot be told from what stands around it.
_HIDES = re.compile(r"[$#]\{[^}]*[(),?][^}]*\}")
_TRANSPORT = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://"
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|(?:[$#]\{[^}]*\}|[^\s/?:#,()])*+)"
    r"(?::(?P<port>\d{1,9}|[$#]\{[^}]*\}))?(?P<path>/[^?\s]*)?(?:\?(?P<query>.*))?"
)
# A composite of plain transports, which is what nearly every connector has.
_PLAIN = re.compile(r"(static|masterslave|failover):(?://)?\(([^()\s]+)\)(?:\?([^()\s]*))?")


class Uri(NamedTuple):
    """One URI: a transport with host and port, or a composite of others.

    `parts` is empty for a transport. `query` is what stands behind the `?`. `hidden` says that
    the host or the port is a placeholder, or holds one.
    """

    text: str
    scheme: str
    host: str = ""
    port: int | None = None
    query: str = ""
    parts: tuple["Uri", ...] = ()
    hidden: bool = False

    @property
    def endpoints(self) -> tuple["Uri", ...]:
        """The transports whose address is known, however deep they are wrapped."""
        if not self.parts:
            return () if self.hidden or self.scheme in _NO_ENDPOINTS else (self,)
        return tuple(endpoint for part in self.parts for endpoint in part.endpoints)

    def wrapped(self) -> Iterator["Uri"]:
        """This URI and all inside it."""
        yield self
        for part in self.parts:
            yield from part.wrapped()

    @property
    def address(self) -> str:
        """`host:port` as the broker's beans and a firewall rule name it."""
        return f"{self.host}:{self.port}" if self.port is not None else self.host

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The query's names and values, undecoded, in order."""
        return _options(self.query) if self.query else ()

    def option(self, name: str) -> str | None:
        """The value of an option; the last one where it is given twice."""
        return dict(self.options).get(name) if self.query else None


class UriError(ValueError):
    """A URI that no broker could read, or whose scheme a placeholder hides; the text says why."""


def has_placeholder(text: str) -> bool:
    """Whether a `${...}` or `#{...}` is left for the broker's environment to fill."""
    return "{" in text and _PLACEHOLDER.search(text) is not None


def parse(text: str) -> Uri:
    """Take a discovery or transport URI apart; raises `UriError`.

    White space is tolerated here (a rule of its own reports it), so that the rest can be read;
    so is a placeholder for a host, a port or an option.
    """
    if "{" in text and _HIDES.search(text):
        raise UriError("a placeholder in it may hold several URIs")
    if len(text) > MAX_LENGTH:
        raise UriError(f"longer than {MAX_LENGTH} characters")
    if text.count(",") + text.count("&") > MAX_PARTS:
        raise UriError(f"more than {MAX_PARTS} URIs and options")
    plain = _PLAIN.fullmatch(text)
    if plain is None or "?" in plain[2]:
        return _parse(text, 0)
    parts = tuple([_transport(part) for part in plain[2].split(",") if part])
    return Uri(text, plain[1], query=plain[3] or "", parts=parts)


def _parse(text: str, depth: int) -> Uri:
    text = text.strip()
    if depth > MAX_NESTING:
        raise UriError(f"nested deeper than {MAX_NESTING} URIs")
    scheme, _, rest = text.partition(":")
    scheme = _known(scheme.strip())
    inner = rest.strip().removeprefix("//").strip()
    if inner.startswith("("):
        close = _closing(inner)
        query = inner[close + 1 :].partition("?")[2]
        return _composite(text, scheme, inner[1:close], query, depth)
    if scheme in WRAPPERS or (scheme in _CONTAINERS and ":" in inner):
        return _composite(text, scheme, inner, "", depth)
    return _transport(text)


def _composite(text: str, scheme: str, inner: str, query: str, depth: int) -> Uri:
    parts = tuple(_parse(part, depth + 1) for part in _split(inner) if part.strip())
    return Uri(text, scheme, query=query, parts=parts)


@lru_cache(maxsize=16384)  # the brokers of one network name the same few over and over
def _transport(text: str) -> Uri:
    scheme, colon, _ = text.partition(":")
    if not colon or not scheme:
        raise UriError(f"no scheme in {text!r}")
    scheme = _known(scheme.strip())
    found = _TRANSPORT.fullmatch("".join(text.split()))
    if found is None:
        if has_placeholder(text):
            raise UriError("a placeholder stands for more than a host, a port or an option")
        return Uri(text, scheme)
    port, query = found["port"], found["query"] or ""
    host = found["host"].strip("[]")
    if not port or port.isdecimal():
        number = int(port) if port else None
        return Uri(text, found["scheme"], host, number, query, hidden=has_placeholder(host))
    return Uri(text, found["scheme"], host, None, query, hidden=True)


def _known(scheme: str) -> str:
    if "${" in scheme or "#{" in scheme:
        raise UriError("a placeholder stands for its scheme")
    return scheme


@lru_cache(maxsize=1024)
def _options(query: str) -> tuple[tuple[str, str], ...]:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _closing(text: str) -> int:
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at
    raise UriError("a parenthesis is not closed")


def _split(text: str) -> list[str]:
    """Split at the commas that stand outside parentheses."""
    found, depth, last = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            found.append(text[last:at])
            last = at + 1
    return [*found, text[last:]]
