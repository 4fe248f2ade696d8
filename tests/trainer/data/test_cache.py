import os
import subprocess
import sys
import tempfile
from pathlib import Path

import datasets
import pytest

from trainer.data.cache import cache_directory

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch, tmp_path):
    """The answer is remembered for the whole process."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    cache_directory.cache_clear()
    yield
    cache_directory.cache_clear()


def _home(tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / name)


def test_the_library_s_cache_if_it_can_be_written(tmp_path, monkeypatch, capsys):
    _home(tmp_path, monkeypatch, "home")
    assert cache_directory() == tmp_path / "home" / "cryptoai-vision" and cache_directory().is_dir()
    assert capsys.readouterr().err == ""


def test_else_the_user_s_own_directory_which_is_said_once(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    _home(tmp_path, monkeypatch, "file")
    spare = cache_directory()
    assert spare == cache_directory() == tmp_path / "tmp" / f"cryptoai-vision-{os.getuid()}"
    assert spare.stat().st_mode & 0o077 == 0
    (told,) = capsys.readouterr().err.splitlines()
    assert f"{tmp_path}/file/cryptoai-vision cannot be written" in told and "HF_HOME names another place" in told


@pytest.mark.parametrize("trap", ["link", "open to all"])
def test_never_one_that_somebody_else_may_write(tmp_path, monkeypatch, trap):
    (tmp_path / "file").touch()
    _home(tmp_path, monkeypatch, "file")
    usual = tmp_path / "tmp" / f"cryptoai-vision-{os.getuid()}"
    if trap == "link":
        (tmp_path / "theirs").mkdir()
        usual.symlink_to(tmp_path / "theirs")
    else:
        usual.mkdir()
        usual.chmod(0o777)
    assert cache_directory() != usual and cache_directory().stat().st_mode & 0o077 == 0


def test_train_and_evaluate_without_a_home(charts, finished_run, tiny, tmp_path):
    """As a user whose HOME cannot be made, which is so for root too where a file is in the way."""
    (tmp_path / "file").touch()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "file" / "home"), "PYTHONPATH": str(ROOT)}
    environment |= {"TMPDIR": str(tmp_path / "tmp"), "MPLCONFIGDIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    train = ["train", "--dataset", str(charts), "--output", str(tmp_path / "run"), *tiny]
    evaluate = ["evaluate", str(tmp_path / "run"), "--dataset", str(charts)]
    for words in (train, evaluate):
        command = [sys.executable, "-m", "trainer", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("prepared datasets are kept in") == 1 and "Traceback" not in done.stderr
