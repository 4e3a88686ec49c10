"""The last step of every command: the result goes to the output, and becomes an exit status."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opskit.findings import Registry, Report
    from opskit.output import Record, Table
    from opskit.settings import Settings


class CheckOptions(NamedTuple):
    """What the options that every check has come to, once the settings have been asked."""

    select: Sequence[str]
    ignore: Sequence[str]
    output: str
    fail_on: str
    exit_zero: bool


def load_settings(**flags: object) -> "Settings":
    """Flags first, then environment and settings files, then the defaults; `_` stands for `-`."""
    from opskit import invocation, settings
    from opskit.output import console

    given = {name.replace("_", "-"): value for name, value in flags.items()}
    found = settings.load({**invocation.root_flags, **given})
    console.configure(color=found.get("color"))
    if "output" in flags:  # a second call may ask for other settings only
        invocation.wants_json = found.get("output") == "json"
    return found


def output_format(flag: str | None, formats: Sequence[str]) -> str:
    """The flag, or the setting if it is one of the command's `formats`, else `table`.

    A setting is for all commands, and some have no use for some formats.
    """
    from opskit.settings import FORMATS

    return flag or _fitting(load_settings(output=flag if flag in FORMATS else None), formats)


def _fitting(found: "Settings", formats: Sequence[str]) -> str:
    wanted: str = found.get("output") or "table"
    return wanted if wanted in formats else "table"


def check_options(
    registry: "Registry[Any]",
    output: str | None,
    select: Iterable[str] | None,
    ignore: Iterable[str] | None,
    fail_on: str | None,
    exit_zero: bool,
) -> CheckOptions:
    """The options of a check, with what the settings say where the command line is silent.

    Settings are for all checks: codes in them that belong to another one are passed over here.
    """
    from opskit.output import FINDINGS
    from opskit.settings import FORMATS

    setting = output if output in FORMATS else None  # one of the command's own is no setting
    found = load_settings(
        output=setting, select=_codes(select), ignore=_codes(ignore), fail_on=fail_on
    )
    return CheckOptions(
        select=_own(registry, found, "select"),
        ignore=_own(registry, found, "ignore"),
        output=output or _fitting(found, FINDINGS),
        fail_on=found.get("fail-on"),
        exit_zero=exit_zero,
    )


def _codes(given: Iterable[str] | None) -> list[str]:
    return [code for text in given or () for code in text.split(",")]


def _own(registry: "Registry[Any]", found: "Settings", name: str) -> list[str]:
    """The codes of a setting that are for this check; UsageError for one that no check has."""
    from opskit.errors import UsageError
    from opskit.rules import all_rules

    codes = [code.upper() for code in found.get(name)]
    own = [code for code in codes if registry.knows(code)]
    for code in set(codes).difference(own):
        if not any(rule.code.startswith(code) for rule in all_rules()):
            registry.selected([code])  # refuses it, and says what was meant
    if codes and not own and name == "select" and found.origin(name) == "flag":
        raise UsageError(
            f"{', '.join(codes)} is no rule of this check", hint="'opskit rule' lists the rules"
        )
    return own


def finish_check(report: "Report", registry: "Registry[Any]", options: CheckOptions) -> int:
    """Print the findings; the exit status is what `--fail-on` makes of them."""
    from opskit.findings import FailOn
    from opskit.output import Format, emit_report, quiet_on_closed_pipe

    fail_on = FailOn(options.fail_on)
    with quiet_on_closed_pipe():  # whoever reads may have read enough; the answer stays
        emit_report(report, Format(options.output), registry.rules, fail_on)
    return report.exit_code(fail_on, exit_zero=options.exit_zero)


def finish_rows(table: "Table", output: str | None) -> int:
    """Print the rows; 0."""
    from opskit.output import ROWS, Format, emit_rows, quiet_on_closed_pipe

    with quiet_on_closed_pipe():  # a verdict that follows stays what it is
        emit_rows(table, Format(output_format(output, ROWS)))
    return 0


def finish_record(record: "Record", output: str | None) -> int:
    """Print one answer; 0."""
    from opskit.output import RECORD, Format, emit_record, quiet_on_closed_pipe

    with quiet_on_closed_pipe():  # a verdict that follows stays what it is
        emit_record(record, Format(output_format(output, RECORD)))
    return 0
