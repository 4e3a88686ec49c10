"""Secrets kept out of what opskit prints: messages, findings, diffs.

What counts as a secret is told by the name beside it, as in `remotePassword="..."`,
`jms.password=...`, `secretKey=...`, or by its place in a URI, as in `tcp://user:...@host`.
Placeholders such as `${BRIDGE_PASSWORD}` are no secrets; the default in `${NAME:default}` is one.
"""

import re
from functools import cache

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


# What follows is for text that nobody wrote for us: logs and events of programs.

# `token` in the middle of prose and `max_tokens=512` are none; a name that ends so only refers to
# a secret, or says something about one.
_KEY = (
    r"[\w.-]{0,80}?(?:passw(?:or)?d|passphrase|passcode|(?<![a-z])pass(?![a-z])|pwd|secret|token|"
    r"credential|api[_-]?key|access[_-]?key|private[_-]?key|signature)[\w.-]{0,40}"
)
_ABOUT = re.compile(
    r"(?:name|ref|file|path|id|type|count|ur[il]|endpoint|ttl|expir\w*|length|policy|attempts|"
    r"\.(?:java|kt|scala|py|go|rs|rb|[jt]sx?|cs|c|cpp|h|php))$",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\d{1,9}")
_NO_SECRETS = frozenset(("null", "none", "nil", "undefined", "", "true", "false", MASK))


def scrubbed(text: str) -> str:
    """`text` without what looks like a secret, as in logs; it keeps its lines.

    Wider than `masked`: `password: x`, `"token": "x"` in JSON, `--api-key x`, headers, cookies,
    private keys (also cut ones), JSON Web Tokens, AWS keys, tokens with a known prefix. It may mask
    what is none. A value of several words that stands in no quotes stays: that is prose.
    """
    for pattern in _wide():
        text = pattern.sub(_scrub, text)
    return text


def _scrub(found: re.Match[str]) -> str:
    parts = found.groupdict()
    before, secret, after = parts.get("before") or "", found["secret"], parts.get("after") or ""
    key, value = parts.get("key"), secret.strip().lower()
    if value in _NO_SECRETS or _PLACEHOLDER.fullmatch(secret):
        return found[0]
    if key is not None and (_ABOUT.search(key) or _is_count(key, value)):
        return found[0]
    return before + MASK + "\n" * secret.count("\n") + after


def _is_count(key: str, value: str) -> bool:
    return "tokens" in key.lower() and bool(_COUNTS.fullmatch(value))


@cache
def _wide() -> tuple[re.Pattern[str], ...]:
    key = rf"(?P<key>(?<![\w.-]){_KEY})"
    to = r"[ \t]{0,4}(?:=>|[:=](?!=))[ \t]{0,4}"
    return tuple(
        re.compile(pattern, re.IGNORECASE | re.MULTILINE)
        for pattern in (
            # a private key; one whose end is not there; one whose start is not there
            r"(?P<before>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)(?P<secret>[\s\S]*?)"
            r"(?P<after>-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)",
            r"(?P<secret>(?:^[ \t]*+[A-Za-z0-9+/=]{16,}+[ \t]*+\r?\n)++)"
            r"(?P<after>[ \t]*-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)",
            # headers: the scheme stays, the rest of the value goes
            r"""(?P<before>\bauthorization\\?["']?[ \t]*[:=][ \t]*\\?["']?(?:[a-z][\w-]*[ \t]+)?)"""
            r"""(?P<secret>[^\s"'\\][^"'\\\r\n]*)""",
            r"(?P<before>\b(?:set-)?cookie2?[ \t]*:[ \t]*)(?P<secret>\S[^\r\n]*)",
            r"(?P<before>\bbearer[ \t]+)(?P<secret>(?=[\w.~+/=-]*\d|[\w.~+/=-]{20})[\w.~+/=-]{8,})",
            # tcp://user:...@host
            r"""(?P<before>://[^\s/@:"'<>]{0,200}:)(?P<secret>[^\s/"'<>]+)(?=@)""",
            # {"password": "..."}, password='...', and the first within a string of JSON
            rf"""(?P<before>{key}["']?{to}(?P<quote>["']))"""
            r"""(?P<secret>(?:\\.|(?!(?P=quote))[^\\\n])++)""",
            rf"""(?P<before>{key}\\["']{to}\\["'])(?P<secret>(?:(?!\\["']).)++)""",
            # password=..., "pin_token": 1234; after a colon only a single word
            rf"""(?P<before>{key}["']?[ \t]{{0,4}}=(?:>|(?!=))[ \t]{{0,4}})"""
            r"""(?P<secret>[^\s"'&,;]+)""",
            rf"""(?P<before>{key}["']?[ \t]{{0,4}}:[ \t]{{0,4}})"""
            r"""(?P<secret>[^\s"'\[{(<,;}][^\s"',;}]*+)"""
            r"""(?=[ \t]*+(?:$|[\r,;}\])])|[ \t]++["']?[\w.-]++["']?[:=])""",
            # --password ...
            rf"""(?P<before>(?<!\S)--?(?P<key>{_KEY})[ \t]+)(?P<secret>[^\s"'-][^\s"']*)""",
            # by what they look like: JSON Web Tokens, AWS, and tokens with a prefix
            r"(?P<secret>\beyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)*)",
            r"(?P<secret>\b(?-i:AKIA|ASIA)(?-i:[A-Z0-9]{16})\b)",
            r"(?P<before>\*\*\*[^\n]{0,200}?)(?P<secret>(?<![\w/+=])"
            r"(?=[\w/+]{0,39}(?-i:[A-Z]))(?=[\w/+]{0,39}(?-i:[a-z]))[A-Za-z0-9/+]{40}(?![\w/+=]))",
            r"(?P<before>\bk8s-aws-v1\.)(?P<secret>[\w-]+)",
            r"(?P<secret>\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[rs]k_live_|AIza|npm_|hf_|dop_v1_)"
            r"[\w-]{16,})",
            r"(?P<before>\bX-Amz-(?:Signature|Credential|Security-Token)=)(?P<secret>[^&\s\"']+)",
        )
    )
