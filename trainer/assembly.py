"""Configuration, datasets and model → the Trainer, with what it teaches."""

from __future__ import annotations

from torch.utils.data import ConcatDataset, default_collate
from transformers import EarlyStoppingCallback, EvalPrediction, TrainingArguments, ViTForImageClassification

from trainer.chart_reader import ChartReader, Lessons
from trainer.chart_trainer import ChartTrainer
from trainer.classifier import softmax
from trainer.config import TrainConfig
from trainer.data import ChartDataset
from trainer.errors import UserError
from trainer.metrics import score
from trainer.mixture import Mixture
from trainer.preprocess import Preprocessor
from trainer.without_pattern import NO_LABEL, training_half


class WithOutliers(ConcatDataset):
    """Charts with a pattern, then charts without, as one dataset for the DataLoader."""

    def set_epoch(self, epoch: int) -> None:
        """``accelerate`` calls this before each epoch."""
        for part in self.datasets:
            part.set_epoch(epoch)


def assemble(
    config: TrainConfig,
    arguments: TrainingArguments,
    mixture: Mixture,
    model: ViTForImageClassification,
    preprocess: Preprocessor,
) -> ChartTrainer:
    """Raises UserError for lessons that the configuration or the datasets cannot give."""
    lessons = _lessons(config, arguments)
    training = {
        "unscaled": True,
        "augment": config.augment,
        "grid": model.config.image_size // model.config.patch_size,
        "reads": lessons.read_chart > 0,
        "finds_pivots": lessons.find_pivots > 0,
        "seed": arguments.seed,
    }
    charts = ChartDataset(*mixture.charts("train"), preprocess, **training)
    outliers = mixture.without_pattern(training_half) if lessons.outlier_exposure else None
    if outliers is not None:
        charts = WithOutliers([charts, ChartDataset(outliers, [NO_LABEL] * len(outliers), preprocess, **training)])
    patience = config.early_stopping_patience
    return ChartTrainer(
        model=ChartReader(model, lessons, preprocess),
        args=arguments,
        train_dataset=charts,
        eval_dataset=ChartDataset(*mixture.charts("validation"), preprocess, unscaled=True),
        data_collator=default_collate,
        compute_metrics=lambda prediction: _validation_metrics(prediction, mixture.classes),
        callbacks=[EarlyStoppingCallback(patience)] if patience else None,
    )


def _lessons(config: TrainConfig, arguments: TrainingArguments) -> Lessons:
    if not 0 < config.keep_patches <= 1:
        raise UserError(f"--keep-patches {config.keep_patches:g} must be over 0 and at most 1")
    smoothing = arguments.label_smoothing_factor
    if config.freeze_backbone:
        return Lessons(outlier_exposure=config.outlier_exposure, label_smoothing=smoothing)
    return Lessons(
        config.read_chart, config.find_pivots, config.outlier_exposure, config.keep_patches, label_smoothing=smoothing
    )


def _validation_metrics(prediction: EvalPrediction, classes: tuple[str, ...]) -> dict[str, float]:
    figures = score(softmax(prediction.predictions), prediction.label_ids, classes)
    return {name: figures[name] for name in ("accuracy", "macro_f1", "calibration_error")}
