"""Which checkpoint a run goes on from."""

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from safetensors.torch import save_file

from trainer.runs.checkpoints import newest_whole, step_of


def last_checkpoint(run: Path) -> Path | None:
    return newest_whole(run, best_needed=False).checkpoint


STATE = {"epoch": 1.0, "log_history": [], "best_metric": None}


def whole(checkpoint: Path) -> Path:
    """A checkpoint with the files that the Trainer writes."""
    checkpoint.mkdir(parents=True)
    save_file({"weight": torch.zeros(2)}, checkpoint / "model.safetensors", metadata={"format": "pt"})
    optimizer = torch.optim.AdamW([torch.zeros(2, requires_grad=True)])
    torch.save(optimizer.state_dict(), checkpoint / "optimizer.pt")
    torch.save({"last_epoch": 1}, checkpoint / "scheduler.pt")
    torch.save({"cpu": torch.get_rng_state()}, checkpoint / "rng_state.pth")
    torch.save({}, checkpoint / "training_args.bin")
    (checkpoint / "trainer_state.json").write_text(json.dumps(STATE | {"global_step": step_of(checkpoint)}))
    return checkpoint


@given(some.sets(some.integers(1, 20_000), min_size=1, max_size=6))
@settings(max_examples=20)
def test_it_is_the_one_with_the_largest_number(tmp_path_factory, steps):
    """Numbers, not names: as text, 9 comes after 10."""
    run = tmp_path_factory.mktemp("run")
    for step in steps:
        whole(run / f"checkpoint-{step}")
    assert last_checkpoint(run) == run / f"checkpoint-{max(steps)}"


@pytest.mark.parametrize(("older", "newer"), [(9, 10), (99, 100), (2, 19), (500, 1000)])
def test_neither_the_name_nor_the_time_of_writing_decides(tmp_path, older, newer):
    expected = whole(tmp_path / f"checkpoint-{newer}")
    whole(tmp_path / f"checkpoint-{older}")
    assert last_checkpoint(tmp_path) == expected


def test_without_a_checkpoint_there_is_none(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert last_checkpoint(tmp_path) is None
