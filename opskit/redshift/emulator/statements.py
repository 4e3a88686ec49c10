"""What a statement is: its first words, and whether it asks, changes or controls."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TRANSACTION = {
    "BEGIN": "BEGIN",
    "START": "BEGIN",
    "COMMIT": "COMMIT",
    "END": "COMMIT",
    "ROLLBACK": "ROLLBACK",
    "ABORT": "ROLLBACK",
}
_QUESTIONS = ("SELECT", "WITH", "VALUES", "(")
#: What changes nothing, and a transaction that reads only lets pass.
_HARMLESS = ("SET", "RESET", "SHOW", "EXPLAIN", "CANCEL", "DEALLOCATE", "DISCARD", "CLOSE")
#: What else Redshift knows; all of it changes something.
_CHANGES = (
    *("ALTER", "ANALYZE", "APPEND", "ATTACH", "CALL", "COMMENT", "COPY", "CREATE", "DECLARE"),
    *("DELETE", "DROP", "GRANT", "INSERT", "LOCK", "MERGE", "REFRESH", "REVOKE", "TRUNCATE"),
    *("UNLOAD", "UPDATE", "USE", "VACUUM"),
)
_COUNTED = {"INSERT": "INSERT 0 0", "UPDATE": "UPDATE 0", "DELETE": "DELETE 0"}
_NOISE = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)


class Statement(NamedTuple):
    """One statement, without comments before it, and its first word in capitals."""

    sql: str
    verb: str

    @property
    def transaction(self) -> str:
        """BEGIN, COMMIT or ROLLBACK where it is one of them."""
        return _TRANSACTION.get(self.verb, "")

    @property
    def asks(self) -> bool:
        return self.verb in _QUESTIONS

    @property
    def known(self) -> bool:
        return self.asks or self.verb in (*_TRANSACTION, *_HARMLESS, *_CHANGES)

    @property
    def changes(self) -> bool:
        return self.verb in _CHANGES

    @property
    def tag(self) -> str:
        """What the server says when it is done."""
        if self.verb in _COUNTED:
            return _COUNTED[self.verb]
        if self.verb in ("ALTER", "CREATE", "DROP", "TRUNCATE"):
            words = re.findall(r"[A-Za-z]+", self.sql[:200])
            words = [w.upper() for w in words if w.upper() not in ("OR", "REPLACE", "EXTERNAL")]
            object_ = words[1] if len(words) > 1 else ""
            if object_ == "MATERIALIZED":
                object_ = "MATERIALIZED VIEW"
            return f"{self.verb} {object_}".strip()
        return self.verb

    def reads_only(self) -> bool:
        """Whether a BEGIN asks for a transaction that reads only."""
        return bool(re.search(r"\bREAD\s+ONLY\b", self.sql, re.IGNORECASE))


def split(script: str) -> Iterator[Statement]:
    """The statements of a script, without those that are empty."""
    from sqlglot import TokenType
    from sqlglot.dialects import Redshift
    from sqlglot.errors import SqlglotError

    try:
        tokens = Redshift().tokenize(script)
    except SqlglotError:
        tokens = []  # whoever parses it says what is wrong
    ends = [token.start for token in tokens if token.token_type is TokenType.SEMICOLON]
    start = 0
    for end in [*ends, len(script)]:
        part = _NOISE.sub("", script[start:end]).strip()
        start = end + 1
        if part:
            yield Statement(part, first_word(part))


def first_word(sql: str) -> str:
    """The first word in capitals; a parenthesis counts as one."""
    found = re.match(r"[A-Za-z]+|\(", sql)
    return found[0].upper() if found else sql[:1]
