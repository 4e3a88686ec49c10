"""Discovery URIs: what stands in a network connector's `uri`.

Source: `URISupport.parseComposite` and the discovery agents of apache/activemq. The outer scheme
names a discovery agent (`static`, `masterslave`, `multicast`, ...), the inner URIs name
transports, or a `failover:` that wraps them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Agents that ActiveMQ registers; the outer scheme of a connector's URI has to be one of them.
AGENTS = frozenset({"static", "simple", "masterslave", "multicast", "zeroconf", "http"})
#: Transports that speak OpenWire, which is what a bridge speaks.
OPENWIRE = frozenset(
    "tcp ssl nio nio+ssl auto auto+ssl auto+nio auto+nio+ssl http https vm".split()
)
#: Wrappers that add reconnection or fan-out around transports.
WRAPPERS = frozenset({"failover", "fanout"})
MAX_NESTING = 8

_SIMPLE = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s/?:#,()]*)"
    r"(?::(?P<port>\d+))?(?P<path>/[^?\s]*)?(?:\?(?P<query>.*))?"
)
_CONTAINERS = (AGENTS | WRAPPERS) - {"http"}
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|#\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Uri:
    """One URI: a transport with host and port, or a composite of others.

    `parts` is empty for a transport. `options` are the query's, last one wins, undecoded.
    """

    text: str
    scheme: str
    host: str = ""
    port: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    parts: tuple["Uri", ...] = ()

    @property
    def endpoints(self) -> tuple["Uri", ...]:
        """The transports, however deep they are wrapped."""
        return tuple(self._transports())

    def _transports(self) -> Iterator["Uri"]:
        if not self.parts and self.scheme not in _CONTAINERS:
            yield self
        for part in self.parts:
            yield from part._transports()

    def wrapped(self) -> Iterator["Uri"]:
        """This URI and all inside it."""
        yield self
        for part in self.parts:
            yield from part.wrapped()

    @property
    def address(self) -> str:
        """`host:port` as the broker's beans and a firewall rule name it."""
        return f"{self.host}:{self.port}" if self.port is not None else self.host

    def option(self, name: str) -> str | None:
        return dict(self.options).get(name)


class UriError(ValueError):
    """A URI that no broker could read; the text says why."""


def has_placeholder(text: str) -> bool:
    """Whether a `${...}` or `#{...}` is left for the broker's environment to fill."""
    return _PLACEHOLDER.search(text) is not None


def parse(text: str, depth: int = 0) -> Uri:
    """Take a discovery or transport URI apart; raises `UriError`.

    White space is tolerated here (a rule of its own reports it), so that the rest can be read.
    """
    text = text.strip()
    if depth > MAX_NESTING:
        raise UriError(f"nested deeper than {MAX_NESTING} URIs")
    scheme, colon, rest = text.partition(":")
    if not colon or not scheme:
        raise UriError(f"no scheme in {text!r}")
    scheme = scheme.strip()
    inner = rest.strip().removeprefix("//").strip()
    if inner.startswith("("):
        close = _closing(inner)
        query = inner[close + 1 :].partition("?")[2]
        return _composite(text, scheme, inner[1:close], query, depth)
    if scheme in WRAPPERS or (scheme in AGENTS and ":" in inner and scheme != "http"):
        return _composite(text, scheme, inner, "", depth)
    return _simple(text, scheme)


def _composite(text: str, scheme: str, inner: str, query: str, depth: int) -> Uri:
    parts = tuple(parse(part, depth + 1) for part in _split(inner) if part.strip())
    return Uri(text, scheme, options=_options(query), parts=parts)


def _simple(text: str, scheme: str) -> Uri:
    found = _SIMPLE.fullmatch("".join(text.split()))
    if found is None:
        return Uri(text, scheme)
    host, port = found["host"].strip("[]"), found["port"]
    return Uri(text, scheme, host, int(port) if port else None, _options(found["query"] or ""))


def _options(query: str) -> tuple[tuple[str, str], ...]:
    if not query:
        return ()
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
