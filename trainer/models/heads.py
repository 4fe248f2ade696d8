"""Stores the heads of ``ChartReader`` in their own file, so that other libraries load the weights as a plain ViT."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_atomically
from trainer.shipped import find_shipped

FILE_NAME = "chart_reader.safetensors"


def base_heads(base: str | None) -> dict[str, torch.Tensor]:
    """The heads that a base directory holds: none for a new network, or a base that was not trained here."""
    return read_heads(find_shipped(base)) if base else {}


def read_heads(directory: Path) -> dict[str, torch.Tensor]:
    """The heads in a model directory, named as in ``ChartReader``; empty if it has none.

    Raises UserError for a damaged file.
    """
    path = directory / FILE_NAME
    try:
        return load_file(path) if path.is_file() else {}
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} cannot be read ({error}); delete it, or train its model again") from None


def write_heads(directory: Path, heads: dict[str, torch.Tensor]) -> None:
    """Write ``heads``, named as in ``ChartReader``, into a model directory; no file if there are none."""
    if heads:
        held = {name: weight.detach().cpu().contiguous() for name, weight in heads.items()}
        write_atomically(directory / FILE_NAME, lambda temporary: save_file(held, temporary))
