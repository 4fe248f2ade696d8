"""Runs that were killed, and go on."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from command_words import train
from safetensors.numpy import load_file

from trainer.__main__ import main
from trainer.runs.checkpoints import newest_whole
from trainer.training.chart_trainer import ChartTrainer


def test_killed_and_resumed_it_ends_with_the_weights_of_a_run_in_one_go(charts, tiny, changed, tmp_path, capsys):
    options = changed(tiny, num_train_epochs="6")
    assert main(train(charts, tmp_path / "whole", *options)) == 0
    _kill_after_checkpoint(train(charts, tmp_path / "killed", *options), tmp_path / "killed.partial")
    assert not (tmp_path / "killed").exists()
    capsys.readouterr()
    assert main(train(charts, tmp_path / "killed", *options)) == 2
    assert "add --resume to go on" in capsys.readouterr().err
    assert main(train(charts, tmp_path / "killed", *options, "--resume")) == 0
    assert "going on from" in capsys.readouterr().out
    whole, killed = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "killed"))
    assert all(np.allclose(whole[name], killed[name], atol=1e-6) for name in whole)
    logs = [json.loads((tmp_path / name / "training_log.json").read_text()) for name in ("whole", "killed")]
    losses = [[entry["loss"] for entry in log if "loss" in entry] for log in logs]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_a_killed_run_that_was_moved_still_ends_with_its_best_weights(charts, tiny, changed, tmp_path, monkeypatch):
    """The best checkpoint is noted by a path that is no longer there, and the Trainer would take the last weights."""
    options = changed(tiny, num_train_epochs="2", save_total_limit="1", metric_for_best_model="loss")
    bests = iter((1.0, 2.0))  # the second epoch is worse

    def worse(self, metrics, trial):
        return determine(self, metrics | {"eval_loss": next(bests)}, trial)

    determine = ChartTrainer._determine_best_metric
    monkeypatch.setattr(ChartTrainer, "_determine_best_metric", worse)

    def killed(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ChartTrainer, "_load_best_model", killed)
        assert main(train(charts, tmp_path / "first", *options)) != 0
    partial = (tmp_path / "first.partial").rename(tmp_path / "second.partial")
    best, last = (load_file(partial / f"checkpoint-{step}" / "model.safetensors") for step in (6, 12))
    loaded = []
    load = ChartTrainer._load_best_model

    def noted(self):
        load(self)
        loaded.append(self.model.model.classifier.weight.detach().numpy().copy())

    monkeypatch.setattr(ChartTrainer, "_load_best_model", noted)
    assert main(train(charts, tmp_path / "second", *options, "--resume")) == 0
    name = "model.classifier.weight"
    assert not np.array_equal(best[name], last[name])
    assert np.array_equal(loaded[0], best[name])


def _kill_after_checkpoint(command: list[str], partial: Path) -> None:
    """Start the command, and kill it as soon as a checkpoint is whole."""
    process = subprocess.Popen([sys.executable, "-m", "trainer", *command], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while newest_whole(partial, best_needed=True).checkpoint is None:  # files exist before they are filled
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _interrupt(*arguments) -> None:
    raise KeyboardInterrupt


def test_killed_after_the_last_step_it_only_has_to_write_the_run(finished_run, charts, trained, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("trainer.commands.train.fill_run", _interrupt)
        assert main(train(charts, tmp_path / "run", *trained)) == 130
    assert not (tmp_path / "run").exists()
    assert main(train(charts, tmp_path / "run", *trained, "--resume")) == 0
    first, second = (load_file(run / "model.safetensors") for run in (finished_run, tmp_path / "run"))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_it_goes_on_from_the_last_checkpoint_that_is_whole(
    finished_run, charts, trained, tmp_path, monkeypatch, capsys
):
    with monkeypatch.context() as patch:
        patch.setattr("trainer.commands.train.fill_run", _interrupt)
        assert main(train(charts, tmp_path / "run", *trained)) == 130
    partial = tmp_path / "run.partial"
    steps = sorted(int(path.name.split("-")[1]) for path in partial.glob("checkpoint-*"))
    last, before = (partial / f"checkpoint-{step}" for step in (steps[-1], steps[-2]))
    optimizer = last / "optimizer.pt"
    optimizer.write_bytes(optimizer.read_bytes()[:1000])
    capsys.readouterr()
    assert main(train(charts, tmp_path / "run", *trained, "--resume")) == 0
    said = capsys.readouterr().out
    assert f"{last} is passed over: its optimizer.pt is damaged (1,000 bytes)\ngoing on from {before}\n" in said
    first, second = (load_file(run / "model.safetensors") for run in (finished_run, tmp_path / "run"))
    assert all(np.allclose(first[name], second[name], atol=1e-6) for name in first)


def test_nothing_to_resume_is_said(charts, tiny, tmp_path, capsys):
    assert main(train(charts, tmp_path / "run", *tiny, "--resume")) == 0
    assert "there is no checkpoint" in capsys.readouterr().out
    assert (tmp_path / "run" / "model.safetensors").exists()
