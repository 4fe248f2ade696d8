"""Command line over recipe over defaults → TrainConfig and what is given for ``transformers.TrainingArguments``."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import tyro
import yaml
from transformers import HfArgumentParser, TrainingArguments

from cryptoai_common.errors import UserError
from trainer.config import TrainConfig

RECIPES = Path(__file__).parents[1] / "recipes"
# Arguments of TrainingArguments that the trainer sets itself, and what to do instead.
NOT_YOURS = {
    "output_dir": "use --output",
    "overwrite_output_dir": "use --overwrite",
    "resume_from_checkpoint": "use --resume",
    "do_train": "training and evaluation are commands of their own",
    "do_eval": "training and evaluation are commands of their own",
    "do_predict": "training and evaluation are commands of their own",
    "remove_unused_columns": "the trainer chooses the columns itself",
    "label_names": "the trainer names them itself",
    "use_cpu": "the GPU is used where there is one; hide it with CUDA_VISIBLE_DEVICES=''",
    "save_safetensors": "weights are always saved as safetensors",
    "push_to_hub": "a run is published when it is finished, not while it trains",
    "hub_token": "a run is published when it is finished, not while it trains",
}


def resolve(argv: list[str]) -> tuple[TrainConfig, dict[str, Any]]:
    """Read the command line of ``train`` and its recipe. Raises UserError for what neither knows."""
    named, _ = tyro.cli(TrainConfig, prog="python -m trainer train", args=argv, return_unknown_args=True)
    words = _recipe_words(named.recipe) + argv  # of an option that comes twice the last one counts
    config, rest = tyro.cli(TrainConfig, prog="python -m trainer train", args=words, return_unknown_args=True)
    return config, _training_arguments(rest)


def _recipe_words(recipe: str) -> list[str]:
    """A recipe as command line words, so that both are read by the same rules."""
    path = _recipe_path(recipe)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"recipe {path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"recipe {path} must be a list of lines `key: value`")
    words = []
    for key, value in content.items():
        _check_known(str(key), f"key in recipe {path.name}")
        words += _words(str(key), value)
    return words


def _recipe_path(recipe: str) -> Path:
    if recipe.endswith((".yaml", ".yml")):
        return Path(recipe)
    path = RECIPES / f"{recipe}.yaml"
    if "/" in recipe or not path.is_file():
        raise UserError.unknown("recipe", recipe, sorted(p.stem for p in RECIPES.glob("*.yaml")))
    return path


def _words(key: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool) and key in _own_keys():
        return [f"--{key}" if value else f"--no-{key}"]
    if isinstance(value, list) and key in _own_keys():
        return [word for each in value for word in (f"--{key}", str(each))]
    if isinstance(value, list):
        return [f"--{key}", *map(str, value)]
    return [f"--{key}", json.dumps(value) if isinstance(value, dict) else str(value)]


def _own_keys() -> list[str]:
    return [field.name for field in fields(TrainConfig)]


def _check_known(key: str, what: str) -> None:
    if key in NOT_YOURS:
        raise UserError(f"{what} {key!r} cannot be set: {NOT_YOURS[key]}")
    known = [*_own_keys(), *(f.name for f in fields(TrainingArguments) if f.init and f.name not in NOT_YOURS)]
    if key not in known:
        raise UserError.unknown(what, key, known)


def _training_arguments(words: list[str]) -> dict[str, Any]:
    """Words that TrainConfig doesn't know → the fields of TrainingArguments that they set."""
    parser = HfArgumentParser(TrainingArguments, allow_abbrev=False, add_help=False)
    parser.error = _refuse
    for action in parser._actions:  # so that the namespace holds only what was given
        action.default = argparse.SUPPRESS
    given, rest = parser.parse_known_args(words)
    for word in rest:
        if not word.startswith("--"):
            raise UserError(f"{word!r} belongs to no option; see --help")
        _check_known(word[2:].split("=")[0].replace("-", "_"), "option")
    for key in vars(given):
        _check_known(key, "option")
    return dict(sorted(vars(given).items()))


def _refuse(message: str) -> NoReturn:
    raise UserError(f"{message}; see https://huggingface.co/docs/transformers/main_classes/trainer")
