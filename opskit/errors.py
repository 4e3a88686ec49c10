"""Errors that reach a user, and the exit codes they end in.

The library raises `OpskitError` or one of its kinds; `opskit.cli` is the one place that turns
them into a message and an exit code.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What an exit status of opskit means; the same for every command."""

    OK = 0
    NO = 1
    USAGE = 2
    UNKNOWN = 3
    PARTIAL = 4
    DEFECT = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "done; nothing at or above --fail-on",
    ExitCode.NO: "the answer is no: findings, differences, a failed check or test",
    ExitCode.USAGE: "bad usage or bad input; nothing was attempted",
    ExitCode.UNKNOWN: "could not tell: unreachable, refused, permission missing, timed out",
    ExitCode.PARTIAL: "partial: some targets done, some not",
    ExitCode.DEFECT: "a defect of opskit",
    ExitCode.INTERRUPTED: "interrupted",
}


class OpskitError(Exception):
    """An error with a place and a next step.

    `message` says what was wrong, `where` names the place (`file:line:column`, a host, an
    object), `hint` says what to do next, `code` is a stable word for scripts.
    """

    exit_code = ExitCode.UNKNOWN
    code = "error"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        from opskit.redact import masked  # compiles expressions, and errors are rare

        super().__init__(message)
        self.message = masked(message)
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class InputError(OpskitError):
    """The input cannot be used: malformed, unreadable, contradictory. Nothing was attempted."""

    exit_code = ExitCode.USAGE
    code = "bad-input"


class UsageError(OpskitError):
    """The command line cannot be used."""

    exit_code = ExitCode.USAGE
    code = "bad-usage"


class UnknownError(OpskitError):
    """The answer could not be had: unreachable, refused, permission missing, timed out."""

    exit_code = ExitCode.UNKNOWN
    code = "could-not-tell"


class DefectError(OpskitError):
    """A fault of opskit itself."""

    exit_code = ExitCode.DEFECT
    code = "defect"

    @classmethod
    def of(cls, error: Exception) -> "DefectError":
        """The defect that an unexpected exception stands for, with the line that raised it."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
        return cls(
            f"opskit itself failed: {type(error).__name__}: {error}",
            where=where,
            hint="please report this with the command line; OPSKIT_DEBUG=1 prints the traceback",
        )
