"""How bad a finding is, and from where on the exit status says so."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; `unknown` is a check that could not look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 is worst. A check that could not look ranks after errors, before warnings."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.UNKNOWN: 1, Severity.WARNING: 2, Severity.INFO: 3}


class FailOn(StrEnum):
    """The severity from which findings make the exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    def covers(self, severity: Severity) -> bool:
        if self is FailOn.NEVER or severity is Severity.UNKNOWN:
            return False
        return severity.rank <= Severity(self.value).rank
