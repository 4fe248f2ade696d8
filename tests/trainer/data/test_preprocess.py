import json

import numpy as np
import pytest
from PIL import Image
from transformers import ViTImageProcessor

from cryptoai_common.errors import UserError
from trainer.data.preprocess import Preprocessor
from trainer.models.vit import preprocessor_of


@pytest.mark.parametrize("size", [(224, 224), (300, 170), (64, 500), (2, 2)])
@pytest.mark.parametrize("mean", [[0.5, 0.5, 0.5], [0.485, 0.456, 0.406]])
def test_it_does_what_transformers_does(tmp_path, size, mean):
    theirs = ViTImageProcessor(size={"height": 224, "width": 224}, image_mean=mean, image_std=[0.5, 0.2, 0.3])
    theirs.save_pretrained(tmp_path)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    expected = theirs(picture, return_tensors="np")["pixel_values"][0]
    for ours in (Preprocessor.read(tmp_path), preprocessor_of(theirs)):
        pixels = ours(picture)
        assert pixels.dtype == np.float32 and pixels.shape == (3, 224, 224)
        np.testing.assert_allclose(pixels, expected, atol=1e-5)


def test_a_directory_without_it_is_no_model_directory(tmp_path):
    with pytest.raises(UserError, match=r"is not a model directory: it has no preprocessor_config\.json"):
        Preprocessor.read(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"size": 224}', '{"size": {"height": 2, "width": 2}}'])
def test_a_damaged_one_is_named(tmp_path, content):
    (tmp_path / "preprocessor_config.json").write_text(content)
    with pytest.raises(UserError, match=r"preprocessor_config\.json cannot be read"):
        Preprocessor.read(tmp_path)


def test_a_crop_is_refused(tmp_path):
    half = [0.5] * 3
    stored = {"size": {"height": 8, "width": 8}, "image_mean": half, "image_std": half, "do_center_crop": True}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(stored))
    with pytest.raises(UserError, match="asks for a crop"):
        Preprocessor.read(tmp_path)
