import json

import pytest
import yaml

from cryptoai_common.errors import UserError
from trainer.runs.directory import RunDirectory, Start, finish, last_checkpoint, prepare, read_resolved


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


def _checkpoint(run, step: int, state: str = "{}"):
    path = run.partial / f"checkpoint-{step}"
    path.mkdir()
    (path / "trainer_state.json").write_text(state)
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
    assert last_checkpoint(run.partial) == whole


def test_a_run_killed_before_its_first_checkpoint_starts_again(run):
    _prepare(run)
    (run.partial / "checkpoint-1").mkdir()
    assert _prepare(run, resume=True) == Start()
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
    assert _prepare(run) == Start()


def test_what_was_written_is_yaml_and_json_free_of_python(run):
    _prepare(run)
    text = (run.partial / "config_resolved.yaml").read_text()
    assert "!!python" not in text and json.dumps(yaml.safe_load(text))
