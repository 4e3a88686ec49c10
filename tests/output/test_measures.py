"""Measurements, read by the parsers that they are for."""

import re
from datetime import datetime

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed

from opskit.errors import UsageError
from opskit.output import Format, Measures, render_measures
from opskit.output.measures import Family, Sample, graphite_part, tag_value

NOW = datetime(2026, 11, 20, 4, 0, 0)
HOSTILE = 'a "quoted" \\ back\nslash; ~ \u202e<b>'


def measures(*families: Family) -> Measures:
    return Measures("ops.redshift", NOW, families, {"warehouse": "prod"})


WAIT = Family(
    "wait_seconds",
    'Wait, with a \\ and a "quote".',
    [Sample(1.5, {"queue": "etl"}), Sample(2, {"queue": HOSTILE})],
    "seconds",
)
PLAIN = Family("tables", "Tables.", [Sample(12)])


def test_openmetrics_is_what_prometheus_reads() -> None:
    text = render_measures(measures(WAIT, PLAIN), Format.OPENMETRICS)
    wait, tables = parsed(text)
    assert (wait.name, wait.type, wait.unit) == ("ops_redshift_wait_seconds", "gauge", "seconds")
    assert wait.documentation == WAIT.help
    assert [(s.labels["queue"], s.value) for s in wait.samples] == [
        ("etl", 1.5),
        (HOSTILE.replace("\u202e", "\\u202e"), 2),
    ]
    assert {s.timestamp for s in wait.samples} == {None}
    assert tables.samples[0].labels == {"warehouse": "prod"}
    assert text.endswith('ops_redshift_tables{warehouse="prod"} 12\n# EOF\n')


def test_what_was_not_measured_has_no_family_and_nothing_is_valid() -> None:
    empty = Family("gone_bytes", "None.", [Sample(float("nan"))], "bytes")
    assert render_measures(measures(empty), Format.OPENMETRICS) == "# EOF\n"
    assert render_measures(measures(empty), Format.GRAPHITE) == ""


def test_values_keep_all_their_digits() -> None:
    exact = Family("x", "x", [Sample(0.1 + 0.2), Sample(2**60, {"n": "1"})])
    lines = render_measures(measures(exact), Format.GRAPHITE).splitlines()
    assert [float(line.split()[1]) for line in lines] == [0.1 + 0.2, float(2**60)]


def test_graphite_lines_have_three_words_and_the_time_of_the_check() -> None:
    lines = render_measures(measures(WAIT, PLAIN), Format.GRAPHITE).splitlines()
    assert lines[0] == "ops.redshift.prod.wait_seconds.etl 1.5 1795147200"
    assert lines[2] == "ops.redshift.prod.tables 12 1795147200"
    path, *rest = lines[1].split()
    assert len(rest) == 2
    assert path.count(".") == 4
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", path)


def test_tags_are_sorted_and_none_breaks_carbons_rules() -> None:
    lines = render_measures(measures(WAIT), Format.GRAPHITE_TAGGED).splitlines()
    assert lines[0] == "ops.redshift.wait_seconds;queue=etl;warehouse=prod 1.5 1795147200"
    series, *rest = lines[1].split()
    assert len(rest) == 2
    name, *tags = series.split(";")
    assert name == "ops.redshift.wait_seconds"
    assert [tag.partition("=")[0] for tag in tags] == ["queue", "warehouse"]
    assert all(tag.partition("=")[2].strip("~") == tag.partition("=")[2] != "" for tag in tags)


@pytest.mark.parametrize("clean", [graphite_part, tag_value])
def test_two_names_are_never_one_series(clean: object) -> None:
    names = ["a b", "a_b", "a;b", "a\u00a0b", "", "empty", "~a", "a", "a" * 60, "a" * 61, "/"]
    assert callable(clean)
    made = [clean(name) for name in names]
    assert len(set(made)) == len(names)
    assert all(part and not re.search(r"[\s;/~]", part) for part in made)
    assert clean("sales_2026-01") == "sales_2026-01"


def test_a_format_for_something_else_is_refused() -> None:
    with pytest.raises(UsageError, match="measurements"):
        render_measures(measures(), Format.JSON)
