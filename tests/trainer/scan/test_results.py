"""The table, whatever the order in which results come, and the files that hold it."""

import csv
import json
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from found import ABOUT, STANDING, Model, a_hit, excerpt, result, results_of

from cryptoai_common.errors import UserError
from trainer.scan.backtest import Outcome
from trainer.scan.report import HEIGHT, WIDTH, small_chart, write_report
from trainer.scan.results import SHOWN, Results, line_of, refuse_without_markets, write_results
from trainer.scan.work import Gap


def table(directory) -> list[dict[str, str]]:
    with (directory / "hits.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_surest_come_first_of_equally_sure_ones_the_latest_in_whatever_order_markets_are_done(tmp_path):
    parts = [
        result(a_hit("B", probability=0.8), a_hit("B", probability=0.9, end="2024-01-02T06:00:00Z"), market="B"),
        result(a_hit("A", probability=0.9), a_hit("A", "flag", probability=0.9), market="A"),
        result(market="C", problem="C has 3 finished candles"),
    ]
    texts = set()
    for order in permutations(parts):
        write_results(results_of(*order), Model(), {}, tmp_path)
        texts.add((tmp_path / "hits.csv").read_text())
    assert len(texts) == 1
    rows = [(row["market"], row["pattern"], row["probability"]) for row in table(tmp_path)]
    assert rows == [
        ("B", "double_top", "0.9"),
        ("A", "double_top", "0.9"),
        ("A", "flag", "0.9"),
        ("B", "double_top", "0.8"),
    ]
    stored = json.loads((tmp_path / "hits.json").read_text())
    assert [each["market"] for each in stored["markets"]] == ["A", "B"] and stored["windows"] == 10
    assert stored["problems"] == [{"market": "C", "problem": "C has 3 finished candles"}]


def test_candles_are_kept_of_the_surest_hits_only():
    results = Results()
    for number in range(10 * SHOWN):
        results.add(result(a_hit(probability=(number * 7919 % (10 * SHOWN)) / (10 * SHOWN))))
        assert len(results.shown) <= 5 * SHOWN
    results.finish()
    assert len(results.hits) == 10 * SHOWN and len(results.shown) == SHOWN
    assert [hit for hit, _ in results.shown] == results.hits[:SHOWN]


# Characters with which a spreadsheet takes a cell for a formula: OWASP's list for "CSV injection".
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids=repr)
def test_no_cell_begins_like_a_formula(tmp_path, start):
    """Neither the class names of a model file, nor the names and times of a price file."""
    name = f"{start}cmd|' /C calc'!A0"
    write_results(results_of(result(a_hit(name, name, start=name))), Model(), {}, tmp_path)
    (row,) = table(tmp_path)
    safe = "'" + name.replace("\r", "\n")  # or readers would begin a new row there
    assert (row["market"], row["pattern"], row["start"]) == (safe, safe, safe)
    assert json.loads((tmp_path / "hits.json").read_text())["hits"][0]["pattern"] == name


def test_holes_are_rows_below_the_hits(tmp_path):
    gap = Gap("BTC/USDT", "day 3", "day 9", 5, 2)
    write_results(results_of(result(a_hit(), gaps=(gap,))), Model(), {}, tmp_path)
    hit, hole = table(tmp_path)
    assert hit["probability"] == "0.9124"
    assert list(hole.values()) == ["BTC/USDT", "(not looked at)", "day 3", "day 9", "", "", "2", "5", "", "", "", ""]


def test_stage_and_way_to_the_line_are_the_same_in_every_output_and_empty_where_there_is_no_line(tmp_path):
    told, none = a_hit("A", probability=0.9, **STANDING), a_hit("B", probability=0.8)
    results = results_of(result(told, none))
    write_results(results, Model(), {}, tmp_path)
    columns = ("stage", "line", "to_line_percent", "to_line_atr")
    first, second = ([row[name] for name in columns] for row in table(tmp_path))
    assert first == ["complete", "1.23456e-05", "-1.234", "-0.56"] and second == [""] * 4
    stored = json.loads((tmp_path / "hits.json").read_text())["hits"]
    assert {name: stored[0][name] for name in columns} == STANDING
    assert [stored[1][name] for name in columns] == [None] * 4
    words = "complete, line at 1.23456e-05, 1.23% (0.6 ATR) below the last close"
    assert line_of(told).endswith(f"  {words}") and line_of(none).endswith("  –")
    over = a_hit(**STANDING | {"stage": "broken", "to_line_percent": 0.5})
    assert "broken" in line_of(over) and line_of(over).endswith("above the last close")
    write_report(results, ABOUT, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert f" Stage: {words}." in page and page.count(" Stage: ") == 1
    assert '<td class="stage" data-value="complete">complete</td>' in page
    assert '<td class="number far" data-value="1.234">-1.23%</td>' in page
    assert '<td class="number far" data-value="">–</td>' in page
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    assert [each["line"] for each in data] == [[3, 101.0, 99.5], None]
    assert page.count('<path class="l"') == 1


def test_the_line_is_drawn_at_the_height_of_its_prices():
    """From the middle of the candle at which it begins to the edge of the chart; heights as those of candles."""
    drawn = small_chart(replace(excerpt(), line=(1, 102.0, 98.5)), "x")
    prices = excerpt().prices[1:31]
    low, high = prices[:, 2].min(), prices[:, 1].max()
    y = [round((high - price) / (high - low) * (HEIGHT - 4) + 2) for price in (102.0, 98.5)]
    assert f'd="M{round(WIDTH / 30 / 2)} {y[0]}L{WIDTH} {y[1]}"' in drawn


def test_everything_that_is_stored_comes_in_one_order_in_whatever_order_markets_are_done(tmp_path):
    def gaps(*days: int) -> tuple[Gap, ...]:
        return tuple(Gap("A", f"day {day}", f"day {day + 1}", 5, 2) for day in days)

    def outcomes(followed: int) -> tuple[Outcome, ...]:
        return Outcome("breakout", "", 30, followed, 9, 9), Outcome("", "onward", 30, 10 * followed, 90, 9)

    parts = [
        result(market="A", gaps=gaps(3, 1), outcomes=outcomes(1)),
        result(market="A", source="b.csv", gaps=gaps(2), outcomes=outcomes(7)),
        result(market="C", problem="C has 3 finished candles", warnings=("never told",)),
        result(market="B", problem="B is empty", unfinished=True),
    ]
    texts, results = set(), Results()
    for order in permutations(parts):
        results = results_of(*order)
        write_results(results, Model(), {"made by": "a test"}, tmp_path)
        stored = json.loads((tmp_path / "hits.json").read_text())
        del stored["made"]
        texts.add((tmp_path / "hits.csv").read_text() + (tmp_path / "backtest.csv").read_text() + json.dumps(stored))
    assert len(texts) == 1 and results.warnings == [] and results.unfinished == 0, "nothing of what was not scanned"
    assert [row["start"] for row in table(tmp_path)] == ["day 1", "day 2", "day 3"]
    assert stored["problems"][0] == {"market": "B", "problem": "B is empty"} and stored["made by"] == "a test"


def test_the_backtest_is_a_table_with_its_intervals(tmp_path):
    outcomes = (Outcome("double_top", "", 30, 38, 40, 40), Outcome("", "down", 30, 500, 1000, 40))
    results = results_of(result(outcomes=outcomes))
    write_results(results, Model(), {}, tmp_path)
    with (tmp_path / "backtest.csv").open(newline="") as file:
        (stored,) = csv.DictReader(file)
    (row,) = results.backtest()
    assert (stored["pattern"], stored["expected"], stored["hits"]) == ("double_top", "down", "40")
    for name, value in {
        "followed": row.followed,
        "from": row.interval[0],
        "to": row.interval[1],
        "random": row.random,
        "difference_from": row.difference[0],
        "difference_to": row.difference[1],
    }.items():
        assert float(stored[name]) == pytest.approx(value, abs=5e-5)
    (tmp_path / "none").mkdir()
    write_results(results_of(result()), Model(), {}, tmp_path / "none")
    assert not (tmp_path / "none" / "backtest.csv").exists()


def test_rows_of_a_table_end_as_lines_of_text_do(tmp_path):
    write_results(results_of(result(a_hit())), Model(), {}, tmp_path)
    assert b"\r" not in (tmp_path / "hits.csv").read_bytes()


def test_without_any_market_the_first_problem_is_the_error():
    with pytest.raises(UserError, match=r"A is empty \(and 1 more could not be scanned\)"):
        refuse_without_markets(results_of(result(market="B", problem="B?"), result(market="A", problem="A is empty")))


def test_no_name_of_a_file_becomes_part_of_the_page(tmp_path):
    evil = '</script><img src=x onerror="alert(1)">'
    parts = [result(a_hit(evil, evil), market=evil), result(market="x", problem=f"cannot read {evil}")]
    write_report(results_of(*parts), ABOUT, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert evil not in page and "<img" not in page
    assert page.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") >= 4
    assert "Chart patterns: &lt;b&gt;x&lt;/b&gt;" in page


def test_the_page_has_a_chart_a_hit_and_the_candles_of_the_interactive_one(tmp_path):
    hits = [a_hit(probability=0.5 + number / 100) for number in range(3)]
    write_report(results_of(result(*hits)), ABOUT, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert page.count('<svg class="small"') == page.count("<tr data-hit=") == 3
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    shown = excerpt()
    assert np.cumsum(data[0]["steps"]).tolist() == shown.times.tolist()
    assert np.allclose(data[0]["high"], shown.prices[:, 1], rtol=1e-6)
    assert (data[0]["first"], data[0]["last"]) == (1, 30)
    assert "default-src 'none'" in page and "Apache License 2.0" in page


def test_a_page_without_hits_says_so(tmp_path):
    write_report(results_of(result()), ABOUT, tmp_path / "report.html")
    assert "No window shows a clear pattern." in (tmp_path / "report.html").read_text()
