"""Which checkpoint a run goes on from: the newest whose files are whole."""

from pathlib import Path

import pytest
from checkpoint_files import TORCH_FILES, write_checkpoint
from hypothesis import given, settings
from hypothesis import strategies as some

from trainer.runs.checkpoints import Newest, newest_whole


def last_checkpoint(run: Path) -> Path | None:
    return newest_whole(run, best_needed=False).checkpoint


@given(some.sets(some.integers(1, 20_000), min_size=1, max_size=6))
@settings(max_examples=20)
def test_it_is_the_one_with_the_largest_number(tmp_path_factory, steps):
    """Numbers, not names: as text, 9 comes after 10."""
    run = tmp_path_factory.mktemp("run")
    for step in steps:
        write_checkpoint(run / f"checkpoint-{step}")
    assert last_checkpoint(run) == run / f"checkpoint-{max(steps)}"


@pytest.mark.parametrize(("older", "newer"), [(9, 10), (99, 100), (2, 19), (500, 1000)])
def test_neither_the_name_nor_the_time_of_writing_decides(tmp_path, older, newer):
    expected = write_checkpoint(tmp_path / f"checkpoint-{newer}")
    write_checkpoint(tmp_path / f"checkpoint-{older}")
    (tmp_path / "checkpoint-best").mkdir()
    assert last_checkpoint(tmp_path) == expected


def test_without_a_checkpoint_there_is_none(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert last_checkpoint(tmp_path) is None


def passed_over(tmp_path: Path, damaged: Path, fault: str) -> None:
    """The damaged checkpoint is told with its fault, and an older one taken."""
    older = write_checkpoint(tmp_path / "checkpoint-2")
    told = (f"{damaged} is passed over: {fault}",)
    assert newest_whole(tmp_path, best_needed=False) == Newest(older, told)


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("", "its trainer_state.json is damaged"),
        ("\0" * 80, "its trainer_state.json is damaged"),
        ("[]", "its trainer_state.json is damaged"),
        ("{}", "its trainer_state.json does not say that it is of step 4"),
        ('{"global_step": 2}', "its trainer_state.json does not say that it is of step 4"),
    ],
)
def test_a_state_that_does_not_name_its_step_is_damaged(tmp_path, state, fault):
    """The Trainer reads {} as step 0, and would train all steps anew from these weights."""
    passed_over(tmp_path, write_checkpoint(tmp_path / "checkpoint-4", state), fault)


def test_a_checkpoint_without_a_checksum_is_taken(tmp_path):
    """One of an earlier version, or of a process that was killed while it wrote the last file."""
    last = write_checkpoint(tmp_path / "checkpoint-4")
    (last / "model.safetensors.sha256").unlink()
    assert newest_whole(tmp_path, best_needed=False) == Newest(last, ())


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "a block of zeros": lambda content: content[:700] + bytes(300) + content[1000:],
}


@pytest.mark.parametrize("damage", [*DAMAGES, "missing"])
@pytest.mark.parametrize("name", ["model.safetensors", *TORCH_FILES])
def test_a_checkpoint_with_a_damaged_file_is_passed_over(tmp_path, name, damage):
    damaged = write_checkpoint(tmp_path / "checkpoint-4")
    file, fault = damaged / name, f"it has no {name}"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
        fault = f"its {name} is damaged ({file.stat().st_size:,} bytes)"
    passed_over(tmp_path, damaged, fault)


def test_a_best_checkpoint_counts_only_where_it_is_needed(tmp_path):
    first, best = write_checkpoint(tmp_path / "checkpoint-1"), write_checkpoint(tmp_path / "checkpoint-2")
    last = write_checkpoint(tmp_path / "checkpoint-3", best_model_checkpoint=f"elsewhere/{best.name}")
    assert newest_whole(tmp_path, best_needed=True) == Newest(last, ())
    (best / "model.safetensors").write_bytes(b"")
    assert newest_whole(tmp_path, best_needed=False) == Newest(last, ())
    found = newest_whole(tmp_path, best_needed=True)
    assert found.checkpoint == first and len(found.passed_over) == 2
