import shutil

import numpy as np
from safetensors.numpy import load_file
from transformers import ViTForImageClassification

from trainer.__main__ import main
from trainer.models.heads import FILE_NAME, base_heads


def _fine_tuned(charts, base, output, *options: str):
    settings = ["--recipe", "default", "--base", str(base), "--bf16", "false", "--max-steps", "2", *options]
    assert main(["train", "--dataset", str(charts), "--output", str(output), *settings]) == 0
    return load_file(output / FILE_NAME)


def test_the_head_lies_beside_weights_that_stay_a_plain_vit(finished_run):
    heads = base_heads(str(finished_run))
    assert {name: tuple(weight.shape) for name, weight in heads.items()} == {
        "reading.score.weight": (2, 32), "reading.score.bias": (2,),
        "reading.offset.weight": (2, 32), "reading.offset.bias": (2,),
    }  # fmt: skip
    _, loading = ViTForImageClassification.from_pretrained(finished_run, output_loading_info=True)
    assert not any(loading.values())


def test_fine_tuning_by_labels_hands_the_head_on(finished_run, charts, tmp_path):
    before, after = load_file(finished_run / FILE_NAME), _fine_tuned(charts, finished_run, tmp_path / "run")
    assert before.keys() == after.keys() and all(np.array_equal(before[name], after[name]) for name in before)


def test_reading_goes_on_from_the_head_of_the_base(finished_run, charts, tmp_path):
    options = ["--read-chart", "1", "--find-pivots", "1", "--load-best-model-at-end", "false"]
    before, after = load_file(finished_run / FILE_NAME), _fine_tuned(charts, finished_run, tmp_path / "run", *options)
    assert after.keys() - before.keys() == {"pivots.weight", "pivots.bias"}
    for name in ("reading.score.weight", "reading.offset.weight"):  # two steps of at most 1e-4 each
        assert 0 < np.abs(after[name] - before[name]).max() < 3e-4


def test_a_base_without_heads_and_a_damaged_one(finished_run, charts, tmp_path, fails):
    base = shutil.copytree(finished_run, tmp_path / "base")
    (base / FILE_NAME).write_bytes(b"x")
    words = ["train", "--dataset", charts, "--output", tmp_path / "run", "--base", base]
    words += ["--max-steps", "1", "--bf16", "false"]
    assert "chart_reader.safetensors cannot be read" in fails(*words)
    (base / FILE_NAME).unlink()
    assert main([*map(str, words)]) == 0
    assert not (tmp_path / "run" / FILE_NAME).exists()
