"""A run's directory: what a finished, an unfinished and another run mean for the command that is given again."""

import json

import pytest
import yaml
from checkpoint_files import write_checkpoint

from cryptoai_common.errors import UserError
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


def _checkpoint(run, step: int, state: str | None = None, **noted: str):
    return write_checkpoint(run.partial / f"checkpoint-{step}", state, **noted)


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
    assert [path.name for path in run.partial.glob("checkpoint-*")] == [whole.name]
    assert start.passed_over == (
        f"{run.partial}/checkpoint-11 is passed over: it has no trainer_state.json",
        f"{run.partial}/checkpoint-10 is passed over: its trainer_state.json is damaged",
    )


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
