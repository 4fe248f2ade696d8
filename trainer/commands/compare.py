"""Compare runs: a table, and a picture of accuracy over size and latency."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptoai_common.dataset import UNSEEN
from cryptoai_common.errors import UserError
from cryptoai_common.files import write_text
from cryptoai_common.percent import percent
from trainer.config import CompareConfig
from trainer.figures.compare_picture import draw_comparison
from trainer.models.classifier import CHECKPOINT, ONNX, QUANTIZED
from trainer.runs.directory import read_resolved
from trainer.runs.results import accuracy_text, read_results

logger = logging.getLogger(__name__)
HEAD = (
    "| run | recipe | dataset | split | fp32 | INT8 | unseen styles | false alarms | calibration error | INT8 MB"
    " | ms a picture |\n|---|---|---|---|---|---|---|---:|---:|---:|---:|"
)
NOTE = """Accuracy, with its 95 % interval, is on the dataset that the run was trained on, of several the first; its
fingerprint stands in brackets. Unseen styles, false alarms and calibration error are the checkpoint's; ms are the INT8
file's on one core."""
OTHERS_HEAD = "| run | charts | split | weights | number | accuracy |\n|---|---|---|---|---:|---|"


@dataclass(frozen=True)
class Run:
    """One finished run. ``results`` is its ``metrics.json``, ``resolved`` its ``config_resolved.yaml``."""

    name: str
    results: dict[str, Any]
    resolved: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """Of the dataset that the run is compared on: the first that it was trained on."""
        dataset = self.resolved["dataset"]
        fingerprint: str = dataset.get("parts", [dataset])[0]["fingerprint"]
        return fingerprint

    @property
    def split(self) -> str:
        """The split that the run is compared on: test, or validation if its dataset has no test split."""
        return "test" if self.evaluation("test") else "validation"

    def evaluation(self, split: str, weights: str = CHECKPOINT) -> dict[str, Any] | None:
        """The scores of ``weights`` on a split of the dataset that the run was trained on; None if there are none."""
        entries: list[dict[str, Any]] = self.results["evaluations"]
        for entry in entries:
            if (entry["fingerprint"], entry["split"], entry["weights"]) == (self.fingerprint, split, weights):
                return entry
        return None

    def file(self, weights: str) -> dict[str, Any] | None:
        """Size and latency of a file; None if it was not exported."""
        files: dict[str, dict[str, Any]] = self.results.get("export", {}).get("files", {})
        return files.get(weights)


def compare(config: CompareConfig) -> None:
    """Print the table, and write it to ``config.output`` and the picture beside it.

    A directory that is not a finished run is skipped with a warning. Raises UserError if no run remains.
    """
    if not config.output.parent.is_dir():
        raise UserError(f"--output {config.output}: {config.output.parent} is no directory; make it, or name another")
    runs = list(_read(config.runs))
    if not runs:
        raise UserError("none of these is a finished run; make one with `trainer train`")
    text, picture = _table(runs), config.output.with_suffix(".png")
    draw_comparison([point for run in runs for point in _points(run)], picture)
    write_text(config.output, f"# Runs\n\n{text}\n\n![Accuracy against size and latency]({picture.name})\n")
    print(f"{text}\n\n  {config.output}\n  {picture}")


def _read(paths: tuple[Path, ...]) -> Iterator[Run]:
    """The runs among these paths; files are skipped, since `models/*` includes the README.

    Raises UserError for a path that does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UserError(f"there is no {path}; name run directories, such as models/*")
        if path.is_dir():
            try:
                yield Run(path.resolve().name, read_results(path), read_resolved(path))
            except UserError as error:
                logger.warning("left out: %s", error)


def _table(runs: list[Run]) -> str:
    sections = [HEAD + "\n" + "\n".join(map(_row, runs)), NOTE]
    if len({run.fingerprint for run in runs}) > 1:
        sections.append("These runs were trained on different datasets: their accuracies are not of the same charts.")
    others = [row for run in runs for row in _other_rows(run)]
    if others:
        sections.append("On other charts:\n\n" + OTHERS_HEAD + "\n" + "\n".join(others))
    return "\n\n".join(sections)


def _row(run: Run) -> str:
    dataset, false = run.resolved["dataset"], run.evaluation("none")
    shown, int8 = run.evaluation(run.split), run.file(QUANTIZED.as_posix())
    cells = [
        run.name,
        Path(run.resolved["config"]["recipe"]).stem,
        f"{dataset['name']} ({dataset['fingerprint'][:8]})",
        run.split,
        _accuracy(shown),
        _accuracy(run.evaluation(run.split, QUANTIZED.as_posix())),
        _accuracy(run.evaluation(UNSEEN)),
        percent(false["false_alarms"]) if false else "–",
        f"{shown['calibration_error']:.3f}" if shown else "–",
        f"{int8['bytes'] / 1e6:.1f}" if int8 else "–",
        f"{int8['latency_ms']['one_thread']:.1f}" if int8 else "–",
    ]
    return f"| {' | '.join(cells)} |"


def _other_rows(run: Run) -> Iterator[str]:
    """Rows for the evaluations of a run on other datasets than its own, such as real charts."""
    for entry in run.results["evaluations"]:
        if entry["fingerprint"] != run.fingerprint and "accuracy" in entry:
            cells = (run.name, entry["dataset"], entry["split"], f"`{entry['weights']}`", str(entry["charts"]))
            yield f"| {' | '.join(cells)} | {_accuracy(entry)} |"


def _accuracy(entry: dict[str, Any] | None) -> str:
    return accuracy_text(entry) if entry else "–"


def _points(run: Run) -> Iterator[dict[str, Any]]:
    """The points of ``draw_comparison``, one for each file whose latency and accuracy are both known."""
    scores = {CHECKPOINT: CHECKPOINT, ONNX.as_posix(): CHECKPOINT, QUANTIZED.as_posix(): QUANTIZED.as_posix()}
    for weights, scored in scores.items():  # export checked that the fp32 file gives the checkpoint's classes
        file, entry = run.file(weights), run.evaluation(run.split, scored)
        if file and entry:
            interval = {name: entry[name] for name in ("accuracy", "accuracy_interval")}
            yield {"run": run.name, "weights": weights, "split": run.split, **file, **interval}
