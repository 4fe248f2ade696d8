"""``python -m trainer``: train, export, evaluate, predict, summary, fetch, push."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import tyro

from trainer.config import (
    EvaluateConfig,
    ExportConfig,
    FetchConfig,
    PredictConfig,
    PushConfig,
    SummaryConfig,
    TrainConfig,
)
from trainer.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code: 0, 2 for a user's mistake, 1 for a failed gate."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        if not argv or argv[0] in ("-h", "--help"):
            print(_help())
        elif argv[0] in COMMANDS:
            COMMANDS[argv[0]][1](argv[1:])
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


# Each command imports what it needs when it runs, so that --help and predict are quick.


def _train(argv: list[str]) -> None:
    if "-h" in argv or "--help" in argv:
        tyro.cli(TrainConfig, prog="python -m trainer train", args=["--help"])
    from trainer.recipe import resolve
    from trainer.train import train

    train(*resolve(argv))


def _export(argv: list[str]) -> None:
    config = _parse(ExportConfig, "export", argv)
    from trainer.export import export

    export(_fetched(config))


def _evaluate(argv: list[str]) -> None:
    config = _parse(EvaluateConfig, "evaluate", argv)
    from trainer.evaluate import evaluate

    evaluate(_fetched(config))


def _predict(argv: list[str]) -> None:
    config = _parse(PredictConfig, "predict", argv)
    from trainer.predict import predict

    predict(config)


def _summary(argv: list[str]) -> None:
    config = _parse(SummaryConfig, "summary", argv)
    from trainer.summary import print_summary

    print_summary(config.run)


def _fetch(argv: list[str]) -> None:
    config = _parse(FetchConfig, "fetch", argv)
    from trainer.fetch import fetch

    print(fetch(config.dataset))


def _push(argv: list[str]) -> None:
    config = _parse(PushConfig, "push", argv)
    from trainer.push import push

    push(_fetched(config) if config.dataset else config)


COMMANDS: dict[str, tuple[type, Callable[[list[str]], None]]] = {
    "train": (TrainConfig, _train),
    "export": (ExportConfig, _export),
    "evaluate": (EvaluateConfig, _evaluate),
    "predict": (PredictConfig, _predict),
    "summary": (SummaryConfig, _summary),
    "fetch": (FetchConfig, _fetch),
    "push": (PushConfig, _push),
}


def _fetched(config: Any) -> Any:
    """The same with a directory for a dataset on the Hub."""
    from trainer.fetch import local_dataset

    return replace(config, dataset=local_dataset(config.dataset))


def _parse(config: type, name: str, argv: list[str]) -> Any:
    return tyro.cli(config, prog=f"python -m trainer {name}", args=argv)


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {config.__doc__.splitlines()[0]}" for name, (config, _) in COMMANDS.items()]
    return "\n".join(["usage: python -m trainer COMMAND …", "", *lines, "", "COMMAND --help tells more."])


if __name__ == "__main__":
    sys.exit(main())
