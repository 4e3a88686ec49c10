"""What the emulator says no to, with the SQLSTATE that Redshift gives."""

import re

from opskit.clients.duck import DuckError


class SqlError(Exception):
    """A refusal: a SQLSTATE, and words. `fatal` ends the session."""

    def __init__(self, state: str, words: str, *, hint: str = "", fatal: bool = False) -> None:
        super().__init__(words)
        self.state = state
        self.words = words
        self.hint = hint
        self.fatal = fatal


class BrokenError(Exception):
    """The connection breaks without a word, as a fault of the scenario has it."""


def refusal(error: DuckError) -> SqlError:
    """What DuckDB refuses, in Redshift's words where they are known."""
    text = error.message
    if found := re.search(r"Table with name (\S+) does not exist", text):
        return SqlError("42P01", f'relation "{found[1]}" does not exist')
    if found := re.search(r'Referenced column "([^"]+)" (?:was )?not found', text):
        return SqlError("42703", f'column "{found[1].lower()}" does not exist')
    if found := re.search(
        r'(?:Table|Values list) "([^"]+)" does not have a column named "([^"]+)"', text
    ):
        return SqlError("42703", f"column {found[1].lower()}.{found[2].lower()} does not exist")
    if found := re.search(r"(?:Function with name|Scalar Function with name) (\S+) does not", text):
        return SqlError("42883", f"function {found[1].lower()}() does not exist")
    if "No function matches" in text:
        return SqlError("42883", _bare(text))
    if "Division by zero" in text:
        return SqlError("22012", "Divide by zero")
    if text.startswith("Conversion Error"):
        return SqlError("22P02", _bare(text))
    if "must appear in the GROUP BY clause" in text:
        return SqlError("42803", _bare(text))
    if text.startswith("Out of Range"):
        return SqlError("22003", _bare(text))
    if text.startswith("Parser"):
        return SqlError("42601", _bare(text))
    if text.startswith("Binder"):
        return SqlError("42804", _bare(text))
    return SqlError("XX000", _bare(text))


def _bare(text: str) -> str:
    """Without the kind that DuckDB puts first."""
    return re.sub(r"^[A-Z][\w ]* Error: ", "", text)


READ_ONLY = "transaction is read-only"
ABORTED = "current transaction is aborted, commands ignored until end of transaction block"
