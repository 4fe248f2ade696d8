"""Screenshots of a dataset → the weights of one of the networks that find patterns on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import datasets
from torch.utils.data import default_collate
from transformers import TrainingArguments, set_seed
from transformers.utils import logging

from cryptoai_common.files import write_json
from trainer.commands.train import LIBRARIES
from trainer.config import TrainFinderConfig
from trainer.data.mixture import checked_manifest
from trainer.data.screenshots import for_training, load_screenshots
from trainer.finder.screens import ScreenPictures, ScreenPrices
from trainer.finder.weights import in_training, load_into, save
from trainer.models.precision import bf16_is_fast
from trainer.runs.directory import RunDirectory, finish, prepare
from trainer.training.arguments import training_arguments
from trainer.training.chart_trainer import ChartTrainer


def train_finder(config: TrainFinderConfig, given: dict[str, Any]) -> None:
    """Train one network; ``given`` are the TrainingArguments of recipe and command line.

    Raises UserError for a dataset, option or output that cannot be used.
    """
    logging.set_verbosity_error()
    run = RunDirectory(config.output)
    given = {"bf16": bf16_is_fast() and not given.get("fp16"), **given}
    arguments = training_arguments(given, run.partial, 0)
    manifest = checked_manifest(config.dataset)
    rows = load_screenshots(config.dataset, for_training)
    start = prepare(run, _resolved(config, given, manifest.fingerprint), config.resume, config.overwrite)
    if start.finished:
        print(f"{run.final} is finished, with this configuration and this dataset: nothing to do")
        return
    set_seed(arguments.seed)
    model = in_training(config.part, _shares(rows, manifest.classes))
    if config.base:
        load_into(model, config.part, config.base)
    trainer = ChartTrainer(
        model=model,
        args=arguments,
        train_dataset=_charts(config, arguments, rows, manifest.classes),
        data_collator=default_collate,
    )
    trainer.train(resume_from_checkpoint=str(start.checkpoint) if start.checkpoint else None)
    save(model, config.part, run.partial, manifest.classes)
    write_json(run.partial / "training_log.json", trainer.state.log_history)
    finish(run)
    print(f"{run.final}: {config.part}, {sum(each.numel() for each in model.parameters()):,} parameters")


def _shares(rows: datasets.Dataset, classes: tuple[str, ...]) -> list[float]:
    """The share of each class among all patterns."""
    counts = Counter(
        pattern["label"] for name in ("patterns", "overlapping") for row in rows[name][:] for pattern in row
    )
    return [counts[name] / max(counts.total(), 1) for name in classes]


def _charts(
    config: TrainFinderConfig, arguments: TrainingArguments, rows: datasets.Dataset, classes: tuple[str, ...]
) -> ScreenPictures | ScreenPrices:
    if config.part == "reader":
        return ScreenPictures(rows, change=True, seed=arguments.seed)
    return ScreenPrices(rows, classes, change=True, seed=arguments.seed)


def _resolved(config: TrainFinderConfig, given: dict[str, Any], fingerprint: str) -> dict[str, Any]:
    """The settings that affect the weights."""
    excluded = ("dataset", "output", "resume", "overwrite")
    settings = {name: value for name, value in asdict(config).items() if name not in excluded}
    settings["base"] = str(config.base) if config.base else None
    return {
        "config": settings,
        "training_arguments": given,
        "dataset": {"fingerprint": fingerprint},
        "versions": {library: version(library) for library in LIBRARIES},
    }
