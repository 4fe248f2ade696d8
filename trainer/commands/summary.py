"""Print the scores and files of a run."""

from __future__ import annotations

from trainer.config import SummaryConfig
from trainer.runs.summary import print_summary


def summary(config: SummaryConfig) -> None:
    """Print accuracy, sizes, latencies and files of a run. Raises UserError if it is not a finished run."""
    print_summary(config.run)
