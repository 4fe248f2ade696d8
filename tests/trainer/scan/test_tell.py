"""What a scan says on the terminal: the surest hits and the largest holes, and how many more there are."""

import csv
import html
import re
from pathlib import Path

import pytest
from found import ABOUT, Model, a_hit, result, results_of

from trainer.scan.backtest import Outcome
from trainer.scan.report import write_report
from trainer.scan.results import NO_ADVICE, Results, tell, write_results
from trainer.scan.work import Gap


def told(results: Results, capsys) -> tuple[list[str], list[str]]:
    """Lines on standard output and standard error."""
    tell(results, Path("found"))
    captured = capsys.readouterr()
    return captured.out.splitlines(), captured.err.splitlines()


@pytest.mark.parametrize("hits", [0, 1, 30, 31, 45])
def test_the_30_surest_hits_are_lines_and_the_rest_is_counted(capsys, hits):
    chances = [0.5 + number / 100 for number in range(hits)]
    lines, errors = told(results_of(result(*(a_hit(probability=chance) for chance in chances))), capsys)
    shown = [float(line.split("%")[0]) for line in lines if "double_top" in line]
    assert shown == pytest.approx([100 * chance for chance in sorted(chances, reverse=True)[:30]])
    assert lines[0] == f"found: {hits} hits in 5 windows of 1 market" and lines[-1] == NO_ADVICE and errors == []
    more = [line for line in lines if "more, in" in line]
    assert more == ([f"  and {hits - 30} more, in {Path('found') / 'hits.csv'}"] if hits > 30 else [])


def test_only_certainty_is_100_percent(capsys, tmp_path):
    """On the terminal, in the report and in the table."""
    chances = {"sure": 1.0, "nearly": 0.99999, "less": 0.9994, "hardly": 0.00001}
    results = results_of(*(result(a_hit(name, probability=chance), market=name) for name, chance in chances.items()))
    lines, _ = told(results, capsys)
    shares = ["100.0%", ">99.9%", "99.9%", "<0.1%"]
    assert [line.split()[0] for line in lines[1:5]] == shares
    assert len({line.index(name) for line, name in zip(lines[1:5], chances, strict=True)}) == 1, "columns stay columns"
    write_report(results, ABOUT, tmp_path / "report.html")
    page = html.unescape((tmp_path / "report.html").read_text())
    assert re.findall(r"</i>([^/]+)</span></td>", page) == shares
    assert re.findall(r'data-text="([^ ]+%),', page) == shares
    write_results(results, Model(), {}, tmp_path)
    rows = csv.DictReader((tmp_path / "hits.csv").open(newline=""))
    assert [row["probability"] for row in rows] == ["1.0", "0.99999", "0.9994", "1e-05"]


def test_a_hit_with_candles_missing_says_how_many(capsys):
    parts = [result(a_hit(missing=3), market="A"), result(a_hit(), market="B")]
    lines, _ = told(results_of(*parts), capsys)
    assert [", 3 candles missing" in line for line in lines if "double_top" in line] == [True, False]
    assert lines[0].endswith("of 2 markets")


@pytest.mark.parametrize("holes", [1, 10, 13])
def test_the_ten_holes_with_most_windows_are_lines_and_the_rest_is_counted(capsys, holes):
    gaps = tuple(Gap("BTC", f"day {number}", f"day {number}+", 2, number + 1) for number in range(holes))
    lines, _ = told(results_of(result(gaps=gaps)), capsys)
    assert f"{holes * (holes + 1) // 2} more windows were not looked at: {2 * holes} candles are missing" in lines[1]
    assert [int(line.split()[-3]) for line in lines if line.endswith("(BTC)")] == [*range(holes, 0, -1)][:10]
    more = [line for line in lines if "more, in" in line]
    assert more == ([f"  and {holes - 10} more, in {Path('found') / 'hits.csv'}"] if holes > 10 else [])


@pytest.mark.parametrize("number", [1, 10, 12])
def test_what_may_be_wrong_is_told_on_standard_error_ten_lines_of_each(capsys, number):
    problems = [result(market=f"m{i:02d}", problem=f"file {i:02d} is empty") for i in reversed(range(number))]
    warned = result(warnings=tuple(f"row {i:02d}" for i in reversed(range(number))), read_as="times are UTC")
    lines, errors = told(results_of(*problems, warned), capsys)
    shown, more = min(number, 10), [f"warning: and {number - 10} more, see hits.json"] * (number > 10)
    assert errors == [
        *(f"warning: row {i:02d}" for i in range(shown)),
        *more,
        *(f"warning: not scanned: file {i:02d} is empty" for i in range(shown)),
        *more,
    ]
    assert lines[0] == "times are UTC" and lines[1].endswith("of 1 market"), "what was not scanned is no market"


def test_how_files_were_read_is_told_of_ten_and_unfinished_candles_are_counted(capsys):
    parts = [result(read_as=f"{i:02d} read", unfinished=i % 2 == 0) for i in reversed(range(12))]
    lines, _ = told(results_of(*parts), capsys)
    assert lines[:11] == [*(f"{i:02d} read" for i in range(10)), "and 2 more files read"]
    assert "the newest candle of 6 was not finished, and is not used" in lines


def test_a_backtest_is_a_line_a_pattern_with_the_interval_of_its_difference(capsys):
    anywhere = Outcome("", "down", 30, 500, 1000, 40)
    results = results_of(result(outcomes=(Outcome("double_top", "", 30, 38, 40, 40), anywhere)))
    lines, _ = told(results, capsys)
    (row,) = results.backtest()
    (line,) = [line for line in lines if line.startswith("  double_top")]
    low, high = row.interval
    assert f"{row.followed:.1%} ({low:.1%}-{high:.1%})" in line and f" {row.random:.1%} " in line
    assert line.endswith(f"{100 * row.difference[0]:+.1f} to {100 * row.difference[1]:+.1f} points") and row.differs
    assert "  Of 1 such intervals, one in 20 misses by chance alone." in lines
    lines, _ = told(results_of(result(outcomes=(Outcome("double_top", "", 30, 20, 40, 40), anywhere))), capsys)
    assert any(line.endswith("points  none to be seen") for line in lines)
    lines, _ = told(results_of(result(outcomes=(anywhere,))), capsys)
    assert lines[-2].startswith("backtest: no pattern with a textbook move was seen")


def test_seconds_and_windows_are_those_of_all_markets():
    results = results_of(*(result(market=f"{i}", seconds=(1.0, 2.0, 3.0)) for i in range(3)))
    assert results.seconds == [3.0, 6.0, 9.0] and results.windows == 15
