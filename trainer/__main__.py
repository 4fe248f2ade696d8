"""``python -m trainer COMMAND``: the commands of stage two."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from importlib import import_module
from typing import Any

import tyro

from cryptoai_common.errors import UserError
from cryptoai_common.terminal import at_any_terminal
from trainer import config

# A command imports what it needs when it runs, so that --help and predict are quick.
COMMANDS: dict[str, tuple[type, str]] = {
    "train": (config.TrainConfig, "trainer.commands.train:train"),
    "export": (config.ExportConfig, "trainer.commands.export:export"),
    "evaluate": (config.EvaluateConfig, "trainer.commands.evaluate:evaluate"),
    "predict": (config.PredictConfig, "trainer.commands.predict:predict"),
    "explain": (config.ExplainConfig, "trainer.commands.explain:explain"),
    "scan": (config.ScanConfig, "trainer.commands.scan:scan"),
    "serve": (config.ServeConfig, "trainer.serve.local:serve"),
    "baselines": (config.BaselinesConfig, "trainer.commands.baselines:baselines"),
    "compare": (config.CompareConfig, "trainer.commands.compare:compare"),
    "summary": (config.SummaryConfig, "trainer.commands.summary:summary"),
    "fetch": (config.FetchConfig, "trainer.commands.fetch:fetch"),
    "push": (config.PushConfig, "trainer.commands.push:push"),
}


@at_any_terminal("predict")
def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0, 2 for a user's mistake, 1 for a failed gate."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        if not argv or argv[0] in ("-h", "--help"):
            print(_help())
        elif argv[0] in COMMANDS:
            _run(argv[0], argv[1:])
        else:
            raise UserError.unknown("command", argv[0], COMMANDS)
    except UserError as error:
        if os.environ.get("RANK", "0") == "0":  # one of several processes speaks for all
            print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("interrupted; a training run goes on with --resume", file=sys.stderr)
        return 130
    return 0


def _run(name: str, argv: list[str]) -> None:
    config_class, target = COMMANDS[name]
    settings: tuple[Any, ...]
    if config_class is config.TrainConfig and not {"-h", "--help"} & set(argv):
        from trainer.training.recipe import resolve

        settings = resolve(argv)  # of the Trainer's arguments too
    else:
        settings = (_fetched(tyro.cli(config_class, prog=f"python -m trainer {name}", args=argv)),)
    module, function = target.split(":")
    getattr(import_module(module), function)(*settings)


def _fetched(settings: Any) -> Any:
    """The same with a directory for a dataset on the Hub."""
    if not str(getattr(settings, "dataset", "")).startswith("hub:"):
        return settings
    from trainer.data.fetch import fetch

    return replace(settings, dataset=fetch(settings.dataset.as_posix()))


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {settings.__doc__.splitlines()[0]}" for name, (settings, _) in COMMANDS.items()]
    return "\n".join(["usage: python -m trainer COMMAND …", "", *lines, "", "COMMAND --help tells more."])


if __name__ == "__main__":
    sys.exit(main())
