"""Names and locks of directories that are being made."""

from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from cryptoai_common.errors import UserError
from cryptoai_common.files import LOCK, locked, partial_path


def test_the_unfinished_lies_beside_the_finished():
    assert partial_path(Path("models/v1.2")) == Path("models/v1.2.partial")


def test_one_process_works_in_a_directory(tmp_path):
    lock = FileLock(tmp_path / LOCK, timeout=0)
    with locked(tmp_path, "wait"), pytest.raises(Timeout):
        lock.acquire()
    with lock, pytest.raises(UserError, match="wait"), locked(tmp_path, "wait"):
        pytest.fail("it is locked")
    with locked(tmp_path, "wait"):
        pass
