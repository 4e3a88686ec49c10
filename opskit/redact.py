"""Secrets kept out of what opskit prints: messages, findings, diffs.

What counts as a secret is told by the name beside it, as in `remotePassword="..."`,
`jms.password=...`, `secretKey=...`, or by its place in a URI, as in `tcp://user:...@host`.
Placeholders such as `${BRIDGE_PASSWORD}` are no secrets; the default in `${NAME:default}` is one.
"""

import re

MASK = "***"
# `pasw` and `pwd` are how people misspell and shorten it. clientIdToken is a separator.
_WORD = r"(?!clientIdToken\b)[\w.:-]*(?:pass|pasw|pwd|secret|token|credential|api_?key)[\w.-]*"
_NAME = re.compile(_WORD, re.IGNORECASE)
_SUSPECT = re.compile(r"pass|pasw|pwd|secret|token|credential|api_?key|://[^\s/@]*@", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\s*[$#]\{[^}:]*\}\s*")
_WITH_DEFAULT = re.compile(r"(\s*[$#]\{[^}:]*:)[^}]*\}\s*")
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        # password="...", remotePassword='...'
        rf"""(?P<before>\b{_WORD}\s*=\s*(?P<quote>["']))(?P<secret>.*?)(?=(?P=quote))""",
        # <property name="password" value="..."/>
        rf"""(?P<before>["']{_WORD}["'][^<>]*?\bvalue\s*=\s*(?P<quote>["']))(?P<secret>.*?)(?=(?P=quote))""",
        # <!ATTLIST networkConnector password CDATA "...">
        rf"""(?P<before>\s{_WORD}\s+CDATA\s+(?P<quote>["']))(?P<secret>.*?)(?=(?P=quote))""",
        # ...?jms.password=...&amp;...
        rf"""(?P<before>[?&;]{_WORD}=)(?P<secret>[^&,"'\s<>()]+)""",
        # tcp://user:...@host
        r"""(?P<before>://[^\s/@:"'<>()]*:)(?P<secret>[^\s/@"'<>()]+)(?=@)""",
        # ${bridge.password:...}
        rf"""(?P<before>[$#]\{{{_WORD}:)(?P<secret>[^}}"'<>]+)(?=\}})""",
    )
)
_QUOTED = re.compile(r"""(['"`])[&*]?(?P<text>[^'"`\n]+)\1|(?<=alias \*)(?P<alias>\S+)""")


def masked(text: str) -> str:
    """`text` with `***` for secrets that are written out; it keeps its lines."""
    if not _SUSPECT.search(text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(_mask, text)
    return text


def masked_value(name: str, value: str) -> str:
    """The value of something called `name`, masked if the name says that it is a secret."""
    if _NAME.fullmatch(name):
        return _hidden(value)
    return masked(value)


def unquoted(message: str, line: str) -> str:
    """A message on a line of a document, without what it quotes of a line that holds a secret."""
    name = _NAME.search(line)
    if name is None:
        return message
    values = line[name.end() :]

    def hide(found: re.Match[str]) -> str:
        text = found["text"] or found["alias"]
        return found[0].replace(text, MASK) if text in values else found[0]

    return _QUOTED.sub(hide, message)


def _mask(found: re.Match[str]) -> str:
    return found["before"] + _hidden(found["secret"])


def _hidden(secret: str) -> str:
    """What is shown in its place; lines are kept, so that those of a diff stay in step."""
    if not secret or _PLACEHOLDER.fullmatch(secret) or secret.lower() in ("true", "false", MASK):
        return secret
    default = _WITH_DEFAULT.fullmatch(secret)
    if default:
        return f"{default[1]}{MASK}}}"
    return MASK + "\n" * secret.count("\n")
