"""``evaluate --boxes``: a finder against screenshots in which patterns are marked."""

import json
from pathlib import Path

import numpy as np
import pytest
from finder_file import write_finder, write_reader
from PIL import Image

from trainer.__main__ import main
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, READER
from trainer.runs.results import read_results, write_results

REAL_SCREENS = Path(__file__).parents[4] / "shared" / "real_screens"
CLASSES = ("double_top", "bullish_flag")


def _block(path: Path, left: int, right: int) -> None:
    """A white picture of 200 x 100 with a grey block from y 20 to 60."""
    pixels = np.full((100, 200, 3), 255, np.uint8)
    pixels[20:60, left:right] = 90
    Image.fromarray(pixels).save(path)


@pytest.fixture
def screens(tmp_path) -> Path:
    """Three screens: a mark that is found and named, one that is found, one with a name of its own; one without."""
    folder = tmp_path / "screens"
    (folder / "images").mkdir(parents=True)
    lines = []
    for i, (label, box) in enumerate(
        (
            ("Double-Top", (20, 20, 100, 60)),
            ("bullish_flag", (20, 0, 100, 20)),
            ("wedge", (100, 20, 190, 60)),
            (None, None),
        )
    ):
        _block(folder / "images" / f"{i}.png", 20, 100)
        lines.append({"file": f"images/{i}.png", "boxes": [{"label": label, "box": box}] if box else []})
    (folder / "boxes.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder


@pytest.fixture
def finder(tmp_path) -> Path:
    return write_finder(tmp_path / FINDER_QUANTIZED, CLASSES, probability=0.75, threshold=0.5)


def test_the_scores_go_to_the_terminal_and_a_file(finder, screens, tmp_path, capsys):
    write_reader(tmp_path / READER)
    assert main(["evaluate", str(finder), "--boxes", str(screens), "--json", str(tmp_path / "scores.json")]) == 0
    entry = json.loads((tmp_path / "scores.json").read_text())
    assert {name: entry[name] for name in ("dataset", "split", "weights", "fingerprint")} == {
        "dataset": "screens",
        "split": None,
        "weights": FINDER_QUANTIZED.name,
        "fingerprint": None,
    }
    assert (entry["screens"], entry["marks"], entry["threshold"]) == (4, 3, 0.5)
    assert (entry["shown_a_screen"], entry["shown_a_screen_without_marks"]) == (1, 1)
    recall = entry["recall"]
    assert recall["all"]["spans"]["first_5"]["any_name"] == pytest.approx(2 / 3)
    assert recall["all"]["boxes"]["first_5"]["any_name"] == pytest.approx(1 / 3)
    assert recall["named"]["spans"]["first_5"]["right_name"] == 0.5
    assert recall["right_edge"]["marks"] == 3, "the last price that is read lies at 99"
    assert entry["average_precision"]["boxes"]["classes"] == {"double_top": pytest.approx(1.0), "bullish_flag": 0.0}
    out = capsys.readouterr().out
    assert out.startswith("crypto_pattern_model_quantized.onnx on screens: of 3 marks on 4 screens, by spans the first")
    assert "66.7 / 50.0" in out and "33.3 / 50.0" in out and "at the right edge" in out and "0.500" in out
    assert "1.00 patterns a screen reach the threshold of 0.50; on the 1 screens without a mark 1.00; they find" in out
    assert out.endswith("for which no name is right: wedge (1)\n")


def test_without_a_reader_nothing_is_said_of_the_right_edge(finder, screens, tmp_path, capsys):
    assert main(["evaluate", str(finder), "--boxes", str(screens), "--json", str(tmp_path / "scores.json")]) == 0
    assert json.loads((tmp_path / "scores.json").read_text())["recall"]["right_edge"] is None
    assert "at the right edge" not in capsys.readouterr().out


def test_a_run_remembers_them_and_shows_them_in_card_and_summary(own_run, screens, capsys):
    write_finder(own_run / FINDER_QUANTIZED, CLASSES)
    write_results(own_run, {**read_results(own_run), "finder": []})  # those of the shipped one
    others = read_results(own_run)["evaluations"]
    for _ in range(2):
        assert main(["evaluate", str(own_run), "--boxes", str(screens)]) == 0
    results = read_results(own_run)
    assert results["evaluations"] == others and len(results["finder"]) == 1
    assert results["finder"][0]["weights"] == FINDER_QUANTIZED.name
    card = (own_run / "README.md").read_text()
    assert "## Finding patterns on whole screenshots" in card and "| double_top | 1 |" in card
    assert "type: object-detection" in card and "name: recall of the first five, spans, named right" in card
    assert main(["summary", str(own_run)]) == 0
    assert "by spans the first five places find 66.7%" in capsys.readouterr().out


def test_bad_input(run_without_finder, finder, screens, charts, tmp_path, fails):
    assert "name either --dataset" in fails("evaluate", finder)
    assert "name either --dataset" in fails("evaluate", finder, "--dataset", charts, "--boxes", screens)
    assert "has no crypto_pattern_model_quantized.onnx" in fails("evaluate", run_without_finder, "--boxes", screens)
    classifier = run_without_finder / CLASSIFIER_QUANTIZED
    assert "is a classifier of cut charts" in fails(
        "evaluate", run_without_finder, "--onnx", classifier, "--boxes", screens
    )
    assert "no such folder" in fails("evaluate", finder, "--boxes", tmp_path / "none")
    assert "unknown split" in fails("evaluate", finder, "--boxes", charts)
    (screens / "images" / "2.png").write_bytes(b"none")
    assert "2.png is not a picture" in fails("evaluate", finder, "--boxes", screens)


@pytest.mark.skipif(not REAL_SCREENS.is_dir(), reason="needs the real screens")
def test_real_screens_are_read(finder, tmp_path):
    assert main(["evaluate", str(finder), "--boxes", str(REAL_SCREENS), "--json", str(tmp_path / "scores.json")]) == 0
    entry = json.loads((tmp_path / "scores.json").read_text())
    assert (entry["screens"], entry["marks"], entry["recall"]["named"]["marks"]) == (240, 462, 40)
