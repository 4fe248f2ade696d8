"""The weights of the finder's networks as files: ``price_reader.safetensors`` and ``span_net.safetensors``.

A finder that takes the mean of several span networks keeps the others in ``span_net_2.safetensors`` and so on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import nn

from cryptoai_common.errors import UserError
from cryptoai_common.files import atomic
from trainer.finder.price_reader import PriceReader, ReaderInTraining
from trainer.finder.sizes import COLUMNS
from trainer.finder.span_net import MeanSpans, SpanNet, SpansInTraining

FILES = {"reader": "price_reader.safetensors", "spans": "span_net.safetensors"}
FURTHER = "span_net_{}.safetensors"  # of the second span network and those after it
Network = TypeVar("Network", bound=nn.Module)
CLASSES = "classes"  # in the metadata of the spans' file: a JSON list


def in_training(part: str, shares: Sequence[float]) -> nn.Module:
    """The network with its loss, with random weights, for classes that have these shares among the patterns."""
    return ReaderInTraining() if part == "reader" else SpansInTraining(len(shares), COLUMNS, shares)


def save(model: nn.Module, part: str, directory: Path, classes: tuple[str, ...]) -> None:
    """Write the weights of what ``in_training`` gave."""
    network = _network(model, part)
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    with atomic(directory / FILES[part], "wb") as file:
        file.write(to_bytes(weights, {CLASSES: json.dumps(classes)}))


def load_into(model: nn.Module, part: str, directory: Path) -> None:
    """Take the weights of ``directory``. Raises UserError if they are missing or do not fit."""
    _fill(_network(model, part), directory / FILES[part])


def _network(model: nn.Module, part: str) -> nn.Module:
    """The network without its loss."""
    return model.get_submodule("reader" if part == "reader" else "net")


def load_reader(directory: Path) -> PriceReader:
    """The reader of ``directory``, for use. Raises UserError if its weights are missing, damaged or do not fit."""
    return _fill(PriceReader(), directory / FILES["reader"]).eval()


def load_spans(*directories: Path) -> tuple[SpanNet | MeanSpans, tuple[str, ...]]:
    """The span networks of all directories as one, for use, and its classes.

    Raises UserError as ``load_reader`` does, and if networks have different classes.
    """
    files = _spans_files(directories)
    found = [_load_net(file) for file in files]
    classes = found[0][1]
    for file, (_, others) in zip(files, found, strict=True):
        if others != classes:
            raise UserError(f"{file} has other classes than {files[0]}: only spans of the same classes have a mean")
    nets = [net for net, _ in found]
    return (nets[0] if len(nets) == 1 else MeanSpans(nets).eval()), classes


def _spans_files(directories: Sequence[Path]) -> list[Path]:
    """The files of all span networks of the directories, in order."""
    return [
        file
        for directory in directories
        for file in (directory / FILES["spans"], *sorted(directory.glob(FURTHER.format("*"))))
    ]


def _load_net(file: Path) -> tuple[SpanNet, tuple[str, ...]]:
    _read(file)  # or says what is wrong with it
    with safe_open(file, "pt") as stored:
        classes = tuple(json.loads((stored.metadata() or {}).get(CLASSES, "[]")))
    return _fill(SpanNet(len(classes), COLUMNS), file).eval(), classes


def copy_halved(reader: Path, spans: Sequence[Path], directory: Path) -> None:
    """Store the weights of all networks in ``directory`` in half precision: for the next training to go on from."""
    written = {directory / FILES["reader"]: _halved(reader / FILES["reader"])}
    for number, file in enumerate(_spans_files(spans), 1):
        written[directory / (FILES["spans"] if number == 1 else FURTHER.format(number))] = _halved(file)
    for left in directory.glob(FURTHER.format("*")):  # of a finder of more networks
        left.unlink()
    for target, content in written.items():
        with atomic(target, "wb") as opened:
            opened.write(content)


def _halved(file: Path) -> bytes:
    """The content of a file of weights in half precision."""
    weights = {name: value.half() if value.is_floating_point() else value for name, value in _read(file).items()}
    with safe_open(file, "pt") as stored:
        return to_bytes(weights, stored.metadata())


def version_of(reader: Path, spans: Sequence[Path]) -> str:
    """The version of this package, and which weights: the start of the SHA-256 of all files."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in (reader / FILES["reader"], *_spans_files(spans))))
    return f"{version('cryptoai-vision')}+{digest.hexdigest()[:12]}"


def _fill(network: Network, file: Path) -> Network:
    """The network with the weights of ``file``."""
    try:
        network.load_state_dict(_read(file))
    except RuntimeError:  # torch names every weight that is missing, too many or of another shape
        raise UserError(f"{file} holds the weights of another network, or of one for other classes") from None
    return network


def _read(file: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{file} cannot be read ({str(error).splitlines()[0]}); make it with `make finder`") from None
