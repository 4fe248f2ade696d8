import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from trainer.models.pattern_model import UNCLEAR
from trainer.scan.hits import OVERLAP, find_hits, write_hits
from trainer.scan.series import Hole, RenderedWindow, Series


def window(first: int, last: int) -> RenderedWindow:
    return RenderedWindow(Path(f"{first}-{last}.png"), f"day {first}", f"day {last}", first, last)


def hits_of(*classified: tuple[int, int, int, float], classes=("top", "flag")):
    """Of windows (first, last, label, probability)."""
    probabilities = np.zeros((len(classified), 2))
    for row, (_, _, label, chance) in enumerate(classified):
        probabilities[row, max(label, 0)] = chance
    labels = np.array([label for _, _, label, _ in classified])
    return find_hits([window(first, last) for first, last, _, _ in classified], probabilities, labels, classes)


def spans(hits) -> list[tuple]:
    return [(hit.pattern, hit.shown.first, hit.shown.last, hit.windows) for hit in hits]


def test_windows_that_overlap_are_told_once_by_the_surest():
    hits = hits_of((0, 29, 0, 0.8), (6, 35, 0, 0.95), (12, 41, 0, 0.9), (60, 89, 0, 0.85))
    assert spans(hits) == [("top", 6, 35, 3), ("top", 60, 89, 1)]
    assert [hit.probability for hit in hits] == [0.95, 0.85]


def test_a_short_window_inside_a_long_one_shows_the_same_pattern():
    assert spans(hits_of((0, 119, 0, 0.9), (90, 119, 0, 0.8))) == [("top", 0, 119, 2)]
    assert spans(hits_of((0, 119, 0, 0.9), (106, 135, 0, 0.8))) == [("top", 0, 119, 1), ("top", 106, 135, 1)]


def test_other_patterns_are_not_merged_and_unclear_windows_are_no_hits():
    assert spans(hits_of((0, 29, 0, 0.9), (0, 29, 1, 0.8), (0, 29, UNCLEAR, 0.99))) == [
        ("top", 0, 29, 1),
        ("flag", 0, 29, 1),
    ]
    assert hits_of((0, 29, UNCLEAR, 0.3)) == []


def test_of_equally_sure_hits_the_latest_comes_first():
    assert spans(hits_of((0, 29, 0, 0.9), (5, 34, 0, 0.9), (70, 99, 1, 0.9))) == [
        ("flag", 70, 99, 1),
        ("top", 5, 34, 2),
    ]


@given(
    some.lists(
        some.tuples(some.integers(0, 300), some.integers(19, 119), some.integers(-1, 1), some.floats(0.1, 1)),
        min_size=1,
        max_size=40,
    )
)
def test_every_window_of_a_pattern_is_in_a_hit_that_is_at_least_as_sure_and_no_two_hits_are_of_one_pattern(drawn):
    windows = [(first, first + length, label, chance) for first, length, label, chance in drawn]
    hits = hits_of(*windows)
    assert sum(hit.windows for hit in hits) == sum(label != UNCLEAR for _, _, label, _ in windows)

    def same(hit, first, last):
        shared = min(hit.shown.last, last) - max(hit.shown.first, first) + 1
        return shared >= OVERLAP * min(hit.shown.candles, last - first + 1)

    for first, last, label, chance in windows:
        if label != UNCLEAR:
            name = ("top", "flag")[label]
            assert any(h.pattern == name and h.probability >= chance and same(h, first, last) for h in hits)
    for i, hit in enumerate(hits):
        assert not any(o.pattern == hit.pattern and same(hit, o.shown.first, o.shown.last) for o in hits[i + 1 :])


# Characters with which a spreadsheet takes a cell for a formula: OWASP's list for "CSV injection".
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids=repr)
def test_no_cell_begins_like_a_formula(tmp_path, start):
    """Neither in the class names of a model file, nor in the times of a price file; what is harmless stays as it is."""
    windows = [
        RenderedWindow(Path("0.png"), f"{start}1", f"{start}x y", 0, 29),
        RenderedWindow(Path("1.png"), f"day{start}1", "2024-01-01", 100, 129),
    ]
    hits = find_hits(
        windows, np.array([[0.9, 0], [0, 0.8]]), np.array([0, 1]), (f"{start}cmd|' /C calc'!A0", f"a{start}b")
    )

    class Model:
        version, threshold = "1", 0.5

    write_hits(hits, Series("prices.csv", np.zeros(30), np.ones(30), windows), Model(), tmp_path)
    with (tmp_path / "hits.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    start = start.replace("\r", "\n")  # or readers would begin a new row there, with what follows as its first cell
    assert (first["pattern"], first["start"], first["end"]) == (
        f"'{start}cmd|' /C calc'!A0",
        f"'{start}1",
        f"'{start}x y",
    )
    assert (second["pattern"], second["start"], second["end"]) == (f"a{start}b", f"day{start}1", "2024-01-01")
    stored = json.loads((tmp_path / "hits.json").read_text())["hits"]
    assert stored[0]["pattern"] == hits[0].pattern and stored[0]["start"] == windows[0].start


def test_the_files_are_safe_for_spreadsheets(tmp_path):
    names = ("=cmd|' /C calc'!A0", 'a "quoted", name\nof two lines')
    hits = hits_of((0, 29, 0, 0.91239), (0, 29, 1, 0.8), classes=names)

    class Model:
        version, threshold = "1", 0.5

    hole = Hole("day 3", "day 9", 5, 2)
    series = Series("=prices.csv", np.zeros(30), np.ones(30), [hit.shown for hit in hits], (hole,))
    write_hits(hits, series, Model(), tmp_path)
    with (tmp_path / "hits.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["pattern"] for row in rows] == ["'" + names[0], names[1], "(not looked at)"]
    assert list(rows[2].values())[1:] == ["day 3", "day 9", "", "", "2", "5"]
    assert rows[0] | {"pattern": ""} == {
        "pattern": "",
        "start": "day 0",
        "end": "day 29",
        "probability": "0.9124",
        "window": "30",
        "windows": "1",
        "missing": "0",
    }
    stored = json.loads((tmp_path / "hits.json").read_text())
    assert [hit["pattern"] for hit in stored["hits"]] == list(names) and stored["source"] == "=prices.csv"
    assert stored["skipped"] == [{"after": "day 3", "before": "day 9", "missing": 5, "windows": 2}]
