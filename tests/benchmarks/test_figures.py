"""The README shows what one run and one benchmark measured, and nothing else."""

import json
import shutil
from pathlib import Path

import pytest

import dataset_builder
from benchmarks import figures
from cryptoai_common.files import write_json
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED

ROOT = Path(__file__).parents[2]
BASE = ROOT / "models" / "chart-vit"
MARKERS = "".join(
    f"<!-- figures: {name} -->\n<!-- end -->\nprose\n" for name in ("model", "files", "speed", "measured")
)
FILE = "model.safetensors"


def evaluation(dataset: str, split: str, fingerprint: str | None, accuracy: float) -> dict:
    return {
        "dataset": dataset,
        "split": split,
        "weights": FILE,
        "fingerprint": fingerprint,
        "charts": 2000,
        "accuracy": accuracy,
        "accuracy_interval": [accuracy - 0.01, accuracy + 0.01],
        "balanced_accuracy": 0.61,
        "surest_third": 0.804,
        "clear": 0.5,
    }


RESULTS = {
    "evaluations": [
        evaluation("charts", "validation", "f" * 64, 0.95),
        evaluation("charts", "test", "f" * 64, 0.94),
        {
            "dataset": "charts",
            "split": "none",
            "weights": FILE,
            "fingerprint": "f" * 64,
            "charts": 1500,
            "false_alarms": 0.101,
            "false_alarms_interval": [0.087, 0.118],
        },
        evaluation("crops", "validation", None, 0.621),  # a folder of someone's own pictures: without a fingerprint
    ],
    "export": {
        "charts": 1000,
        "cpu": "AMD EPYC",
        "files": {
            FILE: {"bytes": 11440296, "latency_ms": {"one_thread": 17.192, "all_threads": 10.1, "cores": 2}},
            CLASSIFIER_QUANTIZED.name: {
                "bytes": 3603135,
                "class_flips": 4,
                "latency_ms": {"one_thread": 6.154, "all_threads": 7.3, "cores": 2},
            },
        },
    },
}


@pytest.fixture
def run(tmp_path, monkeypatch) -> Path:
    """A run that this version exported, as far as the figures need it; with a README to write."""
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(BASE / CLASSIFIER_QUANTIZED, run)
    made_by = figures.PatternModel(run / CLASSIFIER_QUANTIZED).version.partition("+")[0]
    write_json(run / "metrics.json", RESULTS)
    (run / "config_resolved.yaml").write_text(f"dataset: {{name: charts, fingerprint: {'f' * 64}}}\n")
    monkeypatch.setattr(dataset_builder, "__version__", made_by)
    monkeypatch.setattr(figures, "README", tmp_path / "README.md")
    monkeypatch.setattr(figures, "STORED", tmp_path / "figures.json")
    figures.README.write_text(MARKERS)
    write_json(tmp_path / "speed.json", {"mplfinance": 8.0, "ours": 400.0})
    return run


def change(run: Path, edit) -> None:
    results = json.loads((run / "metrics.json").read_text())
    edit(results)
    write_json(run / "metrics.json", results)


def command(run: Path, capsys) -> str:
    """The sentence of a run that cannot be shown; empty if it could."""
    code = figures.main([str(run), "--speed", str(run.parent / "speed.json"), "--minutes", "8.6"])
    error = capsys.readouterr().err
    assert code == (2 if error else 0) and error.count("\n") == (code == 2)
    return error


def test_the_readme_shows_what_figures_json_holds():
    if not figures.STORED.exists():
        pytest.skip("docs/figures.json is not there yet: `make figures` has never run")
    stored = json.loads(figures.STORED.read_text())
    assert stored["version"] == dataset_builder.__version__, "the figures are of another version: run `make figures`"
    assert figures.written(figures.README.read_text()) == figures.blocks(stored)


def test_the_readme_has_a_place_for_each_table():
    assert list(figures.written(figures.README.read_text())) == ["model", "measured", "files", "speed"]


def test_tables_are_written_and_written_again(run, capsys):
    assert command(run, capsys) == ""
    stored, text = json.loads(figures.STORED.read_text()), figures.README.read_text()
    assert figures.written(text) == figures.blocks(stored) and text.count("prose\n") == 4
    assert command(run, capsys) == "" and figures.README.read_text() == text
    model, files, speed, measured = figures.written(text).values()
    assert model.startswith(f"Version {stored['version']}, {stored['date']}, plain `make` on 2 cores (AMD EPYC) in 8.6")
    assert "| `charts`, test | `model.safetensors` | 2,000 | 94.0% (93.0% to 95.0%) | 61.0% | 80.4% |" in model
    assert "Of 1,500 charts without a pattern in `charts` `model.safetensors` calls 10.1% one (8.7% to 11.8%)" in model
    assert "| **`crypto_chart_classifier_quantized.onnx`** | 3.6 | 6.2 | 4 of 1,000 |" in files
    assert "| ours | 400.0 | 50.0 |" in speed
    assert measured.startswith("Nothing was measured") == (not (BASE / "measured.json").exists())


def test_what_was_measured_of_the_run_stands_beside_the_base(run, capsys):
    rows = [{"what": "crops (720)", "figures": "right 60.0"}]
    write_json(run / "measured.json", {"version": "1.2.3", "date": "2026-01-02", "rows": rows})
    assert command(run, capsys) == ""
    measured = figures.written(figures.README.read_text())["measured"]
    assert "plain `make` by version 1.2.3" in measured
    assert "right 60.0 |" in measured.split("| crops (720) |")[1]


def test_evaluations_on_other_folders_are_shown_with_their_interval(run, capsys):
    assert command(run, capsys) == ""
    model = figures.written(figures.README.read_text())["model"]
    assert "| `crops`, validation | `model.safetensors` | 2,000 | 62.1% (61.1% to 63.1%) |" in model
    assert "`charts`, validation" not in model, "training chose by it"


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda results: results.pop("export"), "is not exported: run `make export` first"),
        (lambda results: results["export"].pop("cpu"), "lacks 'cpu': export and evaluate the run again"),
        (lambda results: results["evaluations"][-1].pop("surest_third"), "lacks 'surest_third'"),
        (
            lambda results: results.update(evaluations=RESULTS["evaluations"][:1]),
            "on no split but its validation split",
        ),
    ],
)
def test_what_the_run_lacks_is_one_sentence(run, edit, sentence, capsys):
    change(run, edit)
    assert sentence in command(run, capsys)
    assert figures.README.read_text() == MARKERS and not figures.STORED.exists()


def test_a_file_that_is_missing_is_one_sentence(run, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(dataset_builder, "__version__", "99.0")
        assert "and this is version 99.0: export and evaluate it again" in command(run, capsys)
    write_json(run.parent / "speed.json", {"ours": 400.0})
    assert "has no speed of mplfinance: make it with" in command(run, capsys)
    (run.parent / "speed.json").unlink()
    assert "speed.json cannot be read" in command(run, capsys)
    (run / CLASSIFIER_QUANTIZED).unlink()
    assert CLASSIFIER_QUANTIZED.name in command(run, capsys)
    assert "is not a run" in command(run.parent, capsys)


@pytest.mark.parametrize(
    "text", [MARKERS + MARKERS, MARKERS.replace("speed", "sped"), MARKERS.replace("end", "ned", 1)]
)
def test_a_readme_with_other_markers_is_refused(run, text, capsys):
    figures.README.write_text(text)
    assert "must have the markers" in command(run, capsys)
    assert figures.README.read_text() == text
