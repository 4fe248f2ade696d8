"""Builds the Trainer from configuration, datasets and model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch.utils.data import ConcatDataset, default_collate
from transformers import EarlyStoppingCallback, EvalPrediction, TrainingArguments, ViTForImageClassification

from cryptoai_common.errors import UserError
from trainer.config import TrainConfig
from trainer.data.charts import ChartDataset, Item
from trainer.data.mixture import Mixture
from trainer.data.preprocess import Preprocessor
from trainer.data.without_pattern import NO_LABEL, training_half
from trainer.models.chart_reader import ChartReader, Objectives
from trainer.models.classifier import softmax
from trainer.scoring.metrics import score
from trainer.training.chart_trainer import ChartTrainer


class WithOutliers(ConcatDataset[Item]):
    """Charts with a pattern, followed by charts without, as one dataset for the DataLoader."""

    def __init__(self, parts: Sequence[ChartDataset]) -> None:
        super().__init__(parts)
        self.parts = parts

    def set_epoch(self, epoch: int) -> None:
        """``accelerate`` calls this before each epoch."""
        for part in self.parts:
            part.set_epoch(epoch)


def assemble(
    config: TrainConfig,
    arguments: TrainingArguments,
    mixture: Mixture,
    model: ViTForImageClassification,
    preprocess: Preprocessor,
) -> ChartTrainer:
    """The Trainer with all losses that ``config`` asks for.

    Raises UserError for a setting out of its range, and for datasets without the metadata that a loss needs.
    """
    objectives = _objectives(config, arguments)
    training = {
        "unscaled": True,
        "augment": config.augment,
        "grid": model.config.image_size // model.config.patch_size,
        "reads": objectives.read_chart > 0,
        "finds_pivots": objectives.find_pivots > 0,
        "seed": arguments.seed,
    }
    labelled = ChartDataset(*mixture.charts("train"), preprocess, **training)
    charts: ChartDataset | WithOutliers = labelled
    outliers = mixture.without_pattern(training_half) if objectives.outlier_exposure else None
    if outliers is not None:
        charts = WithOutliers([labelled, ChartDataset(outliers, [NO_LABEL] * len(outliers), preprocess, **training)])
    patience = config.early_stopping_patience
    return ChartTrainer(
        model=ChartReader(model, objectives, preprocess),
        args=arguments,
        train_dataset=charts,
        eval_dataset=ChartDataset(*mixture.charts("validation"), preprocess, unscaled=True),
        data_collator=default_collate,
        compute_metrics=lambda prediction: _validation_metrics(prediction, mixture.classes),
        callbacks=[EarlyStoppingCallback(patience)] if patience else None,
    )


def _objectives(config: TrainConfig, arguments: TrainingArguments) -> Objectives:
    """With a frozen backbone only the losses that train the classifier. Raises UserError for a wrong share."""
    if not 0 < config.keep_patches <= 1:
        raise UserError(f"--keep-patches {config.keep_patches:g} must be over 0 and at most 1")
    smoothing = arguments.label_smoothing_factor
    if config.freeze_backbone:
        return Objectives(outlier_exposure=config.outlier_exposure, label_smoothing=smoothing)
    return Objectives(
        config.read_chart, config.find_pivots, config.outlier_exposure, config.keep_patches, label_smoothing=smoothing
    )


def _validation_metrics(prediction: EvalPrediction, classes: tuple[str, ...]) -> dict[str, float]:
    logits, truth = np.asarray(prediction.predictions), np.asarray(prediction.label_ids)
    figures = score(softmax(logits), truth, classes)
    return {name: figures[name] for name in ("accuracy", "macro_f1", "calibration_error")}
