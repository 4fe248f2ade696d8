"""The notebook for Colab: clean in git, and it runs from top to bottom, offline, on a small dataset."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

PATH = Path(__file__).parents[1] / "notebooks" / "CryptoAI_Vision_Training.ipynb"
SMALL = {
    "RECIPE": "vit-base",  # there is neither a GPU nor the Hub: it must do with the small base
    "SIZE": "100",
    "TRAIN_ARGS": "--max-steps 2 --per-device-train-batch-size 8",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
}


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(PATH, as_version=4)


def test_it_is_valid_and_holds_no_output(notebook):
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
            assert not cell.source.startswith(("!", "%"))  # would go on after a failure


def test_its_parameters_stand_in_one_cell_that_papermill_finds(notebook):
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert {"RECIPE", "SIZE", "TRAIN_ARGS"} <= {line.split(" =")[0] for line in cell.source.splitlines()}


def test_it_runs_from_top_to_bottom(notebook, tmp_path, monkeypatch):
    places = {"DATASET": str(tmp_path / "charts"), "RUNS": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    for name, value in (SMALL | places).items():
        monkeypatch.setenv(name, value)
    resources = {"metadata": {"path": str(PATH.parent)}}
    NotebookClient(notebook, timeout=600, startup_timeout=300, kernel_name="python3", resources=resources).execute()
    said = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert "can't be fetched: the recipe 'default' instead of 'vit-base'" in said
    assert "on charts/test_unseen_styles: accuracy" in said
    run = tmp_path / "colab-default"
    assert (run / "onnx" / "model_quantized.onnx").exists()
    assert run.with_suffix(".zip").stat().st_size > (run / "model.safetensors").stat().st_size / 2
    pictures = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert sum("image/png" in picture["data"] for picture in pictures) == 8
    assert (tmp_path / "boxed.png").is_file() and "hits in" in said
    pages = [picture["data"].get("text/html", "") for picture in pictures]
    assert sum("<iframe srcdoc=" in page and "Chart patterns: charts-market" in page for page in pages) == 1
