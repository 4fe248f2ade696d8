"""The weights of the finder's networks as files: ``price_reader.safetensors`` and ``span_net.safetensors``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_atomically
from trainer.finder.price_reader import PriceReader, ReaderInTraining
from trainer.finder.sizes import COLUMNS
from trainer.finder.span_net import SpanNet, SpansInTraining

FILES = {"reader": "price_reader.safetensors", "spans": "span_net.safetensors"}
CLASSES = "classes"  # in the metadata of the spans' file: a JSON list


def in_training(part: str, shares: Sequence[float]) -> nn.Module:
    """The network with its loss, with random weights, for classes that have these shares among the patterns."""
    return ReaderInTraining() if part == "reader" else SpansInTraining(len(shares), COLUMNS, shares)


def save(model: nn.Module, part: str, directory: Path, classes: tuple[str, ...]) -> None:
    """Write the weights of what ``in_training`` gave."""
    network = _network(model, part)
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(weights, directory / FILES[part], {CLASSES: json.dumps(classes)})


def load_into(model: nn.Module, part: str, directory: Path) -> None:
    """Take the weights of ``directory``. Raises UserError if they are missing or do not fit."""
    network = _network(model, part)
    network.load_state_dict(_read(directory / FILES[part]))


def _network(model: nn.Module, part: str) -> nn.Module:
    """The network without its loss."""
    return model.get_submodule("reader" if part == "reader" else "net")


def load_reader(directory: Path) -> PriceReader:
    """The reader of ``directory``, for use. Raises UserError if its weights are missing or damaged."""
    network = PriceReader()
    network.load_state_dict(_read(directory / FILES["reader"]))
    return network.eval()


def load_spans(directory: Path) -> tuple[SpanNet, tuple[str, ...]]:
    """The finder of spans of ``directory``, for use, and its classes. Raises UserError as ``load_reader`` does."""
    file = directory / FILES["spans"]
    weights = _read(file)
    with safe_open(file, "pt") as stored:
        classes = tuple(json.loads(stored.metadata()[CLASSES]))
    network = SpanNet(len(classes), COLUMNS)
    network.load_state_dict(weights)
    return network.eval(), classes


def copy_halved(reader: Path, spans: Path, directory: Path) -> None:
    """Store the weights of both networks in ``directory`` in half precision: for the next training to go on from."""
    for file in (reader / FILES["reader"], spans / FILES["spans"]):
        with safe_open(file, "pt") as stored:
            notes = stored.metadata()
        weights = {name: value.half() if value.is_floating_point() else value for name, value in _read(file).items()}
        write_atomically(directory / file.name, partial(save_file, weights, metadata=notes))


def version_of(reader: Path, spans: Path) -> str:
    """The version of this package, and which weights: the start of the SHA-256 of both files."""
    digest = hashlib.sha256((reader / FILES["reader"]).read_bytes() + (spans / FILES["spans"]).read_bytes())
    return f"{version('cryptoai-vision')}+{digest.hexdigest()[:12]}"


def _read(file: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{file} cannot be read ({str(error).splitlines()[0]}); make it with `make finder`") from None
