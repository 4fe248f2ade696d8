"""Screenshots of a dataset → the weights of one of the networks that find patterns on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from torch.utils.data import default_collate
from transformers import set_seed
from transformers.utils import logging

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from trainer.commands.train import LIBRARIES
from trainer.config import TrainFinderConfig
from trainer.data.mixture import checked_manifest
from trainer.data.screenshots import for_training, load_screenshots
from trainer.finder.charts import Charts, MarketCharts, ScreenshotCharts, load_markets
from trainer.finder.screens import ChartPrices, ScreenPictures
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
    markets = _markets(config, manifest.classes)
    fingerprints = {"dataset": manifest.fingerprint, **({"markets": markets.fingerprint} if markets else {})}
    start = prepare(run, _resolved(config, given, fingerprints), config.resume, config.overwrite)
    if start.finished:
        print(f"{run.final} is finished, with this configuration and this dataset: nothing to do")
        return
    set_seed(arguments.seed)
    sources: list[Charts] = [ScreenshotCharts(rows), *([markets] if markets else [])]
    model = in_training(config.part, _shares(sources, manifest.classes))
    if config.base:
        load_into(model, config.part, config.base)
    trainer = ChartTrainer(
        model=model,
        args=arguments,
        train_dataset=ScreenPictures(rows, change=True, seed=arguments.seed)
        if config.part == "reader"
        else ChartPrices(sources, manifest.classes, change=True, seed=arguments.seed),
        data_collator=default_collate,
    )
    trainer.train(resume_from_checkpoint=str(start.checkpoint) if start.checkpoint else None)
    save(model, config.part, run.partial, manifest.classes)
    write_json(run.partial / "training_log.json", trainer.state.log_history)
    finish(run)
    print(f"{run.final}: {config.part}, {sum(each.numel() for each in model.parameters()):,} parameters")


def _markets(config: TrainFinderConfig, classes: tuple[str, ...]) -> MarketCharts | None:
    """The long markets that were given. Raises UserError if they are damaged, or of no use for this training."""
    if config.markets is None:
        return None
    if config.part == "reader":
        raise UserError("--markets has no pictures, and the reader of prices learns from pictures: leave it out")
    markets = load_markets(config.markets)
    if markets.classes != classes:
        raise UserError(
            f"{config.markets} has other classes than {config.dataset}: make both with one version of dataset_builder"
        )
    return markets


def _shares(sources: Sequence[Charts], classes: tuple[str, ...]) -> list[float]:
    """The share of each class among all patterns."""
    counts = sum((each.labels() for each in sources), Counter[str]())
    return [counts[name] / max(counts.total(), 1) for name in classes]


def _resolved(config: TrainFinderConfig, given: dict[str, Any], fingerprints: dict[str, str]) -> dict[str, Any]:
    """The settings that affect the weights. ``fingerprints`` are those of what it learns from."""
    excluded = ("dataset", "markets", "output", "resume", "overwrite")
    settings = {name: value for name, value in asdict(config).items() if name not in excluded}
    settings["base"] = str(config.base) if config.base else None
    return {
        "config": settings,
        "training_arguments": given,
        **{name: {"fingerprint": fingerprint} for name, fingerprint in fingerprints.items()},
        "versions": {library: version(library) for library in LIBRARIES},
    }
