"""`opskit redshift thresholds`: what the rules compare with."""

from opskit.commands.options import RowsOutput


def thresholds(output: RowsOutput = None) -> int:
    """List the thresholds of the rules.

    With their units and the rules that compare with them. Set them with --threshold NAME=VALUE,
    in redshift.thresholds of opskit.yaml, or in OPSKIT_REDSHIFT_THRESHOLDS.

    \b
    Example:
      opskit redshift thresholds
      opskit redshift check --threshold stats-off=30 --capture prod.duckdb
    """
    from opskit.commands.results import finish_rows, load_settings
    from opskit.output import Table
    from opskit.redshift.rules import RULES
    from opskit.redshift.thresholds import THRESHOLDS, parse

    in_force = parse(load_settings().get("redshift.thresholds") or {})
    rows = [
        {
            "name": t.name,
            "value": in_force[t.name],
            "default": t.default,
            "unit": t.unit,
            "rules": [rule.code for rule in RULES.chosen() if t.name in rule.thresholds],
            "help": t.help,
        }
        for t in THRESHOLDS.values()
    ]
    columns = ["name", "value", "unit", "rules", "help"]
    return finish_rows(
        Table("opskit.redshift.thresholds/1", columns, rows, key="thresholds"), output
    )
