"""The run directory: it appears when it is finished, and a run killed at any moment can go on.

While it trains, a run lives in ``RUN.partial``. At the end ``RUN.partial`` takes the name ``RUN``; a run that this
replaces is called ``RUN.old`` for that instant, and comes back if the process is killed in it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cryptoai_common.errors import UserError
from cryptoai_common.files import partial_path, write_text
from cryptoai_common.tool_files import remove_if_empty
from trainer.runs.checkpoints import checkpoints, newest_whole

CONFIG_NAME = "config_resolved.yaml"
COMPARED = ("config", "training_arguments", "dataset")  # what makes two runs the same; library versions don't


@dataclass(frozen=True)
class RunDirectory:
    """The names of one run."""

    final: Path

    @property
    def partial(self) -> Path:
        return partial_path(self.final)

    @property
    def old(self) -> Path:
        return self.final.with_name(self.final.name + ".old")


@dataclass(frozen=True)
class Start:
    """How training begins: not at all if ``finished``, else from ``checkpoint``, or afresh if that is None.

    ``passed_over`` says which damaged checkpoints it does not go on from, and why.
    """

    finished: bool = False
    checkpoint: Path | None = None
    passed_over: tuple[str, ...] = ()


def prepare(run: RunDirectory, resolved: dict[str, Any], resume: bool, overwrite: bool) -> Start:
    """Make ``run.partial`` ready for a run with the configuration ``resolved``.

    Raises UserError, having changed nothing, if that would lose another run's work or the place is not usable.
    """
    _undo_half_a_swap(run)
    _check_place(run.final)
    if run.final.exists() and not overwrite:
        _refuse_another(run.final, resolved, "choose another --output, or add --overwrite")
        _drop_checkpoints(run.final)
        return Start(finished=True)
    newest = newest_whole(run.partial, bool(resolved["training_arguments"].get("load_best_model_at_end")))
    begun = newest.checkpoint is not None or bool(newest.passed_over)
    same = begun and resume and _difference(run.partial, resolved) is None
    if begun and not same and not overwrite:
        _refuse_another(run.partial, resolved, "add --overwrite to drop it")
        raise UserError(f"{run.partial} is an unfinished run; add --resume to go on, or --overwrite to drop it")
    if same and newest.checkpoint:
        for damaged in checkpoints(run.partial)[: len(newest.passed_over)]:
            shutil.rmtree(damaged)  # or a kill while it is written anew would leave old and new files side by side
        return Start(checkpoint=newest.checkpoint, passed_over=newest.passed_over)
    if run.partial.exists():
        shutil.rmtree(run.partial)
    _create(run.partial, resolved)
    return Start(passed_over=newest.passed_over if same else ())


def finish(run: RunDirectory) -> None:
    """Give the finished run its name, then drop the checkpoints: they hold what only training needs."""
    if run.final.exists():
        run.final.rename(run.old)
    run.partial.rename(run.final)
    shutil.rmtree(run.old, ignore_errors=True)
    _drop_checkpoints(run.final)


def read_resolved(directory: Path) -> dict[str, Any]:
    """What ``config_resolved.yaml`` of a run says. Raises UserError if ``directory`` is not a run."""
    try:
        resolved: dict[str, Any] = yaml.safe_load((directory / CONFIG_NAME).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        raise UserError(f"{directory} is not a run: it has no readable {CONFIG_NAME}") from None
    return resolved


def _undo_half_a_swap(run: RunDirectory) -> None:
    if run.old.exists() and not run.final.exists():
        run.old.rename(run.final)


def _check_place(final: Path) -> None:
    if final.exists() and not final.is_dir():
        raise UserError(f"--output {final} is a file; choose a directory")
    if final.is_dir() and not (final / CONFIG_NAME).exists() and not remove_if_empty(final):
        raise UserError(f"--output {final} holds something that is not a run; choose another directory")


def _refuse_another(directory: Path, resolved: dict[str, Any], remedy: str) -> None:
    difference = _difference(directory, resolved)
    if difference:
        raise UserError(f"{directory} is another run ({difference}); {remedy}")


def _difference(directory: Path, resolved: dict[str, Any]) -> str | None:
    """The first setting in which the run in ``directory`` differs from ``resolved``, for an error."""
    stored = read_resolved(directory)
    for section in COMPARED:
        old, new = stored.get(section, {}), resolved[section]
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                return f"its {key} is {old.get(key)}, not {new.get(key)}"
    return None


def _drop_checkpoints(directory: Path) -> None:
    for checkpoint in checkpoints(directory):
        shutil.rmtree(checkpoint)


def _create(partial: Path, resolved: dict[str, Any]) -> None:
    try:
        partial.mkdir(parents=True)
        write_text(partial / CONFIG_NAME, yaml.safe_dump(resolved, sort_keys=False))
    except OSError as error:
        raise UserError(f"{partial} cannot be written ({error.strerror}); choose another --output") from None
