"""The fixes of rules on a connector's `uri`."""

import re
from collections.abc import Callable

from opskit.broker import uris
from opskit.broker.model import Connector
from opskit.broker.xml import edit
from opskit.broker.xml.edit import Edit

_OUTSIDE_PLACEHOLDERS = re.compile(r"([$#]\{[^}]*\})|\s+")
_PAIR_MEMBER = re.compile(
    r"(?P<broker>b-[0-9a-f-]+)-(?P<number>[12])(?P<domain>\.mq\..+)", re.IGNORECASE
)


def without_space(connector: Connector) -> list[Edit]:
    """BRK003: the URI without white space, but for what stands in a placeholder."""
    return _set_uri(connector, lambda uri: _OUTSIDE_PLACEHOLDERS.sub(r"\1", uri))


def pair(connector: Connector) -> list[Edit]:
    """BRK021: `masterslave:` for `static:` before the two members of an Amazon MQ pair."""
    uri = connector.uri
    if uri is None or uri.scheme not in ("static", "simple") or len(uri.parts) != 2:
        return []
    members = [_PAIR_MEMBER.fullmatch(part.host) for part in uri.parts]
    brokers = {(found["broker"] + found["domain"]).lower() for found in members if found}
    numbers = {found["number"] for found in members if found}
    if len(brokers) != 1 or len(numbers) != 2:
        return []
    return _set_uri(connector, lambda text: text.replace(uri.scheme, "masterslave", 1))


def failover_once(connector: Connector) -> list[Edit]:
    """BRK022: each `failover:` tries once, in order; the bridge above it reconnects."""
    uri = connector.uri
    if uri is None:
        return []
    inner = [part for part in uri.wrapped() if part.scheme == "failover"]

    def mended(text: str) -> str:
        for part in inner:
            text = text.replace(part.text, _with_options(part))
        return text

    return _set_uri(connector, mended)


def _with_options(uri: uris.Uri) -> str:
    """A failover URI that gives up after one try; `randomize` stays where it is given."""
    options = dict(uri.options)
    if options.get("maxReconnectAttempts", "").isdecimal() or uris.has_placeholder(uri.query):
        return uri.text
    options["maxReconnectAttempts"] = "0"
    options.setdefault("randomize", "false")
    query = "&".join(f"{name}={value}" for name, value in options.items())
    inner = ",".join(part.text for part in uri.parts)
    return f"failover:({inner})?{query}"


def _set_uri(connector: Connector, change: Callable[[str], str]) -> list[Edit]:
    old = connector.attributes.get("uri", "")
    new = change(old)
    if new == old:
        return []
    return [edit.set_attribute(connector.broker.document, connector.element, "uri", new)]
