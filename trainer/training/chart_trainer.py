"""The Hugging Face Trainer, with the parts of ``ChartReader``'s loss in the log and one line an evaluation."""

from __future__ import annotations

from collections import defaultdict

from transformers import Trainer
from transformers.trainer_callback import PrinterCallback, ProgressCallback

PARTS = ("label_loss", "reading_loss", "pivot_loss", "outlier_loss")


class ChartTrainer(Trainer):
    """Batches are ``ChartDataset`` items; the model is a ``ChartReader``."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._parts: dict[str, list] = defaultdict(list)
        self.remove_callback(ProgressCallback)
        self.remove_callback(PrinterCallback)
        self.add_callback(ProgressLines if not self.args.disable_tqdm else PrinterCallback)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        outputs = model(**inputs)
        for name in PARTS:
            if name in outputs:
                self._parts[name].append(outputs[name].detach())
        return (outputs["loss"], outputs) if return_outputs else outputs["loss"]

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            logs |= {name: sum(values).item() / len(values) for name, values in self._parts.items()}
            self._parts.clear()
        super().log(logs, start_time)


class ProgressLines(ProgressCallback):
    """The usual progress bar; above it, one readable line for each log entry."""

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:
        if state.is_world_process_zero and self.training_bar is not None and logs:
            line = _line(logs)
            if line:
                self.training_bar.write(f"epoch {logs['epoch']:5.2f}/{state.num_train_epochs}  {line}")


def _line(logs: dict[str, float]) -> str:
    if "eval_accuracy" in logs:
        return f"validation accuracy {logs['eval_accuracy']:6.1%}   loss {logs['eval_loss']:.3f}"
    if "loss" in logs:
        parts = "".join(f"   {name.replace('_', ' ')} {logs[name]:.3f}" for name in PARTS if name in logs)
        return f"training loss {logs['loss']:.3f}{parts}   learning rate {logs['learning_rate']:.1e}"
    return ""
