"""``transformers.TrainingArguments`` from the user's options and the values that the trainer needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import TrainingArguments

from cryptoai_common.errors import UserError
from trainer.models.precision import has_accelerator

DEFAULTS = {
    "report_to": "none",
    "disable_tqdm": False,
    "ddp_find_unused_parameters": False,  # every parameter contributes to the loss
}
SELECTION_METRICS = ("accuracy", "macro_f1", "loss")  # any of them may choose the best model


def training_arguments(given: dict[str, Any], output: Path, patience: int) -> TrainingArguments:
    """The arguments ``given`` by recipe and command line, with the Trainer's files in ``output``.

    ``patience`` is that of early stopping, 0 for none. Raises UserError for values that exclude each other, and for
    early stopping without what it needs.
    """
    ours = {
        "output_dir": str(output),
        "remove_unused_columns": False,  # ChartDataset gives exactly what ChartReader takes
        "label_names": ["labels"],
        "use_cpu": not has_accelerator(),
    }
    try:
        arguments = TrainingArguments(**{**DEFAULTS, **given, **ours})
    except (ValueError, TypeError, ImportError) as error:
        raise UserError(f"these options do not go together: {' '.join(str(error).split())}") from None
    best = (arguments.metric_for_best_model or "loss").removeprefix("eval_")
    if best not in SELECTION_METRICS:
        raise UserError.unknown("--metric-for-best-model", best, SELECTION_METRICS)
    if patience and not arguments.load_best_model_at_end:
        raise UserError("--early-stopping-patience needs --load-best-model-at-end true")
    return arguments
