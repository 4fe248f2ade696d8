"""``python -m dataset_builder COMMAND``: the commands that draw, check and publish datasets."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cryptoai_common.command_line import Commands, run_program
from cryptoai_common.terminal import at_any_terminal
from dataset_builder import config

COMMANDS: Commands = {
    "build": (config.BuildConfig, "dataset_builder.storage.build:build"),
    "markets": (config.MarketsConfig, "dataset_builder.storage.long_markets:make_markets"),
    "audit": (config.AuditConfig, "dataset_builder.audit.run:audit"),
    "merge": (config.MergeConfig, "dataset_builder.storage.merge:merge"),
    "render": (config.RenderConfig, "dataset_builder.series.render:render"),
    "verify": (config.VerifyConfig, "dataset_builder.storage.verify:verify"),
    "push": (config.PushConfig, "dataset_builder.storage.push:push"),
    "diff": (config.DiffConfig, "dataset_builder.storage.diff:diff"),
}


@at_any_terminal()
def main(words: Sequence[str] | None = None) -> int:
    """Run the command that ``words`` names (default: those of this process) and return the exit code.

    0: done; 1: a check failed; 2: the user's mistake; 130: interrupted.
    """
    return run_program("dataset_builder", COMMANDS, words, interrupted="run the same command again to go on")


if __name__ == "__main__":
    sys.exit(main())
