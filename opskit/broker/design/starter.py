"""A first topology from two brokers and what goes between them: what `broker init` prints."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from opskit.broker import uris, versions
from opskit.broker.design import topology, topology_checks
from opskit.documents import parse_document
from opskit.errors import InputError, UsageError

_AMAZON = re.compile(r"\.amazonaws\.com(\.cn)?$")
_FIRST_OF_PAIR = re.compile(r"^b-[^.]*-1\.mq\.")


@dataclass(frozen=True, slots=True)
class End:
    """One broker as it was given. `version` is empty where nobody said it."""

    name: str
    endpoints: tuple[str, ...]
    version: str = ""

    @property
    def engine(self) -> str:
        """Guessed from the host: AWS runs what is called *.amazonaws.com."""
        hosts = [uris.parse(endpoint).host for endpoint in self.endpoints]
        return "amazon-mq" if any(_AMAZON.search(host) for host in hosts) else "activemq"

    @property
    def managed(self) -> bool:
        return self.engine == "amazon-mq"

    def hint(self) -> str:
        """What may be missing: the standby of a pair. Empty where nothing seems to be."""
        if not self.managed or len(self.endpoints) != 1:
            return ""
        host = uris.parse(self.endpoints[0]).host
        if not _FIRST_OF_PAIR.match(host):
            return ""
        standby = self.endpoints[0].replace("-1.mq.", "-2.mq.", 1)
        return f"if {self.name} is an active/standby pair, add its other endpoint: {standby}"


def parse_end(text: str, option: str, version: str | None = None) -> End:
    """`NAME=URI[,URI]` as `option` was given it; raises UsageError."""
    name, equals, listed = text.partition("=")
    endpoints = tuple(part.strip() for part in listed.split(",") if part.strip())
    example = f"{option} cloud=ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617"
    if not equals or not name.strip() or not endpoints:
        raise UsageError(f"{option} takes NAME=URI[,URI], not {text!r}", hint=f"as in {example}")
    try:
        for endpoint in endpoints:
            uris.parse(endpoint)
    except uris.UriError as error:
        raise UsageError(f"{option}: {error}", hint=f"as in {example}") from None
    return End(name.strip(), endpoints, version or "")


def write(
    source: End,
    target: End,
    queues: Sequence[str] = (),
    topics: Sequence[str] = (),
    user: str | None = None,
) -> str:
    """A topology as YAML, with comments on what to do next, which `topology.load` accepts.

    Raises UsageError for what no topology can hold.
    """
    if not queues and not topics:
        raise UsageError("nothing to route", hint="give --queue NAME or --topic NAME")
    for end in (source, target):
        if not topology_checks.is_name(end.name):
            raise UsageError(
                f"{end.name!r} is no name for a broker", hint=topology_checks.NAME_HINT
            )
    if source.name == target.name:
        raise UsageError(f"both brokers are called {source.name!r}", hint="give each its own name")
    text = "\n".join(
        [
            "# Which messages go where; 'opskit schema topology' describes the keys.",
            "# Next: opskit broker lint FILE, then opskit broker generate FILE",
            "brokers:",
            *_broker(source),
            *_broker(target),
            "routes:",
            f"  - from: {_name(source)}",
            f"    to: {_name(target)}",
            f"    queues: {_listed(queues)}",
            f"    topics: {_listed(topics)}",
            "    only: true  # nothing else crosses",
            *_credentials(source, target, user),
            "",
        ]
    )
    try:
        topology.from_document(parse_document(text.encode(), "the new topology"))
    except InputError as error:
        raise UsageError(error.message, hint=error.hint) from None
    return text


def login_hint(source: End, target: End, user: str | None) -> str:
    """That a user is missing, where one of the brokers certainly asks for one; else empty."""
    managed = [end.name for end in (source, target) if end.managed]
    if user is not None or not managed:
        return ""
    return f"{' and '.join(managed)} (Amazon MQ) asks for a user: give --user NAME"


def _broker(end: End) -> list[str]:
    version = json.dumps(end.version or versions.DEFAULT)
    note = "" if end.version else "  # assumed: write the release that it runs"
    return [
        f"  {_name(end)}:",
        f"    engine: {end.engine}",
        f"    version: {version}{note}",
        f"    endpoints: {_listed(end.endpoints)}",
    ]


def _credentials(source: End, target: End, user: str | None) -> list[str]:
    inward = source.managed and not target.managed
    near, far = (target, source) if inward else (source, target)
    if user is None:
        return [
            "    # credentials: {local: {user: NAME, password: {env: VARIABLE}}}  # --user NAME"
        ]
    name = _text(user)
    if near.managed:
        return [
            "    credentials:  # the same user on both brokers; Amazon MQ fills in the password",
            f"      local: {{user: {name}}}",
        ]
    if inward:
        return [
            "    credentials:  # the same user and password on both brokers: the bridge is duplex",
            f"      local: {{user: {name}, password: {{env: {_variable(user)}}}}}",
        ]
    return [
        "    credentials:  # passwords come from the environment of the broker",
        f"      local: {{user: {name}, password: {{env: {_variable(near.name)}}}}}"
        f"  # on {near.name}",
        f"      remote: {{user: {name}, password: {{env: {_variable(far.name)}}}}}"
        f"  # on {far.name}",
    ]


def _variable(name: str) -> str:
    word = re.sub(r"[^A-Z0-9]", "_", name.upper())
    return f"{'_' if word[0].isdigit() else ''}{word}_PASSWORD"


def _listed(items: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, items))}]"


def _name(end: End) -> str:
    """The name of a broker, in quotes where YAML would take it for something else."""
    return end.name if re.match(r"(?!null$)[a-z]", end.name, re.IGNORECASE) else _text(end.name)


def _text(text: str) -> str:
    """A string as YAML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False)
