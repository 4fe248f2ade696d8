"""Which checkpoint a killed run can go on from: the newest whose files are whole.

A power cut or a full disk leaves files that are empty, cut short or missing beside whole ones. The Trainer would end
with a traceback on the first two, and go on without a word, with a new optimizer, where that is missing.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptoai_common.files import file_hash, write_text

WEIGHTS = "model.safetensors"
STATE = "trainer_state.json"  # the file that the Trainer writes last
TORCH_FILES = ("optimizer.pt", "scheduler.pt", "training_args.bin")  # zip archives
RANDOM = "rng_state*.pth"  # one a process
CHECKSUM = WEIGHTS + ".sha256"  # as ``sha256sum`` writes it; checkpoints of earlier versions have none


@dataclass(frozen=True)
class Newest:
    """The newest whole checkpoint, None if there is none; and why each newer one is ``passed_over``, newest first."""

    checkpoint: Path | None
    passed_over: tuple[str, ...]


def step_of(checkpoint: Path) -> int:
    """The step at which a checkpoint was made."""
    return int(checkpoint.name.removeprefix("checkpoint-"))


def checkpoints(directory: Path) -> list[Path]:
    """All that a run has, whole or not, newest first."""
    found = (path for path in directory.glob("checkpoint-*") if re.fullmatch(r"checkpoint-\d+", path.name))
    return sorted(found, key=step_of, reverse=True)


def write_checksum(checkpoint: Path) -> None:
    """Note the weights' checksum beside them: a power cut may leave blocks of zeros in a file of the right length."""
    weights = checkpoint / WEIGHTS
    if weights.is_file():
        write_text(checkpoint / CHECKSUM, f"{file_hash(weights)}  {WEIGHTS}\n")


def newest_whole(directory: Path, best_needed: bool) -> Newest:
    """Look for the checkpoint to go on from.

    ``best_needed``: the run is to end with its best weights, so a checkpoint that names an earlier one as the best is
    no use without that one's weights.
    """
    passed_over: list[str] = []
    for checkpoint in checkpoints(directory):
        fault = _fault(checkpoint) or (_fault_of_best(checkpoint) if best_needed else None)
        if fault is None:
            return Newest(checkpoint, tuple(passed_over))
        passed_over.append(f"{checkpoint} is passed over: {fault}")
    return Newest(None, tuple(passed_over))


def _fault(checkpoint: Path) -> str | None:
    """What is wrong with the first file that is missing or damaged; None if all are whole."""
    if not (checkpoint / STATE).is_file():
        return f"it has no {STATE}"
    state = _state(checkpoint)
    if state is None:
        return f"its {STATE} is damaged"
    if state.get("global_step") != step_of(checkpoint):  # the Trainer would go on from that step, with these weights
        return f"its {STATE} does not say that it is of step {step_of(checkpoint)}"
    if any(path.is_dir() for path in checkpoint.iterdir()):  # as FSDP and DeepSpeed keep it, which is theirs to check
        return None
    random = sorted(path.name for path in checkpoint.glob(RANDOM)) or [RANDOM.replace("*", "")]
    for name in (WEIGHTS, *TORCH_FILES, *random):
        fault = _file_fault(checkpoint / name)
        if fault:
            return fault
    return None


def _state(checkpoint: Path) -> dict[str, Any] | None:
    """What the Trainer noted last; None if that cannot be read."""
    try:
        state = json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def _fault_of_best(checkpoint: Path) -> str | None:
    best = (_state(checkpoint) or {}).get("best_model_checkpoint")
    if not best or Path(best).name == checkpoint.name:
        return None
    fault = _file_fault(checkpoint.with_name(Path(best).name) / WEIGHTS)
    return f"the best until then was {Path(best).name}, and {fault}" if fault else None


def _file_fault(path: Path) -> str | None:
    if not path.is_file():
        return f"it has no {path.name}"
    return None if _is_whole(path) else f"its {path.name} is damaged ({path.stat().st_size:,} bytes)"


def _is_whole(path: Path) -> bool:
    """By the length that a file of weights says it has and the checksum beside it, or by those in an archive."""
    from safetensors import SafetensorError, safe_open  # only training needs it

    try:
        if path.suffix == ".safetensors":
            with safe_open(path, "numpy"):
                checksum = path.with_name(CHECKSUM)
                return not checksum.is_file() or checksum.read_text(encoding="utf-8").split()[:1] == [file_hash(path)]
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, SafetensorError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
