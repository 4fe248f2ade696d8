"""Dataset directory → run directory, by the Hugging Face Trainer."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any, cast

from transformers import TrainingArguments, set_seed
from transformers.utils import logging

from cryptoai_common.errors import UserError
from trainer.config import TrainConfig
from trainer.data.fetch import local_datasets
from trainer.data.mixture import Mixture, read_mixture
from trainer.models.chart_reader import ChartReader
from trainer.models.heads import base_heads, write_heads
from trainer.models.precision import bf16_is_fast
from trainer.models.vit import build, preprocessor_of
from trainer.runs.checkpoints import step_of
from trainer.runs.directory import RunDirectory, Start, finish, prepare
from trainer.runs.summary import print_summary
from trainer.training.arguments import training_arguments
from trainer.training.assembly import assemble
from trainer.training.chart_trainer import ChartTrainer
from trainer.training.distributed import end, on_main_process, processes_are_missing
from trainer.training.run_contents import fill_run

LIBRARIES = ("accelerate", "datasets", "numpy", "pillow", "torch", "transformers")


def train(config: TrainConfig, given: dict[str, Any]) -> None:
    """Train one run, score it and write its card; ``given`` are the TrainingArguments of recipe and command line.

    Raises UserError for a dataset, base, option or output that cannot be used.
    """
    logging.set_verbosity_error()
    run = RunDirectory(config.output)
    given = {"bf16": bf16_is_fast() and not given.get("fp16"), **given}
    arguments = training_arguments(given, run.partial, config.early_stopping_patience)
    config = replace(config, dataset=on_main_process(local_datasets, config.dataset))
    mixture, start = on_main_process(_prepare, config, given, run)
    if start.finished:
        _say(arguments, f"{run.final} is finished, with this configuration and this dataset: nothing to do")
        return
    _say_how_it_starts(arguments, config, mixture, start)
    set_seed(arguments.seed)
    model, processor = build(config, mixture.classes)
    trainer, heads = assemble(config, arguments, mixture, model, preprocessor_of(processor)), base_heads(config.base)
    reader = cast(ChartReader, trainer.model)
    reader.load_state_dict(heads, strict=False)  # only heads of losses that are on; the others are copied below
    # The optimizer's and generators' state are torch files; the Trainer reads them with torch.load(weights_only=True),
    # which runs no code.
    began = time.perf_counter()
    trainer.train(resume_from_checkpoint=str(start.checkpoint) if start.checkpoint else None)
    if trainer.is_world_process_zero():
        figures = _figures(trainer, start, time.perf_counter() - began)
        fill_run(run.partial, mixture, model, processor, trainer.state.log_history, figures)
        write_heads(run.partial, heads | reader.heads())
        finish(run)
        print_summary(run.final)
    accelerator = trainer.accelerator
    del trainer, reader  # it must be freed before the process group: see end
    end(accelerator)


def _prepare(config: TrainConfig, given: dict[str, Any], run: RunDirectory) -> tuple[Mixture, Start]:
    """Check the datasets, then prepare the run directory."""
    mixture = read_mixture(config.dataset)
    for split in ("train", "validation"):
        if not mixture.having(split):
            raise UserError(
                f"{' + '.join(map(str, config.dataset))}: no charts in split {split!r}; add a dataset that has some"
            )
    if len(mixture.classes) < 2:
        raise UserError(
            f"{' + '.join(map(str, config.dataset))}: the only class is {mixture.classes[0]!r}; a model tells at least"
            " two apart: add pictures of another, or a further --dataset"
        )
    resolved = {
        "config": _comparable(config),
        "training_arguments": given,
        "dataset": mixture.record(),
        "versions": {library: version(library) for library in LIBRARIES},
    }
    return mixture, prepare(run, resolved, config.resume, config.overwrite)


def _comparable(config: TrainConfig) -> dict[str, Any]:
    """The settings that affect the model: without paths, and without how the run was started."""
    excluded = ("dataset", "output", "resume", "overwrite")
    return {name: value for name, value in asdict(config).items() if name not in excluded}


def _figures(trainer: ChartTrainer, start: Start, seconds: float) -> dict[str, Any]:
    """The entry ``training`` of ``metrics.json``. Time and speed count from ``start``, evaluations included."""
    arguments, state = trainer.args, trainer.state
    steps = state.global_step - (step_of(start.checkpoint) if start.checkpoint else 0)
    batch = arguments.train_batch_size * arguments.gradient_accumulation_steps * arguments.world_size
    return {
        "parameters": cast(ChartReader, trainer.model).model.num_parameters(),
        "epochs": state.epoch,
        "steps": state.global_step,
        "best_step": state.best_global_step,
        "seconds": round(seconds, 1),
        "charts_per_second": round(steps * batch / seconds, 1),
    }


def _say_how_it_starts(arguments: TrainingArguments, config: TrainConfig, mixture: Mixture, start: Start) -> None:
    if processes_are_missing():
        _say(arguments, "accelerate started one process: for several on a CPU give it --multi_gpu instead of --cpu")
    new = mixture.classes[len(mixture.manifests[0].classes) :]
    if new:
        _say(arguments, f"classes that {mixture.manifests[0].name} does not have: {', '.join(new)}")
    for sentence in start.passed_over:
        _say(arguments, sentence)
    if start.checkpoint:
        _say(arguments, f"going on from {start.checkpoint}")
    elif config.resume:
        kind = "whole checkpoint" if start.passed_over else "checkpoint"
        _say(arguments, f"there is no {kind} of {config.output} to resume from: starting from the beginning")


def _say(arguments: TrainingArguments, message: str) -> None:
    """Print ``message`` in the first process only."""
    if arguments.process_index == 0:
        print(message, flush=True)
