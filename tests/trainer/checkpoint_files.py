"""Checkpoints with the files that the Trainer writes, for the tests of which of them are whole."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from trainer.runs.checkpoints import step_of, write_checksum

TORCH_FILES = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin")


def write_checkpoint(path: Path, state: str | None = None, **noted: str) -> Path:
    """``state`` is the whole text of its trainer_state.json, ``noted`` what it notes beside its step.

    No file has a block of zeros.
    """
    path.mkdir(parents=True)
    save_file({"weights": np.arange(1, 501, dtype=np.float32)}, path / "model.safetensors")
    write_checksum(path)
    for name in TORCH_FILES:
        torch.save({"state": torch.arange(1.0, 501.0)}, path / name)
    (path / "trainer_state.json").write_text(
        json.dumps({"global_step": step_of(path)} | noted) if state is None else state
    )
    return path
