import json

import numpy as np
import pytest
import torch
import yaml
from safetensors.numpy import save_file

from cryptoai_common.errors import UserError
from trainer.runs.checkpoints import write_checksum
from trainer.runs.directory import RunDirectory, Start, finish, prepare, read_resolved


def _resolved(**settings) -> dict:
    return {
        "config": {"read_chart": 4.0} | settings,
        "training_arguments": {},
        "dataset": {"name": "d"},
        "versions": {},
    }


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    return RunDirectory(tmp_path / "models" / "run")


def _prepare(run, resume=False, overwrite=False, **settings) -> Start:
    return prepare(run, _resolved(**settings), resume, overwrite)


def _checkpoint(run, step: int, state: str | None = None, **noted):
    """``state`` is the whole text of its trainer_state.json, ``noted`` what it notes beside its step."""
    path = run.partial / f"checkpoint-{step}"
    path.mkdir()
    save_file({"weights": np.arange(1, 501, dtype=np.float32)}, path / "model.safetensors")
    write_checksum(path)
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"):
        torch.save({"state": torch.arange(1.0, 501.0)}, path / name)
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step} | noted) if state is None else state)
    return path


def _finished(run, **settings) -> None:
    _prepare(run, **settings)
    (run.partial / "model.safetensors").write_text(str(settings))
    finish(run)


def test_a_new_run_lives_in_partial_until_it_is_finished(run):
    assert _prepare(run) == Start()
    assert read_resolved(run.partial) == _resolved() and not run.final.exists()
    checkpoint = _checkpoint(run, 3)
    finish(run)
    assert run.final.exists() and not run.partial.exists() and not (run.final / checkpoint.name).exists()


def test_a_finished_run_is_not_trained_again(run):
    _finished(run)
    assert _prepare(run) == Start(finished=True)
    assert _prepare(run, resume=True) == Start(finished=True)
    assert not run.partial.exists()


def test_another_configuration_is_refused_and_nothing_touched(run):
    _finished(run)
    with pytest.raises(UserError, match=r"is another run \(its read_chart is 4.0, not 1.0\); .* add --overwrite"):
        _prepare(run, read_chart=1.0)
    assert read_resolved(run.final) == _resolved() and not run.partial.exists()


def test_other_library_versions_are_the_same_run(run):
    _finished(run)
    assert prepare(run, {**_resolved(), "versions": {"torch": "9"}}, False, False).finished


def test_overwriting_keeps_the_old_run_until_the_new_one_is_finished(run):
    _finished(run)
    assert _prepare(run, overwrite=True, read_chart=1.0) == Start()
    assert read_resolved(run.final)["config"]["read_chart"] == 4.0
    finish(run)
    assert read_resolved(run.final)["config"]["read_chart"] == 1.0 and not run.old.exists()


def test_a_killed_run_goes_on_only_if_asked(run):
    _prepare(run)
    checkpoint = _checkpoint(run, 3)
    with pytest.raises(UserError, match="is an unfinished run; add --resume to go on, or --overwrite to drop it"):
        _prepare(run)
    assert _prepare(run, resume=True) == Start(checkpoint=checkpoint)
    assert _prepare(run, resume=True, overwrite=True) == Start(checkpoint=checkpoint)


def test_a_killed_run_of_another_configuration(run):
    _prepare(run)
    checkpoint = _checkpoint(run, 3)
    with pytest.raises(
        UserError, match=r"is another run \(its read_chart is 4.0, not 1.0\); add --overwrite to drop it"
    ):
        _prepare(run, resume=True, read_chart=1.0)
    assert checkpoint.exists()
    assert _prepare(run, resume=True, overwrite=True, read_chart=1.0) == Start()
    assert not checkpoint.exists() and read_resolved(run.partial)["config"]["read_chart"] == 1.0


def test_a_checkpoint_that_was_being_written_is_passed_over(run):
    _prepare(run)
    whole = _checkpoint(run, 9)
    _checkpoint(run, 10, state='{"global_st')
    (run.partial / "checkpoint-11").mkdir()
    start = _prepare(run, resume=True)
    assert start.checkpoint == whole
    assert start.passed_over == (
        f"{run.partial}/checkpoint-11 is passed over: it has no trainer_state.json",
        f"{run.partial}/checkpoint-10 is passed over: its trainer_state.json is damaged",
    )


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
def test_a_state_that_does_not_name_its_step_is_damaged(run, state, fault):
    """The Trainer reads {} as step 0, and would train all steps anew from these weights."""
    _prepare(run)
    older, damaged = _checkpoint(run, 2), _checkpoint(run, 4, state)
    told = (f"{damaged} is passed over: {fault}",)
    assert _prepare(run, resume=True) == Start(checkpoint=older, passed_over=told)


def test_a_checkpoint_without_a_checksum_is_taken(run):
    """One of an earlier version, or of a process that was killed while it wrote the last file."""
    _prepare(run)
    last = _checkpoint(run, 4)
    (last / "model.safetensors.sha256").unlink()
    assert _prepare(run, resume=True) == Start(checkpoint=last)


FILES = ("model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin")
DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "a block of zeros": lambda content: content[:700] + bytes(300) + content[1000:],
}


@pytest.mark.parametrize("damage", [*DAMAGES, "missing"])
@pytest.mark.parametrize("name", FILES)
def test_a_checkpoint_with_a_damaged_file_is_passed_over(run, name, damage):
    _prepare(run)
    older, damaged = _checkpoint(run, 2), _checkpoint(run, 4)
    file, fault = damaged / name, f"it has no {name}"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
        fault = f"its {name} is damaged ({file.stat().st_size:,} bytes)"
    told = (f"{damaged} is passed over: {fault}",)
    assert _prepare(run, resume=True) == Start(checkpoint=older, passed_over=told)
    assert not damaged.exists()


def test_checkpoints_are_sorted_by_number(run):
    _prepare(run)
    _checkpoint(run, 9)
    tenth = _checkpoint(run, 10)
    (run.partial / "checkpoint-best").mkdir()
    assert _prepare(run, resume=True) == Start(checkpoint=tenth)


def test_the_best_weights_must_be_whole_if_the_run_is_to_end_with_them(run):
    wanted = _resolved() | {"training_arguments": {"load_best_model_at_end": True}}
    prepare(run, wanted, False, False)
    first = _checkpoint(run, 1)
    best = _checkpoint(run, 2)
    _checkpoint(run, 3, best_model_checkpoint=f"elsewhere/{best.name}")
    (best / "model.safetensors").write_bytes(b"")
    start = prepare(run, wanted, True, False)
    assert start.checkpoint == first
    fault = "the best until then was checkpoint-2, and its model.safetensors is damaged (0 bytes)"
    assert start.passed_over[0].endswith(f"checkpoint-3 is passed over: {fault}")


def test_best_weights_that_nobody_asked_for_may_be_gone(run):
    _prepare(run)
    last = _checkpoint(run, 3, best_model_checkpoint="x/checkpoint-1")
    assert _prepare(run, resume=True) == Start(checkpoint=last)


def test_a_run_without_a_whole_checkpoint_starts_again_only_if_asked(run):
    _prepare(run)
    for step in (1, 2):
        (_checkpoint(run, step) / "optimizer.pt").unlink()
    with pytest.raises(UserError, match="is an unfinished run; add --resume"):
        _prepare(run)
    start = _prepare(run, resume=True)
    assert start.checkpoint is None and len(start.passed_over) == 2
    assert not list(run.partial.glob("checkpoint-*"))


def test_a_run_killed_before_its_first_checkpoint_starts_again(run):
    _prepare(run)
    (run.partial / "checkpoint-1").mkdir()
    assert _prepare(run, resume=True).checkpoint is None
    assert not (run.partial / "checkpoint-1").exists()


def test_a_kill_between_the_two_renames_is_undone(run):
    _finished(run)
    _prepare(run, overwrite=True, read_chart=1.0)
    checkpoint = _checkpoint(run, 5)
    run.final.rename(run.old)
    assert _prepare(run, resume=True, overwrite=True, read_chart=1.0) == Start(checkpoint=checkpoint)
    assert read_resolved(run.final)["config"]["read_chart"] == 4.0 and not run.old.exists()


def test_a_kill_before_the_checkpoints_were_dropped_is_tidied(run):
    _prepare(run)
    checkpoint = _checkpoint(run, 5)
    run.partial.rename(run.final)
    assert _prepare(run).finished
    assert not (run.final / checkpoint.name).exists()


def test_outputs_that_cannot_be_used(run, tmp_path):
    run.final.parent.mkdir()
    run.final.write_text("mine")
    with pytest.raises(UserError, match="is a file; choose a directory"):
        _prepare(run)
    with pytest.raises(UserError, match="cannot be written"):
        prepare(RunDirectory(run.final / "inside"), _resolved(), False, False)
    photos = RunDirectory(tmp_path / "photos")
    photos.final.mkdir()
    (photos.final / "one.jpg").write_text("mine")
    with pytest.raises(UserError, match="holds something that is not a run"):
        prepare(photos, _resolved(), False, overwrite=True)
    assert (photos.final / "one.jpg").exists() and run.final.read_text() == "mine"


def test_an_empty_directory_is_as_good_as_none(run):
    run.final.mkdir(parents=True)
    (run.final / ".DS_Store").touch()
    assert _prepare(run) == Start()


def test_what_was_written_is_yaml_and_json_free_of_python(run):
    _prepare(run)
    text = (run.partial / "config_resolved.yaml").read_text()
    assert "!!python" not in text and json.dumps(yaml.safe_load(text))
