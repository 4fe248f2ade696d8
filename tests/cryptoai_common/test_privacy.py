import os
import subprocess
import sys
import warnings

import pytest

from cryptoai_common.privacy import OFF, keep_telemetry_off

IMPORTS = ("trainer", "trainer.models.session", "trainer.serve.respond", "dataset_builder", "dataset_builder.__main__")


def _environment(program: str, **variables: str) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name not in OFF} | variables
    program = f"import os, sys\n{program}\nfor name in {tuple(OFF)}: print(name, os.environ.get(name))"
    done = subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.parametrize("module", IMPORTS)
def test_importing_anything_switches_telemetry_off(module):
    assert _environment(f"import {module}") == OFF


def test_the_switch_is_set_before_onnxruntime_is_imported():
    program = """
import builtins, trainer.models.session
usual = builtins.__import__
def watched(name, *arguments, **others):
    if name.split(".")[0] in ("onnxruntime", "huggingface_hub", "transformers", "datasets"):
        assert os.environ["ORT_DISABLE_TELEMETRY"] == "1" and os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    return usual(name, *arguments, **others)
builtins.__import__ = watched
import trainer.export.quantize, trainer.commands.train"""
    assert _environment(program) == OFF


def test_what_the_user_has_set_stays():
    assert _environment("import trainer", RAY_USAGE_STATS_ENABLED="1") == OFF | {"RAY_USAGE_STATS_ENABLED": "1"}


def test_a_switch_that_is_set_to_nothing_is_set():
    assert _environment("import trainer", **dict.fromkeys(OFF, "")) == OFF


def test_libraries_read_their_switches():
    program = """
import trainer
from huggingface_hub import constants
import datasets, evaluate
assert constants.HF_HUB_DISABLE_TELEMETRY
assert not datasets.config.HF_UPDATE_DOWNLOAD_COUNTS and not evaluate.config.HF_UPDATE_DOWNLOAD_COUNTS"""
    assert _environment(program) == OFF


def test_ray_reads_its_switch():
    pytest.importorskip("ray")
    program = """
import dataset_builder
from ray._common.usage.usage_lib import usage_stats_enabled
assert not usage_stats_enabled()"""
    assert _environment(program) == OFF


def test_onnxruntime_that_was_imported_before_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", object())
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "1")
    with warnings.catch_warnings(action="error"):
        keep_telemetry_off()
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    with pytest.warns(UserWarning, match="set ORT_DISABLE_TELEMETRY=1 in the environment"):
        keep_telemetry_off()
