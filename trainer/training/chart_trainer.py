"""The Hugging Face Trainer that logs each part of a model's loss and prints one line for each log entry."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from cryptoai_common.percent import percent
from trainer.runs.checkpoints import write_checksum

PART = "_loss"  # the end of the names of the parts of a loss


class ChartTrainer(Trainer):
    """Batches are items of a dataset, and the model takes them: a ``ChartReader``, or a network of the finder."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts: dict[str, list[torch.Tensor]] = defaultdict(list)
        self.callback_handler.remove_callback(ProgressCallback)
        self.callback_handler.remove_callback(PrinterCallback)
        self.callback_handler.add_callback(ProgressLines if not self.args.disable_tqdm else PrinterCallback)
        self.callback_handler.add_callback(CheckpointNotes)

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | None = None,
    ) -> torch.Tensor | tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The model's loss, and with ``return_outputs`` its outputs too; its parts are kept for ``log``."""
        outputs: dict[str, torch.Tensor] = model(**inputs)
        for name, value in outputs.items():
            if name.endswith(PART):
                self._parts[name].append(value.detach())
        return (outputs["loss"], outputs) if return_outputs else outputs["loss"]

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the mean of each part of the loss since the last entry, as the Trainer does for the loss itself."""
        if "loss" in logs:
            logs |= {name: float(sum(values)) / len(values) for name, values in self._parts.items()}
            self._parts.clear()
        super().log(logs, start_time)


class CheckpointNotes(TrainerCallback):
    """Keeps what checkpoints say of themselves true."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The best checkpoint lies beside the one that a run goes on from, also where the run's directory was moved:
        the Trainer would not find it, and end with the last weights without a word.
        """
        if state.best_model_checkpoint:
            state.best_model_checkpoint = str(Path(args.output_dir or "") / Path(state.best_model_checkpoint).name)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            write_checksum(Path(args.output_dir or "") / f"checkpoint-{state.global_step}")


class ProgressLines(ProgressCallback):
    """The usual progress bar; above it, one readable line for each log entry."""

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        if state.is_world_process_zero and self.training_bar is not None and logs:
            line = _line(logs)
            if line:
                self.training_bar.write(f"epoch {logs['epoch']:5.2f}/{state.num_train_epochs}  {line}")


def _line(logs: dict[str, float]) -> str:
    if "eval_accuracy" in logs:
        return f"validation accuracy {percent(logs['eval_accuracy']):>6}   loss {logs['eval_loss']:.3f}"
    if "loss" in logs:
        parts = "".join(f"   {name.replace('_', ' ')} {logs[name]:.3f}" for name in logs if name.endswith(PART))
        return f"training loss {logs['loss']:.3f}{parts}   learning rate {logs['learning_rate']:.1e}"
    return ""
