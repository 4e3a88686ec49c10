"""What every rule on Redshift keeps to: NULLs, no rows, its own query on some engine."""

from typing import get_args

import pytest

from opskit.redshift import thresholds
from opskit.redshift.catalog import Engine
from opskit.redshift.queries import Library
from opskit.redshift.rules import RULES
from opskit.redshift.rules.registry import RedshiftRule
from tests.redshift.rules.views import findings, nulls

CODES = [rule.code for rule in RULES.rules]
ENGINES = get_args(Engine)
#: Where nothing is known of who asks, that is a finding.
SEES_ALL = "RSH002"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("code", [code for code in CODES if code != SEES_ALL])
def test_a_row_of_nulls_is_no_finding_and_no_error(code: str, engine: Engine) -> None:
    assert not findings(code, nulls(code, engine), engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("code", CODES)
def test_no_rows_are_no_finding_and_no_error(code: str, engine: Engine) -> None:
    assert not findings(code, {}, engine=engine)


@pytest.mark.parametrize("code", CODES)
def test_a_rule_names_queries_and_thresholds_that_there_are(code: str) -> None:
    [rule] = [rule for rule in RULES.rules if rule.code == code]
    assert isinstance(rule, RedshiftRule)
    for query in rule.reads:
        assert any(Library().has(query, engine) for engine in ENGINES), query
    for name in rule.thresholds:
        assert name in thresholds.THRESHOLDS
    assert rule.reference
    assert rule.why
    assert rule.fix
