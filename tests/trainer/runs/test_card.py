import json

from huggingface_hub import ModelCard

from trainer.runs.card import write_card


def test_the_card_carries_what_the_hub_reads(finished_run):
    card = ModelCard.load(finished_run / "README.md")
    assert card.data.pipeline_tag == "image-classification" and card.data["library_name"] == "transformers"
    assert card.data.model_name == "run" and card.data.base_model is None
    metrics = json.loads((finished_run / "metrics.json").read_text())
    results = {(r.dataset_split, r.metric_type): r.metric_value for r in card.data.eval_results}
    for entry in metrics["evaluations"]:
        if entry["split"] == "none":
            continue
        assert results[entry["split"], "accuracy"] == round(entry["accuracy"], 4)
        assert results[entry["split"], "f1"] == round(entry["macro_f1"], 4)


def test_the_card_tells_people_what_they_ask(finished_run, charts):
    text = (finished_run / "README.md").read_text()
    manifest = json.loads((charts / "manifest.json").read_text())
    assert manifest["fingerprint"] in text and "charts, 40 charts in the train split" in text
    assert all(name in text for name in manifest["classes"])
    assert "| `onnx/model_quantized.onnx` |" in text and 'file_name="model_quantized.onnx"' in text
    assert str(finished_run.parent) not in text and str(charts.parent) not in text, "a path of this machine"


def test_a_run_that_is_not_exported_says_nothing_of_onnx(own_run):
    path = own_run / "metrics.json"
    metrics = json.loads(path.read_text())
    del metrics["export"], metrics["finder"]
    path.write_text(json.dumps(metrics))
    for path in own_run.rglob("*.onnx"):
        path.unlink()
    write_card(own_run)
    assert "model_quantized" not in (own_run / "README.md").read_text()
