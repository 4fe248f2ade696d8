"""The finder of whole screenshots on everything at once: one table, of one run.

    python -m benchmarks.finder MODEL --dataset data/screens [--boxes FOLDER …] [--json FILE]

Folders hold screenshots with marks of people, in a form that ``python -m trainer evaluate --boxes`` reads. Of the
dataset those screenshots are used that are for measuring. Random markets are 200 candles that nobody selected, on pages
as the dataset has them: what is shown there is held against the threshold at which three quarters of the dataset's
patterns are found and named. No set is trained on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from benchmarks.told import in_percent, tell
from dataset_builder.charts.draft import Draft
from dataset_builder.charts.screenshot import SIZE, look_of_screenshot
from dataset_builder.charts.stages import MIXED, SCREENSHOT_STAGE
from dataset_builder.charts.variety import Variety
from dataset_builder.market.prices import Market
from dataset_builder.market.series import draw_series
from dataset_builder.streams import random_stream
from trainer.data.boxes import read_screens
from trainer.export.latency import cpu_name
from trainer.models.finder import PatternFinder
from trainer.models.load import open_finder
from trainer.models.session import at_once
from trainer.scoring.boxes import SIDES, SPANS, Seen, match, score_boxes
from trainer.scoring.screens import see_all

SEED, STREAM = 21, "random screens"  # no dataset is drawn from this stream
SCREENS, BARS = 200, 200  # random markets, and their candles
KEPT = 0.75  # of the dataset's patterns, at the threshold
SCREEN, RUNS = (1440, 900), 10  # the picture that is timed, and how often


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a Markdown table, and store its figures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.finder", description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help="a run, or its finder's file")
    parser.add_argument("--dataset", type=Path, required=True, help="one of ours, with screenshots")
    parser.add_argument("--boxes", type=Path, nargs="*", default=[], help="folders of screenshots with marks")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    return tell(lambda: measure(options.model, options.dataset, options.boxes), table, options.json)


def measure(model: Path, dataset: Path, folders: Sequence[Path]) -> dict[str, Any]:
    """All figures, ready for JSON."""
    finder = open_finder(model, threads=1)
    own = see_all(finder, read_screens(dataset))
    threshold = threshold_keeping(own, KEPT)
    random = list(
        tqdm(at_once(lambda number: _shown(finder, number, threshold), range(SCREENS)), "random markets", SCREENS)
    )
    return {
        "model_version": finder.version,
        "sets": {
            "own screens, styles kept from training": score_boxes(own, finder.classes, finder.threshold),
            **{
                folder.name: score_boxes(see_all(finder, read_screens(folder)), finder.classes, finder.threshold)
                for folder in folders
            },
        },
        "random_markets": {
            "screens": SCREENS,
            "threshold": threshold,
            "shown_a_screen": float(np.mean([each[0] for each in random])),
            "shown_at_own_threshold": float(np.mean([each[1] for each in random])),
        },
        "milliseconds": {f"{threads}_threads": _milliseconds(finder.file, threads) for threads in (1, 2)},
        "cpu": cpu_name(),
    }


def threshold_keeping(screens: Sequence[Seen], share: float) -> float | None:
    """The probability above which that share of the marks is found and named, by spans; None if none does."""
    chances: list[float] = []
    for screen in screens:
        taken = match(screen.marks, screen.places, SIDES[SPANS], named=True)
        chances += [place.probability for place, mark in zip(screen.places, taken, strict=True) if mark is not None]
    needed = int(np.ceil(share * sum(len(screen.marks) for screen in screens)))
    return sorted(chances, reverse=True)[needed - 1] if len(chances) >= needed else None


def _shown(finder: PatternFinder, number: int, threshold: float | None) -> tuple[float, float]:
    """How many places are shown on a random market: from ``threshold`` on, and from the finder's own."""
    places = finder.find(_random_screen(number), 0.0)
    lowest = np.inf if threshold is None else threshold
    return sum(each.probability >= lowest for each in places), sum(
        each.probability >= finder.threshold for each in places
    )


def _random_screen(number: int) -> np.ndarray:
    """A random market on a page: RGB, uint8 [height, width, 3]."""
    rng = random_stream(SEED, STREAM, number)
    candles = draw_series(rng, BARS).window(0, BARS, rng)
    look = replace(look_of_screenshot(SEED, number, Variety(stream=STREAM)), bars=BARS)
    draft = Draft(SEED, None, number, look, Market.without_pattern(candles), SCREENSHOT_STAGE, {}, SIZE, MIXED)
    return draft.render().pixels


def _milliseconds(file: Path, threads: int) -> float:
    """The fastest answer for a screenshot of 1440 x 900 pixels."""
    finder = PatternFinder(file, threads)
    picture = np.asarray(Image.fromarray(_random_screen(0)).resize(SCREEN))
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        finder.find(picture)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def table(found: dict[str, Any]) -> str:
    """All figures as Markdown: a row a set, in percent with intervals, and lines for what is no set."""
    head = ["set", "marks"]
    for side in SIDES:
        head += [f"{side}: any name", "right name", "AP"]
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    for name, told in found["sets"].items():
        rows = {name: "named", f"{name}, at the right edge": "right_edge"}
        for title, key in rows.items():
            row = told["recall"][key]
            if not row:
                continue
            cells = [title, str(row["marks"])]
            for side in SIDES:
                first = row[side]["first_5"]
                cells += [recall(first, "any_name"), recall(first, "right_name")]
                cells.append(f"{told['average_precision'][side]['mean']:.3f}" if key == "named" else "")
            lines.append(f"| {' | '.join(cells)} |")
    random, times = found["random_markets"], found["milliseconds"]
    kept = f"{random['shown_a_screen']:.2f} at the threshold that finds and names {KEPT:.0%} of the own patterns"
    if random["threshold"] is None:
        kept = f"no threshold finds and names {KEPT:.0%} of the own patterns"
    lines += [
        "",
        f"Random markets of {BARS} candles: {random['shown_at_own_threshold']:.2f} places a screen at the threshold of"
        f" the file; {kept}.",
        f"A screenshot of {SCREEN[0]} x {SCREEN[1]} pixels takes {times['1_threads']:.0f} ms on one thread and"
        f" {times['2_threads']:.0f} ms on two ({found['cpu']}).",
    ]
    return "\n".join(lines)


def recall(row: dict[str, Any], name: str) -> str:
    """A share of ``score_boxes`` in percent with its interval; empty if there were no such marks."""
    if row[name] is None:
        return ""
    return in_percent(row[name], row[f"{name}_interval"], digits=1)


if __name__ == "__main__":
    sys.exit(main())
