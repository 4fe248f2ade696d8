"""Configuration or checkpoint → ``ViTForImageClassification`` and its image processor. Weights: safetensors only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from transformers import PretrainedConfig, ViTConfig, ViTForImageClassification, ViTImageProcessor

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from trainer.config import TrainConfig
from trainer.data.preprocess import FILE_NAME, Preprocessor
from trainer.models.class_head import class_names, set_classes
from trainer.models.classifier import read_classes
from trainer.models.precision import has_accelerator
from trainer.shipped import find_shipped

HALF = [0.5, 0.5, 0.5]  # mean and standard deviation that google/vit-* use: pixels become -1…1
MLP_RATIO = 4  # width of each layer's MLP over that of the network (Dosovitskiy et al. 2020, arxiv.org/abs/2010.11929)


def build(config: TrainConfig, classes: tuple[str, ...]) -> tuple[ViTForImageClassification, ViTImageProcessor]:
    """The model that training starts from, with a classifier for ``classes`` in this order, and its image processor.

    Raises UserError for sizes that do not fit together, or a base that cannot be loaded.
    """
    if config.base == "":  # a shell variable that is not set: not a request for random weights
        raise UserError("--base is empty; name a checkpoint, or write null for a new network")
    model = pretrained_vit(config.base, config.revision, classes) if config.base else new_vit(config, classes)
    if config.keep_layers:
        keep_layers(model, config.keep_layers)
    if config.freeze_backbone:
        model.vit.requires_grad_(False)
    return model, _processor(config, model.config.image_size)


def new_vit(config: TrainConfig, classes: tuple[str, ...]) -> ViTForImageClassification:
    """A network with random weights and 2D sine-cosine positions. Raises UserError for impossible sizes."""
    for name in ("image_size", "patch_size", "hidden_size", "num_hidden_layers", "num_attention_heads"):
        if getattr(config, name) < 1:
            raise UserError(f"--{name.replace('_', '-')} {getattr(config, name)} must be at least 1")
    if config.image_size % config.patch_size:
        raise UserError(f"--image-size {config.image_size} is not a multiple of --patch-size {config.patch_size}")
    if config.hidden_size % config.num_attention_heads or config.hidden_size % 4:
        raise UserError(
            f"--hidden-size {config.hidden_size} must be a multiple of 4"
            f" and of --num-attention-heads {config.num_attention_heads}"
        )
    id2label, label2id = class_names(classes)
    model = ViTForImageClassification(
        ViTConfig(
            image_size=config.image_size,
            patch_size=config.patch_size,
            hidden_size=config.hidden_size,
            num_hidden_layers=config.num_hidden_layers,
            num_attention_heads=config.num_attention_heads,
            intermediate_size=MLP_RATIO * config.hidden_size,
            attn_implementation=_attention(),
            id2label=id2label,
            label2id=label2id,
        )
    )
    positions = sincos_positions(config.image_size // config.patch_size, config.hidden_size)
    with torch.no_grad():
        model.vit.embeddings.position_embeddings[0, 0] = 0
        model.vit.embeddings.position_embeddings[0, 1:] = torch.from_numpy(positions)
    return model


def keep_layers(model: ViTForImageClassification, number: int) -> None:
    """Drop the layers above the lowest ``number``. Raises UserError if there are fewer."""
    layers = model.vit.encoder.layer
    if not 1 <= number <= len(layers):
        raise UserError(
            f"--keep-layers {number} must be from 1 to {len(layers)}, the layers that there are; 0 keeps all"
        )
    model.vit.encoder.layer = layers[:number]
    model.config.num_hidden_layers = number


def _attention() -> str:
    """Which attention code to use: on a CPU, ``eager`` trains 1.3 times as fast in bf16 as the fused ``sdpa``."""
    return "sdpa" if has_accelerator() else "eager"


def sincos_positions(grid: int, width: int) -> np.ndarray:
    """Fixed 2D sine and cosine positions [grid * grid, width], row by row: half the width for y, half for x.

    As in MAE (He et al. 2021, https://arxiv.org/abs/2111.06377) and MoCo v3. Training adjusts them.
    """
    frequencies = 10_000.0 ** -(np.arange(width // 4) / (width // 4))
    angles = np.arange(grid)[:, None] * frequencies
    line = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    rows, columns = np.repeat(line, grid, axis=0), np.tile(line, (grid, 1))
    return np.concatenate([rows, columns], axis=1).astype(np.float32)


def pretrained_vit(base: str, revision: str | None, classes: tuple[str, ...]) -> ViTForImageClassification:
    """A checkpoint with a classifier for ``classes``, of which those that it has already keep their weights.

    Raises UserError if it cannot be loaded or is not a ViT.
    """
    base = str(find_shipped(base))
    try:
        found, _ = PretrainedConfig.get_config_dict(base, revision=revision)
        if found.get("model_type") != "vit":
            raise UserError(f"{base} is a {found.get('model_type')!r} model; --base must be a ViT (model_type 'vit')")
        model: ViTForImageClassification = ViTForImageClassification.from_pretrained(
            base, revision=revision, use_safetensors=True, attn_implementation=_attention()
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UserError(f"--base {base} cannot be loaded: {reason}") from None
    set_classes(model, classes)
    return model


def _processor(config: TrainConfig, image_size: int) -> ViTImageProcessor:
    """Resize to the model's size (no crop) and normalise as the base does."""
    mean = std = HALF
    if config.base:
        try:
            base = str(find_shipped(config.base))
            stored, _ = ViTImageProcessor.get_image_processor_dict(base, revision=config.revision)
            mean, std = stored.get("image_mean", HALF), stored.get("image_std", HALF)
        except OSError:  # a base without a processor: its pixels are taken to be scaled as google/vit-* does
            pass
    size = {"height": image_size, "width": image_size}
    return ViTImageProcessor(
        size=size, resample=Image.Resampling.BILINEAR, image_mean=mean, image_std=std, do_convert_rgb=True
    )


def save_processor(processor: ViTImageProcessor, directory: Path) -> None:
    """Write ``preprocessor_config.json`` so that ``pipeline("image-classification")`` takes it without a warning.

    transformers warns of every processor that it finds by its type, unless torchvision is there and the type is that of
    the fast one; it finds it by the model's configuration, in silence, where ``image_processor`` holds the settings
    without a type. transformers.js reads the settings beside it, and wants the type. The pixels are the same.
    """
    settings = json.loads(processor.to_json_string())
    without_type = {name: value for name, value in settings.items() if name != "image_processor_type"}
    write_json(directory / FILE_NAME, settings | {"image_processor": without_type})


def preprocessor_of(processor: ViTImageProcessor) -> Preprocessor:
    """The ``Preprocessor`` that gives the same pixels as ``processor``."""
    size = processor.size["height"], processor.size["width"]
    mean, std = _per_channel(processor.image_mean), _per_channel(processor.image_std)
    return Preprocessor(size, mean, std, processor.resample)


def _per_channel(value: float | list[float]) -> tuple[float, float, float]:
    """One number for each of red, green and blue; a processor may hold one for all three."""
    red, green, blue = [value] * 3 if isinstance(value, (int, float)) else value
    return red, green, blue


@dataclass
class TorchClassifier:
    """A checkpoint as ``classifier.Classifier``."""

    model: ViTForImageClassification
    classes: tuple[str, ...]
    preprocess: Preprocessor

    @classmethod
    def load(cls, directory: Path) -> TorchClassifier:
        """Raises UserError if ``directory`` is no model directory, or its weights are missing or damaged."""
        classes, preprocess = read_classes(directory), Preprocessor.read(directory)
        try:
            model = ViTForImageClassification.from_pretrained(directory, use_safetensors=True, local_files_only=True)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = str(error).strip().split("\n")[0]
            raise UserError(f"the weights in {directory} cannot be loaded: {reason}") from None
        return cls(model.eval(), classes, preprocess)

    def logits(self, pixel_values: np.ndarray) -> np.ndarray:
        """float32 [n, 3, height, width] → float32 [n, classes]."""
        with torch.inference_mode():
            pixels = torch.from_numpy(pixel_values).to(self.model.device)
            logits: np.ndarray = self.model(pixels).logits.float().cpu().numpy()
        return logits
