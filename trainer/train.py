"""Dataset directory → run directory, by the Hugging Face Trainer."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

from torch.utils.data import default_collate
from transformers import EarlyStoppingCallback, EvalPrediction, TrainingArguments, ViTForImageClassification, set_seed
from transformers.utils import logging

from trainer.arguments import training_arguments
from trainer.chart_reader import ChartReader, Lessons
from trainer.chart_trainer import ChartTrainer
from trainer.classifier import softmax
from trainer.config import TrainConfig
from trainer.data import ChartDataset, label_ids, load_splits
from trainer.distributed import end, on_main_process, processes_are_missing
from trainer.errors import UserError
from trainer.fetch import local_dataset
from trainer.heads import base_heads, write_heads
from trainer.manifest import Manifest, described, read_manifest, verify
from trainer.metrics import score
from trainer.model import build, preprocessor_of
from trainer.precision import bf16_is_fast
from trainer.preprocess import Preprocessor
from trainer.run import RunDirectory, Start, finish, prepare
from trainer.run_contents import fill_run
from trainer.summary import print_summary
from trainer.without_pattern import NO_LABEL, NONE, WithOutliers, load_without_pattern, training_half

LIBRARIES = ("accelerate", "datasets", "numpy", "pillow", "torch", "transformers")


def train(config: TrainConfig, given: dict[str, Any]) -> None:
    """Train, evaluate and describe one run; ``given`` are the TrainingArguments of the recipe and command line.

    Raises UserError for a dataset, base, option or output that cannot be used; nothing is lost then.
    """
    logging.set_verbosity_error()
    run = RunDirectory(config.output)
    given = {"bf16": bf16_is_fast() and not given.get("fp16"), **given}
    arguments = training_arguments(given, run.partial, config.early_stopping_patience)
    config = replace(config, dataset=on_main_process(local_dataset, config.dataset))
    manifest, start = on_main_process(_prepare, config, given, run)
    if start.finished:
        _say(arguments, f"{run.final} is finished, with this configuration and this dataset: nothing to do")
        return
    _say_how_it_starts(arguments, config, start)
    set_seed(arguments.seed)
    model, processor = build(config, manifest.classes)
    trainer, heads = _trainer(config, arguments, manifest, model, preprocessor_of(processor)), base_heads(config.base)
    trainer.model.load_state_dict(heads, strict=False)  # those of its lessons; the others are only handed on
    # The optimizer's and generators' state are torch files; the Trainer reads them with torch.load(weights_only=True),
    # which runs no code.
    began = time.perf_counter()
    trainer.train(resume_from_checkpoint=start.checkpoint and str(start.checkpoint))
    if trainer.is_world_process_zero():
        figures = _figures(trainer, start, time.perf_counter() - began)
        fill_run(run.partial, config, manifest, model, processor, trainer.state.log_history, figures)
        write_heads(run.partial, heads | trainer.model.heads())
        finish(run)
        print_summary(run.final)
    accelerator = trainer.accelerator
    del trainer  # or it would outlive the process group: see end
    end(accelerator)


def _prepare(config: TrainConfig, given: dict[str, Any], run: RunDirectory) -> tuple[Manifest, Start]:
    """Check the dataset, then make the run's directory ready."""
    manifest = read_manifest(config.dataset)
    for split in ("train", "validation"):
        if not manifest.splits.get(split):
            raise UserError(f"{config.dataset} has no charts in split {split!r}; build one that has")
    verify(config.dataset, manifest)
    resolved = {
        "config": _comparable(config),
        "training_arguments": given,
        "dataset": described(manifest),
        "versions": {library: version(library) for library in LIBRARIES},
    }
    return manifest, prepare(run, resolved, config.resume, config.overwrite)


def _comparable(config: TrainConfig) -> dict[str, Any]:
    """What shapes the model: not where things are, nor how the run was started."""
    elsewhere = ("dataset", "output", "resume", "overwrite")
    return {name: value for name, value in asdict(config).items() if name not in elsewhere}


def _trainer(
    config: TrainConfig,
    arguments: TrainingArguments,
    manifest: Manifest,
    model: ViTForImageClassification,
    preprocess: Preprocessor,
) -> ChartTrainer:
    lessons, splits = _lessons(config, arguments), load_splits(config.dataset)
    training = {
        "augment": config.augment,
        "grid": model.config.image_size // model.config.patch_size,
        "reads": lessons.read_chart > 0,
        "finds_pivots": lessons.find_pivots > 0,
        "seed": arguments.seed,
    }
    labels = {split: label_ids(splits[split], manifest.classes) for split in ("train", "validation")}
    charts = ChartDataset(splits["train"], labels["train"], preprocess, **training)
    if lessons.outlier_exposure and NONE in manifest.splits:
        rows = training_half(load_without_pattern(config.dataset))
        charts = WithOutliers(charts, ChartDataset(rows, [NO_LABEL] * len(rows), preprocess, **training))
    patience = config.early_stopping_patience
    return ChartTrainer(
        model=ChartReader(model, lessons),
        args=arguments,
        train_dataset=charts,
        eval_dataset=ChartDataset(splits["validation"], labels["validation"], preprocess),
        data_collator=default_collate,
        compute_metrics=lambda prediction: _validation_metrics(prediction, manifest.classes),
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


def _figures(trainer: ChartTrainer, start: Start, seconds: float) -> dict[str, Any]:
    """What training did. Time and speed, evaluations included, are those since ``start``."""
    arguments, state = trainer.args, trainer.state
    steps = state.global_step - (int(start.checkpoint.name.split("-")[1]) if start.checkpoint else 0)
    batch = arguments.train_batch_size * arguments.gradient_accumulation_steps * arguments.world_size
    return {
        "parameters": trainer.model.model.num_parameters(),
        "epochs": state.epoch,
        "steps": state.global_step,
        "best_step": state.best_global_step,
        "seconds": round(seconds, 1),
        "charts_per_second": round(steps * batch / seconds, 1),
    }


def _say_how_it_starts(arguments: TrainingArguments, config: TrainConfig, start: Start) -> None:
    if processes_are_missing():
        _say(arguments, "accelerate started one process: for several on a CPU give it --multi_gpu instead of --cpu")
    if start.checkpoint:
        _say(arguments, f"going on from {start.checkpoint}")
    elif config.resume:
        _say(arguments, f"there is no checkpoint of {config.output} to resume from: starting from the beginning")


def _say(arguments: TrainingArguments, message: str) -> None:
    if arguments.process_index == 0:
        print(message, flush=True)
