"""One table of what the instruments wrote of a run."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks import measured
from cryptoai_common.files import write_json
from trainer.models.deployed import Deployed
from trainer.runs.measured import FILE_NAME, read_measured

BASE = Path(__file__).parents[2] / "models" / "chart-vit"
SETS = [
    {"set": "crops", "charts": 720, "balanced": 0.61, "right": [0.6, 0.56, 0.64], "surest_third": [0.8, 0.7, 0.9]},
    {"set": "random walks", "charts": 600, "called": [0.3, 0.25, 0.35], "called_simple": [0.1, 0.08, 0.12]},
    {"set": "no charts", "charts": 320, "called": [0.06, 0.04, 0.09]},
]
FOUND = {"any_name": 0.5, "any_name_interval": [0.4, 0.6], "right_name": 0.25, "right_name_interval": [0.2, 0.3]}
MARKED = {"marks": 351, "spans": {"first_5": FOUND}, "boxes": {"first_5": FOUND}}
FINDER = {
    "sets": {
        "screens": {
            "recall": {"named": MARKED, "right_edge": None},
            "average_precision": {"spans": {"mean": 0.123}},
        }
    },
    "random_markets": {"shown_at_own_threshold": 2.25, "shown_a_screen": 11.0},
    "milliseconds": {"1_threads": 44.1, "2_threads": 29.2},
    "cpu": "a CPU",
}


def cells() -> list[dict]:
    """Two looks of one library in all framings, and our drawing."""
    looks = [
        {"library": "plotly", "look": look, "framing": framing, "charts": 60, "balanced_accuracy": share}
        | {"found": share, "found_and_named": share - 0.1}
        for look, share in (("light", 0.8), ("dark", 0.7))
        for framing in ("whole", "pane", "page", "half", "quarter", "half_cut", "quarter_cut")
    ]
    ours = {"library": "our drawing", "look": "plain", "framing": "pane", "charts": 60, "balanced_accuracy": 0.9}
    return [*looks, ours]


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    run = Path(shutil.copytree(BASE, tmp_path / "run", ignore=shutil.ignore_patterns(FILE_NAME, "*.png")))
    model = Deployed(run)
    for name, version, told in (
        ("sets", model.classifier.version, {"rows": SETS}),
        ("renderers", model.classifier.version, {"rows": cells()}),
        ("finder", model.finder.version, FINDER),
    ):
        write_json(tmp_path / f"{name}.json", {"model_version": version, **told})
    return {"run": run} | {name: tmp_path / f"{name}.json" for name in ("sets", "renderers", "finder")}


def command(files: dict[str, Path], capsys) -> tuple[int, str]:
    options = [word for name in ("sets", "renderers", "finder") for word in (f"--{name}", str(files[name]))]
    code = measured.main([str(files["run"]), *options])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_the_table_stands_in_the_run_and_in_its_card(files, capsys):
    code, text = command(files, capsys)
    assert code == 0
    rows = {row["what"]: row["figures"] for row in read_measured(files["run"])["rows"]}
    assert rows["cut charts: crops (720)"] == "right 60.0 (56–64), balanced 61.0, of the surest third 80.0 (70–90)"
    walks = "called a pattern 30.0 (25–35); at the threshold that keeps as many of those drawn, cut 10.0 (8–12)"
    assert rows["cut charts: random walks (600)"] == walks
    assert rows["cut charts: no charts (320)"] == "called a pattern 6.0 (4–9)"
    assert rows["charts that other libraries drew: whole export"] == "right 70 to 80"
    assert rows["the same charts in our drawing"] == (
        "right 90 to 90 (above: the least and the most of 2 looks of 60 charts)"
    )
    found = "found 50.0 (40–60), named right 25.0 (20–30)"
    wanted = f"spans {found}; boxes {found}; average precision 0.12"
    assert rows["found among the first five places: screens (351 marks)"] == wanted
    half = "70 to 80, named right 60 to 70"
    assert rows["found in charts that other libraries drew: half of the width"] == half
    assert len(rows) == 16
    card = (files["run"] / "README.md").read_text()
    for what, figures in rows.items():
        assert f"| {what} | {figures} |" in card and f"| {what} | {figures} |" in text


@pytest.mark.parametrize("name", ["sets", "renderers", "finder"])
def test_a_file_of_other_weights_is_refused(files, capsys, name):
    told = json.loads(files[name].read_text()) | {"model_version": "0.1.0+other"}
    write_json(files[name], told)
    code, text = command(files, capsys)
    assert code == 2 and f"{name}.json was measured of 0.1.0+other" in text
    assert not (files["run"] / FILE_NAME).exists()
    files[name].write_text("no JSON")
    code, text = command(files, capsys)
    assert code == 2 and f"{name}.json cannot be read" in text
