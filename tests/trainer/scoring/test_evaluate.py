import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_words import json_lines
from PIL import Image

from trainer.__main__ import main
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED
from trainer.runs.results import read_results
from trainer.scoring.evaluate import weights_name

REAL_CHARTS = Path(__file__).parents[4] / "shared" / "real_charts"


def _evaluate(model, dataset, *options) -> list[str]:
    return ["evaluate", str(model), "--dataset", str(dataset), *map(str, options)]


def test_checkpoint_and_onnx_go_through_one_loop(own_run, charts, tmp_path, capsys):
    found = []
    for name, options in (("torch", []), ("fp32", ["--onnx", own_run / "onnx/model.onnx"])):
        file = tmp_path / f"{name}.json"
        assert main(_evaluate(own_run, charts, "--json", file, *options)) == 0
        found.append(json.loads(file.read_text()))
    assert found[0]["weights"] == "model.safetensors" and found[1]["weights"] == "onnx/model.onnx"
    assert found[0]["confusion_matrix"] == found[1]["confusion_matrix"]
    assert found[0]["calibration_error"] == pytest.approx(found[1]["calibration_error"], abs=1e-3)
    out = capsys.readouterr().out
    assert "95 % interval" in out and "on 10 charts" in out and "precision  recall" in out


def test_a_run_remembers_its_evaluations(own_run, charts):
    before = len(read_results(own_run)["evaluations"])
    onnx = own_run / "onnx" / "model_quantized.onnx"
    for _ in range(2):
        assert main(_evaluate(own_run, charts, "--onnx", onnx, "--split", "validation")) == 0
    results = read_results(own_run)
    assert len(results["evaluations"]) == before + 1
    wanted = ("charts", "validation", "onnx/model_quantized.onnx")
    entry = next(e for e in results["evaluations"] if (e["dataset"], e["split"], e["weights"]) == wanted)
    assert entry["fingerprint"] == json.loads((charts / "manifest.json").read_text())["fingerprint"]
    assert "`onnx/model_quantized.onnx` | 10 |" in (own_run / "README.md").read_text()


def test_cut_scores_what_predict_says(own_run, charts, tmp_path, capsys):
    file = tmp_path / "cut.json"
    assert main(_evaluate(own_run, charts, "--cut", "--json", file)) == 0
    entry = json.loads(file.read_text())
    assert entry["weights"] == "crypto_chart_classifier_quantized.onnx with crypto_price_patterns.onnx"
    assert entry in read_results(own_run)["evaluations"]
    pictures = sorted(charts.glob("test/*/*.png"))
    capsys.readouterr()
    answers = json_lines(capsys, "predict", "--cut", "--json", "--model", own_run, *pictures)
    right = [answer["best_guess"] == path.parent.name for answer, path in zip(answers, pictures, strict=True)]
    assert entry["charts"] == len(pictures) and entry["accuracy"] == np.mean(right)
    assert entry["clear"] == np.mean([answer["clear"] for answer in answers])


def test_cut_without_the_finder_scores_the_classifier_alone(run_without_finder, charts, tmp_path):
    run, file = shutil.copytree(run_without_finder, tmp_path / "run"), tmp_path / "cut.json"
    assert main(_evaluate(run, charts, "--cut", "--json", file)) == 0
    assert json.loads(file.read_text())["weights"] == "crypto_chart_classifier_quantized.onnx"
    assert main(_evaluate(run / CLASSIFIER_QUANTIZED, charts, "--cut")) == 0


def test_cut_counts_false_alarms_too(own_run, charts, tmp_path):
    file = tmp_path / "none.json"
    assert main(_evaluate(own_run, charts, "--cut", "--split", "none", "--json", file)) == 0
    entry = json.loads(file.read_text())
    assert entry["weights"].endswith("with crypto_price_patterns.onnx") and entry["false_alarms"] in (0, 0.5, 1)


def test_cut_takes_no_other_file(finished_run, charts, capsys):
    assert main(_evaluate(finished_run, charts, "--cut", "--onnx", "onnx/model.onnx")) == 2
    assert "leave out --onnx and --boxes" in capsys.readouterr().err


def test_cut_needs_the_files_of_an_export(own_run, charts, capsys):
    for file in own_run.glob("crypto_*.onnx"):
        file.unlink()
    assert main(_evaluate(own_run, charts, "--cut")) == 2
    assert "has no crypto_chart_classifier_quantized.onnx" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path):
    """An ImageFolder of somebody else: two of our classes, metadata with columns of its own, odd pictures."""
    split = tmp_path / "theirs" / "test"
    lines = []
    for width, name in ((90, "breakout"), (91, "double_top")):
        (split / name).mkdir(parents=True)
        for i, mode in enumerate(("RGB", "CMYK", "L")):
            Image.new(mode, (width, 50 + i)).save(split / name / f"{i}.jpg")
            lines.append({"file_name": f"{name}/{i}.jpg", "label": name, "source": "web"})
    (split / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path / "theirs"


def test_any_folder_with_our_class_names(finished_run, folder, tmp_path):
    model = shutil.copytree(finished_run, tmp_path / "model")
    (model / "metrics.json").unlink()  # any model directory will do, not only a run
    assert main(_evaluate(model, folder, "--json", tmp_path / "scores.json")) == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["charts"] == 6 and set(scores["per_class"]) == {"breakout", "double_top"}
    assert scores["balanced_accuracy"] == pytest.approx(np.mean([c["recall"] for c in scores["per_class"].values()]))
    assert not (model / "metrics.json").exists()


def test_bad_input(finished_run, folder, charts, own_charts, tmp_path, fails):
    assert "did you mean 'test'?" in fails(*_evaluate(finished_run, folder, "--split", "tests"))
    assert "is not a model directory" in fails(*_evaluate(tmp_path, charts))
    assert "is not a model directory" in fails(*_evaluate(tmp_path / "none", charts))
    assert "is not a directory" in fails(*_evaluate(finished_run, tmp_path / "none"))
    assert "no such file" in fails(*_evaluate(finished_run, charts, "--onnx", tmp_path / "none.onnx"))
    assert "at least 1" in fails(*_evaluate(finished_run, charts, "--batch-size", "0"))
    (folder / "test/breakout/0.jpg").write_bytes(b"not a picture")
    assert "breakout/0.jpg is not a picture" in fails(*_evaluate(finished_run, folder))
    (folder / "test" / "metadata.jsonl").unlink()
    (folder / "test/breakout/0.jpg").unlink()
    (folder / "test" / "breakout").rename(folder / "test" / "brekout")
    assert "unknown class 'brekout'; did you mean 'breakout'?" in fails(*_evaluate(finished_run, folder))
    sorted(own_charts.glob("test/*/*.png"))[0].write_bytes(b"x")
    assert "was altered" in fails(*_evaluate(finished_run, own_charts))


def test_an_onnx_file_that_is_none_or_of_another_kind(finished_run, charts, tmp_path, fails):
    (tmp_path / "model.onnx").write_bytes(b"not onnx")
    assert "is not an ONNX file" in fails(*_evaluate(finished_run, charts, "--onnx", tmp_path / "model.onnx"))


def test_weights_are_named_by_their_place_in_the_run(tmp_path):
    assert weights_name(tmp_path, tmp_path / "onnx" / "model.onnx") == "onnx/model.onnx"
    assert weights_name(tmp_path / "run", tmp_path / "other.onnx") == "other.onnx"


@pytest.mark.skipif(not REAL_CHARTS.is_dir(), reason="the real charts are not part of the project")
def test_real_charts(own_run, tmp_path):
    assert main(_evaluate(own_run, REAL_CHARTS, "--json", tmp_path / "real.json")) == 0
    scores = json.loads((tmp_path / "real.json").read_text())
    assert scores["charts"] == sum(entry["charts"] for entry in scores["per_class"].values()) > 700
    assert len(scores["per_class"]) == 8 and len(scores["confusion_matrix"]) == 10


def test_charts_without_a_pattern_are_false_alarms_or_not(own_run, charts, tmp_path, capsys):
    config = json.loads((own_run / "config.json").read_text())
    for threshold, share in ((0.0, 1.0), (1.1, 0.0)):
        config["calibration"]["threshold"] = threshold
        (own_run / "config.json").write_text(json.dumps(config))
        assert main(_evaluate(own_run, charts, "--split", "none", "--json", tmp_path / "none.json")) == 0
        entry = json.loads((tmp_path / "none.json").read_text())
        assert (entry["charts"], entry["false_alarms"]) == (2, share)  # a quarter of the ten
        assert f"{share:.1%} of 2 charts without a pattern are called one" in capsys.readouterr().out
    assert "charts without a pattern are called one" in (own_run / "README.md").read_text()


def test_a_dataset_without_such_charts(own_run, folder, capsys):
    assert main(_evaluate(own_run, folder, "--split", "none")) == 2
    assert "has no charts without a pattern" in capsys.readouterr().err
