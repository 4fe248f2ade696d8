"""``python -m trainer COMMAND``: the commands of stage two."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cryptoai_common.command_line import Commands, run_program
from cryptoai_common.hub_names import is_hub_name
from cryptoai_common.settings import asks_for_help, read_settings
from cryptoai_common.terminal import at_any_terminal
from trainer import config, config_asking

COMMANDS: Commands = {
    "train": (config.TrainConfig, "trainer.commands.train:train"),
    "train-finder": (config.TrainFinderConfig, "trainer.commands.train_finder:train_finder"),
    "export-finder": (config.ExportFinderConfig, "trainer.commands.export_finder:export_finder"),
    "export": (config.ExportConfig, "trainer.commands.export:export"),
    "evaluate": (config.EvaluateConfig, "trainer.commands.evaluate:evaluate"),
    "predict": (config_asking.PredictConfig, "trainer.commands.predict:predict"),
    "explain": (config_asking.ExplainConfig, "trainer.commands.explain:explain"),
    "scan": (config_asking.ScanConfig, "trainer.commands.scan:scan"),
    "serve": (config_asking.ServeConfig, "trainer.commands.serve:serve"),
    "site": (config_asking.SiteConfig, "trainer.commands.site:site"),
    "baselines": (config.BaselinesConfig, "trainer.commands.baselines:baselines"),
    "compare": (config.CompareConfig, "trainer.commands.compare:compare"),
    "summary": (config.SummaryConfig, "trainer.commands.summary:summary"),
    "fetch": (config.FetchConfig, "trainer.commands.fetch:fetch"),
    "push": (config.PushConfig, "trainer.commands.push:push"),
    "push-space": (config.PushSpaceConfig, "trainer.commands.push_space:push_space"),
}


@at_any_terminal("predict")
def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0, 2 for a user's mistake, 1 for an export that failed its check."""
    return run_program("trainer", COMMANDS, words, interrupted="a training run goes on with --resume", reader=_settings)


def _settings(command: str, config_class: type, program: str, words: list[str]) -> tuple[Any, ...]:
    """The arguments for a command's function.

    ``train`` and ``train-finder`` get those of transformers.TrainingArguments as well.
    """
    if command.startswith("train") and not asks_for_help(words):
        from trainer.training.recipe import resolve_for

        return resolve_for(command, config_class, words)
    return (_fetched(read_settings(config_class, program, words)),)


def _fetched(settings: Any) -> Any:
    """The same settings, after each dataset on the Hub was fetched and its name replaced by its directory."""
    for option in ("dataset", "boxes"):
        given = getattr(settings, option, None)
        if given is not None and is_hub_name(given):
            from trainer.data.fetch import fetch

            settings = replace(settings, **{option: fetch(given.as_posix())})
    return settings


if __name__ == "__main__":
    sys.exit(main())
