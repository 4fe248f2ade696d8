import dataclasses
import json

import numpy as np
import pytest
import torch
from transformers import ViTForImageClassification

from cryptoai_common.errors import UserError
from trainer.config import TrainConfig
from trainer.models.vit import TorchClassifier, build, new_vit, sincos_positions
from trainer.training.recipe import resolve

CLASSES = ("up", "down", "flat")
TINY = TrainConfig(
    "data", "run", image_size=32, patch_size=8, hidden_size=32, num_hidden_layers=2, num_attention_heads=2
)


@pytest.fixture
def base(tmp_path):
    """A checkpoint of another task: four classes, its own normalisation."""
    model, processor = build(TINY, ("a", "b", "c", "d"))
    processor.image_mean = [0.1, 0.2, 0.3]
    model.save_pretrained(tmp_path / "base")
    processor.save_pretrained(tmp_path / "base")
    return tmp_path / "base"


def test_the_base_is_found_from_any_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config, _ = resolve(["--dataset", "d", "--output", "o"])
    model, processor = build(config, CLASSES)
    assert 2.5e6 < model.num_parameters() < 6e6
    assert (model.config.image_size, processor.size) == (224, {"height": 224, "width": 224})


def test_the_top_layers_of_a_base_can_be_dropped(base, tmp_path):
    whole, _ = build(dataclasses.replace(TINY, base=str(base)), CLASSES)
    kept, _ = build(dataclasses.replace(TINY, base=str(base), keep_layers=1), CLASSES)
    lowest, above = (f"vit.encoder.layer.{number}.layernorm_before.weight" for number in (0, 1))
    torch.testing.assert_close(kept.state_dict()[lowest], whole.state_dict()[lowest])
    assert above in whole.state_dict() and above not in kept.state_dict()
    kept.save_pretrained(tmp_path / "kept")
    assert ViTForImageClassification.from_pretrained(tmp_path / "kept").config.num_hidden_layers == 1


@pytest.mark.parametrize("number", [-1, 3])
def test_no_more_layers_can_be_kept_than_there_are(base, number):
    with pytest.raises(UserError, match=f"--keep-layers {number} must be from 1 to 2, the layers that there are"):
        build(dataclasses.replace(TINY, base=str(base), keep_layers=number), CLASSES)


def test_the_scratch_recipe_is_a_small_vit():
    config, _ = resolve(["--dataset", "d", "--output", "o", "--recipe", "scratch"])
    model, processor = build(config, CLASSES)
    assert 3e6 < model.num_parameters() < 6e6
    assert (model.config.image_size, model.config.patch_size) == (224, 16)
    assert processor.size == {"height": 224, "width": 224}
    assert model.config.id2label == {0: "up", 1: "down", 2: "flat"}


def test_positions_tell_rows_and_columns():
    positions = sincos_positions(grid=4, width=16)
    assert positions.shape == (16, 16)
    near = positions @ positions.T
    assert np.argsort(-near[5])[0] == 5
    assert near[5, 6] > near[5, 7] and near[5, 9] > near[5, 13], "neighbours are more alike than strangers"
    model = new_vit(TINY, CLASSES)
    np.testing.assert_array_equal(
        model.vit.embeddings.position_embeddings[0, 1:].detach().numpy(), sincos_positions(4, 32)
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"image_size": 30}, "--image-size 30 is not a multiple of --patch-size 8"),
        ({"num_attention_heads": 3}, "--hidden-size 32 must be a multiple of 4 and of --num-attention-heads 3"),
        ({"hidden_size": 34, "num_attention_heads": 1}, "--hidden-size 34 must be a multiple of 4"),
        ({"patch_size": 0}, "--patch-size 0 must be at least 1"),
    ],
)
def test_impossible_sizes(change, sentence):
    with pytest.raises(UserError, match=sentence):
        new_vit(dataclasses.replace(TINY, **change), CLASSES)


def test_a_base_keeps_its_backbone_and_normalisation_and_gets_our_classes(base):
    model, processor = build(dataclasses.replace(TINY, base=str(base)), CLASSES)
    stored = TorchClassifier.load(base).model
    torch.testing.assert_close(model.vit.state_dict(), stored.vit.state_dict())
    assert model.classifier.weight.shape[0] == 3 and model.config.label2id == {"up": 0, "down": 1, "flat": 2}
    assert list(processor.image_mean) == [0.1, 0.2, 0.3]


def test_the_same_classes_keep_the_classifier_and_others_do_not(base):
    stored = TorchClassifier.load(base).model.classifier.weight
    config = dataclasses.replace(TINY, base=str(base))
    assert torch.equal(build(config, ("a", "b", "c", "d"))[0].classifier.weight, stored)
    assert not torch.equal(build(config, ("p", "q", "r", "s"))[0].classifier.weight, stored)


def test_a_frozen_backbone_leaves_the_classifier_to_train():
    model, _ = build(dataclasses.replace(TINY, freeze_backbone=True), CLASSES)
    assert {name for name, p in model.named_parameters() if p.requires_grad} == {"classifier.weight", "classifier.bias"}


def _pickled(base):
    weights = TorchClassifier.load(base).model.state_dict()
    (base / "model.safetensors").unlink()
    torch.save(weights, base / "pytorch_model.bin")


def _damaged(base):
    path = base / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def _another_kind(base):
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "model_type": "bert"}))


@pytest.mark.parametrize("spoil", [_pickled, _damaged])
def test_weights_come_from_whole_safetensors_only(base, spoil):
    spoil(base)
    with pytest.raises(UserError, match=f"--base {base} cannot be loaded"):
        build(dataclasses.replace(TINY, base=str(base)), CLASSES)
    with pytest.raises(UserError, match=f"the weights in {base} cannot be loaded"):
        TorchClassifier.load(base)


def test_a_base_that_is_no_vit(base):
    _another_kind(base)
    with pytest.raises(UserError, match="is a 'bert' model; --base must be a ViT"):
        build(dataclasses.replace(TINY, base=str(base)), CLASSES)


def test_a_base_that_is_not_there_and_cannot_be_fetched():
    with pytest.raises(UserError, match="--base nobody/nothing cannot be loaded"):
        build(dataclasses.replace(TINY, base="nobody/nothing"), CLASSES)


def test_model_directories_that_are_none(tmp_path, base):
    with pytest.raises(UserError, match=r"is not a model directory: it has no config\.json"):
        TorchClassifier.load(tmp_path)
    with pytest.raises(UserError, match="is not a model directory"):
        TorchClassifier.load(base / "config.json")
    (base / "config.json").write_text("{")
    with pytest.raises(UserError, match=r"config\.json cannot be read"):
        TorchClassifier.load(base)
