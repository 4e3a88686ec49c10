"""The page: what it says, that nothing in it is trusted, and what a browser makes of it."""

import re
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from opskit.findings import Report, Severity
from opskit.redshift import duck
from opskit.redshift.capture import take
from opskit.redshift.report import render
from opskit.redshift.report.growth import Sizes, history, spread
from opskit.redshift.report.scales import axis, figure, ticks
from opskit.redshift.rules.registry import finding
from tests import browser
from tests.redshift import busy

SIZES = [
    Sizes(busy.NOW - timedelta(days=3 - n), {("sales", "orders"): 100 + 50 * n, ("a", "b"): 7})
    for n in range(4)
]


def page(rows: busy.Rows, past: list[Sizes] | None = None, **more: tuple[str, ...]) -> str:
    seen, found, rules = busy.look(rows, **more)
    return render(seen, found, rules, name="prod", history=past or ()).decode()


@pytest.fixture(scope="module")
def night() -> str:
    return page(busy.provisioned(), SIZES)


@pytest.fixture(scope="module")
def blind() -> str:
    return page(busy.provisioned(), refused=("table-info", "loads-by-hour"))


@pytest.fixture(scope="module")
def quiet() -> busy.Seen:
    return busy.look({})


def texts(markup: str, path: str) -> list[str]:
    return [" ".join(e.text_content().split()) for e in html.fromstring(markup).xpath(path)]


def test_a_finding_has_all_that_mends_it(night: str) -> None:
    [found] = [text for text in texts(night, "//article") if "41.5 %" in text]
    assert 'VACUUM SORT ONLY "sales"."orders";' in found
    assert "41.5 % unsorted of 18,247,680,000 rows" in found
    assert "at most 20 %" in found
    assert "Changes no data." in found
    assert "eversible" not in found
    assert "undo" not in found
    assert "r_SVV_TABLE_INFO.html" in found
    assert "RSH020" in found


def test_findings_are_worst_first_and_counted(night: str) -> None:
    counts = dict(
        zip(
            texts(night, "//ul[@class='tiles']//span"),
            texts(night, "//ul[@class='tiles']//strong"),
            strict=True,
        )
    )
    articles = texts(night, "//article//span[starts-with(@class, 'badge')]")
    assert int(counts["Warnings"]) == articles.count("Warning") > 0
    assert counts["Errors"] == "0"
    order = ["Error", "Not looked at", "Warning", "Info"]
    assert articles == sorted(articles, key=order.index)


def test_what_could_not_be_looked_at_comes_first_and_is_never_fine(blind: str) -> None:
    """A query that only a chart shows is no finding: no rule waits for it."""
    assert (
        "Not complete: 1 check could not be made." in texts(blind, "//header//*[@role='note']")[0]
    )
    figures = texts(blind, "//section[@id='charts']//figure")
    missing = [text for text in figures if "Could not look: permission denied" in text]
    assert [text.split("Could")[0] for text in missing] == ["Loads by COPY", "Tables"]
    assert "No findings" not in blind


def test_no_findings_is_said(quiet: busy.Seen) -> None:
    seen, _, rules = quiet
    empty = Report("x/1", [], checked=3, unit="rule")
    made = render(seen, empty, rules, name="prod").decode()
    assert texts(made, "//section[@id='findings']/p") == ["No findings in 3 rules."]
    assert "Nothing in the window." in made


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_rows_of_nulls_make_a_page(engine: str) -> None:
    views = (
        busy.provisioned()
        if engine == "provisioned"
        else {"svv_table_info": [], "sys_load_history": []}
    )
    made = page({view: [{}] for view in views}, engine=engine)
    assert "Largest tables, 0 of 1" in made


def test_the_charts_say_what_they_show(night: str) -> None:
    told = [e.get("aria-label") for e in html.fromstring(night).xpath("//div[@class='plot']")]
    weights = [max(0, 12 - abs(hour - 3) * 2) + 1 for hour in range(24)]
    waits = sum(45 * w + 45 * w // 2 + 45 * w // 3 for w in weights) / 60
    assert told[0] is not None
    assert told[0].startswith("Wait in queues, per hour, in minutes: the most is")
    assert f"at 2026-11-20 01:00, {figure(waits)} in all." in told[0]
    assert [text.split(",")[0] for text in told if text] == [
        *("Wait in queues", "Commit queue", "Loaded by COPY", "Growth of tables")
    ]
    assert all(e.get("aria-hidden") for e in html.fromstring(night).xpath("//svg[@class='area']"))
    [grown] = [t for t in texts(night, "//figcaption") if "Growth" in t]
    assert grown == 'Growth of tablesIn 3.0 days "sales"."orders" grew most, by 150 MB.'


def test_each_chart_has_its_figures_in_a_table(night: str) -> None:
    tables = html.fromstring(night).xpath("//figure//details//table")
    assert len(tables) == 4
    heads = [th.text_content() for th in tables[0].xpath(".//th")]
    assert heads == [
        *("From (UTC)", "etl (minutes)", "dashboards (minutes)", "Default queue (minutes)"),
        "queries",
    ]
    assert len(tables[0].xpath(".//tbody/tr")) == 24


def test_the_same_answers_give_the_same_bytes(night: str) -> None:
    assert page(busy.provisioned(), SIZES) == night


def test_names_from_the_warehouse_are_text(night: str) -> None:
    tree = html.fromstring(night)
    assert not tree.xpath("//script")
    assert "\u202e" not in night
    assert "&lt;script&gt;alert(&quot;&quot;1&quot;&quot;)" in night
    assert all(
        not name.startswith("on")
        for e in tree.iter()
        if isinstance(e.tag, str)
        for name in e.attrib
    )


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("ANALYZE a;", "Changes no data."),
        ("VACUUM SORT ONLY a;", "Changes no data."),
        ("SHOW VIEW a;", "Changes no data."),
        ("REFRESH MATERIALIZED VIEW a;", "Changes no data but the view's own."),
        ("ALTER TABLE a ALTER COLUMN b ENCODE az64;", "Reversible; note first how it is now."),
    ],
)
def test_without_a_way_back_it_is_said_what_changes(sql: str, said: str, quiet: busy.Seen) -> None:
    seen, _, rules = quiet
    made = finding("x", sql=sql, reversible=True)
    made.severity = Severity.ERROR
    text = render(seen, Report("x/1", [made]), rules, name="x").decode()
    assert texts(text, "//p[@class='undo']") == [said]


def test_what_can_be_taken_back_is_said_with_how(quiet: busy.Seen) -> None:
    seen, _, rules = quiet
    made = finding("x", sql="REVOKE a FROM b;", reversible=True, undo="GRANT a TO b;")
    made.severity = Severity.ERROR
    text = render(seen, Report("x/1", [made]), rules, name="x").decode()
    assert texts(text, "//p[@class='undo']") == ["Reversible. To undo: GRANT a TO b;"]


@pytest.mark.parametrize("field", ["message", "object", "observed", "expected", "undo", "advice"])
def test_no_field_of_a_finding_is_markup(field: str, quiet: busy.Seen) -> None:
    seen, _, rules = quiet
    given = {"message": "x", field: '<img src=x onerror="alert(1)">\x1b[31m'}
    made = finding(given.pop("message"), reversible=False, sql="SELECT 1;", **given)
    made.severity, made.reference = Severity.ERROR, 'javascript:alert("1")'
    text = render(seen, Report("x/1", [made]), rules, name='"><img>').decode()
    tree = html.fromstring(text)
    assert not tree.xpath("//img")
    assert not [a for a in tree.xpath("//a/@href") if not a.startswith(("#", "https://"))]
    assert "\x1b" not in text
    assert "Not reversible." in text


def test_nothing_is_loaded_from_elsewhere(night: str) -> None:
    tree = html.fromstring(night)
    [policy] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    assert not tree.xpath("//link | //img | //iframe | //object | //embed | //form | //base")
    assert not tree.xpath("//@src | //@style")
    assert not re.search(r"url\(|@import|@font-face", night)


def test_headings_step_down_one_at_a_time(night: str) -> None:
    levels = [int(e.tag[1]) for e in html.fromstring(night).xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


_MEASURE = """
const wide = page.documentElement.clientWidth;
const inside = (e) => e.closest(".scroll, .copy, svg, .hidden, .skip");
const out = [...page.body.querySelectorAll("*")]
  .filter((e) => !inside(e.parentElement) && e.getBoundingClientRect().right > wide + 1)
  .filter((e) => !e.matches(".hidden, .skip"));
const small = [...page.querySelectorAll(".plot text")].filter(
  (e) => e.getClientRects().length && parseFloat(getComputedStyle(e).fontSize) < 12);
const area = page.querySelector(".area");
return {
  wide, scroll: page.documentElement.scrollWidth, out: out.map((e) => e.outerHTML.slice(0, 90)),
  scripts: page.scripts.length, small: small.length,
  chart: area ? area.getBoundingClientRect().width : null,
};
"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("which", ["night", "blind"])
def test_a_browser_shows_it_without_scrolling_sideways(
    which: str, width: int, request: pytest.FixtureRequest
) -> None:
    told = browser.ask(request.getfixturevalue(which), _MEASURE, width)
    assert told["scroll"] <= told["wide"] <= width
    assert told["out"] == []
    assert told["scripts"] == told["small"] == 0
    assert told["chart"] > width / 2


def test_the_browser_would_tell_what_is_too_wide(night: str) -> None:
    """The test above can fail."""
    wide = night.replace(
        '<section id="charts"', '<p style="width:2000px">x</p><section id="charts"'
    )
    told = browser.ask(wide, _MEASURE, 360)
    assert told["out"]
    assert told["scroll"] > told["wide"]


def _colors() -> list[dict[str, str]]:
    """The colours of the three schemes: light, dark, print."""
    css = files("opskit.output.page").joinpath("page.css").read_text()
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]


def _contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast_is_that_of_wcag_aa(scheme: int) -> None:
    colors = _colors()[scheme]
    levels = [severity.value for severity in Severity]
    text = [(ink, paper) for ink in ("fg", "muted", "link", *levels) for paper in ("bg", "panel")]
    text += [(level, f"{level}-bg") for level in levels]
    for ink, paper in text:
        assert _contrast(colors[ink], colors[paper]) >= 4.5, (ink, paper)
    for number in range(1, 7):
        assert _contrast(colors[f"c{number}"], colors["bg"]) >= 3, number


def test_growth_comes_from_a_capture(tmp_path: Path) -> None:
    path = tmp_path / "prod.duckdb"
    for days, size in ((2, 100), (1, 140), (0, 200)):
        rows = busy.provisioned(tables=3)
        rows["svv_table_info"][0]["size"] = size
        now = busy.NOW - timedelta(days=days)
        take(duck.memory("provisioned", now, {"svv_table_info": rows["svv_table_info"]}), path)
    found = history(path)
    assert [(seen.at, seen.tables["sales", "orders"]) for seen in found] == [
        (busy.NOW - timedelta(days=days), size) for days, size in ((2, 100), (1, 140), (0, 200))
    ]
    assert history(path, busy.NOW - timedelta(days=1)) == found[:2]


def test_many_snapshots_are_thinned_out_and_the_ends_kept() -> None:
    moments = [datetime(2026, 1, 1) + timedelta(hours=n) for n in range(1000)]
    chosen = spread(moments, 24)
    assert len(set(chosen)) == 24
    assert (chosen[0], chosen[-1]) == (moments[0], moments[-1])


def test_ticks_are_round_and_hold_the_top() -> None:
    assert ticks(0) == [0, 1]
    assert ticks(17.3) == [0, 5, 10, 15, 20]
    assert ticks(0.4) == [0, 0.1, 0.2, 0.3, 0.4]
    for top in (0.003, 1, 9.99, 10, 10.01, 7_777_777):
        assert ticks(top)[-1] >= top
        assert 3 <= len(ticks(top)) <= 6


def test_figures_never_round_to_nothing() -> None:
    shown = {0: "0", 1234567: "1,234,567", 0.004: "0.004", 12.34: "12.3", 250.6: "251", 0.5: "0.5"}
    assert {value: figure(value) for value in shown} == shown


def test_a_long_window_is_shown_by_day() -> None:
    now = busy.NOW
    assert len(axis(now - timedelta(hours=24), now).starts) == 25
    days = axis(now - timedelta(days=30), now)
    assert (days.word, len(days.starts)) == ("day", 31)
    assert days.summed([(now, 1.0), (now - timedelta(days=30), 2.0), (None, 4.0)])[::30] == [2, 1]
