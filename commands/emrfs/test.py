"""`opskit emrfs test`: policy tests for role mappings."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import ExitZero, FailOn, FindingsOutput


def test(
    cases: Annotated[
        Path | None, typer.Argument(help="The document of cases (opskit schema emrfs-cases).")
    ] = None,
    file: DesignFile = DEFAULT_FILE,
    generate: Annotated[
        bool, typer.Option("--generate", help="Print cases from what the file says today.")
    ] = False,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Find swaps of mappings that no case notices.")
    ] = False,
    output: FindingsOutput = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
) -> int:
    """Run policy tests: who gets which role and decision.

    A case names a user, a path and an action, and expects a role, a decision, a reason. Exit
    status 0 when all pass, 1 when one fails, 3 when one could not be decided. With --mutate each
    pair of neighbouring mappings is swapped in mind, and those that no case notices are told.

    \b
    Example:
      opskit emrfs test --generate > cases.yaml
      opskit emrfs test cases.yaml --mutate -o junit > report.xml
    """
    from opskit.commands.emrfs.common import loaded
    from opskit.commands.results import check_options, finish_check
    from opskit.emrfs.cases import document, report
    from opskit.emrfs.model import NOTICE
    from opskit.errors import UsageError
    from opskit.output import message, write

    if (cases is None) != generate:
        raise UsageError(
            "name a document of cases, or --generate one",
            hint="opskit emrfs test --generate > cases.yaml",
        )
    design = loaded(file)
    if cases is None:
        from opskit.emrfs.cases.generate import generate as written
        from opskit.emrfs.cases.generate import to_yaml

        write(to_yaml(written(design)))
        return 0
    options = check_options(report.CASES, output, None, None, fail_on, exit_zero)
    found, source = document.load(cases)
    status = finish_check(report.run(design, found, source, mutate=mutate), report.CASES, options)
    message(f"note: {NOTICE}")
    return status
