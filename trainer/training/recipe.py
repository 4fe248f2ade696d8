"""Reads the settings of ``train``: the command line wins over the recipe, and the recipe over the defaults."""

from __future__ import annotations

from argparse import SUPPRESS, Action
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, EnumMeta
from typing import Any, Literal, TypeVar

from transformers import HfArgumentParser, TrainingArguments
from transformers.hf_argparser import string_to_bool

from cryptoai_common.options import Option
from cryptoai_common.settings import read_with_more
from trainer.config import TrainConfig

T = TypeVar("T")
# Arguments of TrainingArguments that a user may not set, and what to do instead.
RESERVED = {
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


def resolve(words: Sequence[str]) -> tuple[TrainConfig, dict[str, Any]]:
    """What ``resolve_for`` says of ``train``."""
    return resolve_for("train", TrainConfig, words)


def resolve_for(command: str, config_class: type[T], words: Sequence[str]) -> tuple[T, dict[str, Any]]:
    """Read the command line of a command that trains, and its recipe.

    Returns the configuration, and those arguments of ``transformers.TrainingArguments`` that the command line or the
    recipe gives, without defaults. Raises UserError for an unknown option or a wrong value.
    """
    return read_with_more(config_class, f"python -m trainer {command}", words, _training_options(), RESERVED)


def _training_options() -> Iterator[Option]:
    """The fields of TrainingArguments as options, except those that cannot be written on a command line.

    Types come from HfArgumentParser, since the annotations do not say which words are valid: ``SchedulerType | str``
    accepts the values of that enumeration, not any string.
    """
    actions = HfArgumentParser(TrainingArguments, add_help=False)._actions  # type: ignore[arg-type]  # it takes any dataclass
    for name, action in {
        action.dest: action for action in reversed(actions)
    }.items():  # keeps --x of the pair --x, --no-x
        kind = _kind(action)
        if name not in RESERVED and kind is not None:
            yield Option(name, kind, many=action.nargs == "+", default=SUPPRESS)


def _kind(action: Action) -> Any:
    """The type of one value; None if it cannot be written as a word, as for parallelism_config."""
    if action.choices:
        return Literal[tuple(action.choices)]
    if isinstance(action.type, EnumMeta):
        members: Iterable[Enum] = action.type
        return Literal[tuple(member.value for member in members)]
    if action.type is string_to_bool:
        return bool
    return action.type if action.type in (int, float, str, dict) else None
