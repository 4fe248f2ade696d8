"""Files that are whole or absent, names and locks of directories that are being made, and what disks refuse."""

import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from cryptoai_common.errors import UserError
from cryptoai_common.files import (
    LOCK,
    atomic,
    disk_errors,
    disk_sentence,
    file_hash,
    locked,
    partial_path,
    write_atomically,
)


def by_function(path: Path, text: str, look: Callable[[], None]) -> None:
    def write(temporary: Path) -> None:
        assert temporary.suffix == path.suffix, "some writers choose the format by it"
        temporary.write_text(text)
        look()

    write_atomically(path, write)


def by_block(path: Path, text: str, look: Callable[[], None]) -> None:
    with atomic(path) as file:
        file.write(text)
        file.flush()
        look()


@pytest.mark.parametrize("write", [by_function, by_block])
@pytest.mark.parametrize("before", [None, "old"])
def test_a_file_takes_its_name_when_it_is_complete(tmp_path, write, before):
    path = tmp_path / "card.md"
    if before:
        path.write_text(before)

    def unchanged() -> None:
        assert (path.read_text() if path.exists() else None) == before

    def fail() -> None:
        unchanged()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(path, "half", fail)
    unchanged()
    assert [each.name for each in tmp_path.iterdir()] == ["card.md"] * bool(before), "nothing is left over"
    write(path, "new", unchanged)
    assert path.read_text() == "new" and [each.name for each in tmp_path.iterdir()] == ["card.md"]


def test_text_is_utf_8_whatever_the_user_s_language_is(tmp_path):
    with atomic(tmp_path / "text") as file:
        file.write("größer")
    assert (tmp_path / "text").read_bytes() == "größer".encode()


def test_a_hash_is_the_sha256_of_the_content(tmp_path):
    (tmp_path / "file").write_bytes(b"abc" * 100_000)
    assert file_hash(tmp_path / "file") == hashlib.sha256(b"abc" * 100_000).hexdigest()


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "the disk is full: free some space"),
        (errno.EDQUOT, "the disk is full: free some space"),
        (errno.EACCES, "no permission to write there"),
        (errno.EPERM, "no permission to write there"),
        (errno.EROFS, "no permission to write there"),
        (errno.EIO, "Input/output error: choose another directory, or repair this one"),
    ],
)
def test_what_a_disk_refuses_is_one_sentence_that_names_the_file(number, remedy):
    error = OSError(number, os.strerror(number), "models/run/card.md")
    assert disk_sentence(error, "elsewhere").startswith(f"models/run/card.md: {remedy}")
    moved = OSError(number, os.strerror(number), ".1.card.md", None, "card.md")
    assert disk_sentence(moved, "elsewhere").startswith(f"card.md: {remedy}")
    with pytest.raises(UserError, match=r"^models: ") as caught, disk_errors(Path("models")):
        raise OSError(number, os.strerror(number))
    assert str(caught.value).endswith(", then run the same command again")


def test_the_unfinished_lies_beside_the_finished():
    assert partial_path(Path("models/v1.2")) == Path("models/v1.2.partial")


def test_one_process_works_in_a_directory(tmp_path):
    lock = FileLock(tmp_path / LOCK, timeout=0)
    with locked(tmp_path, "wait"), pytest.raises(Timeout):
        lock.acquire()
    started = time.monotonic()
    with lock, pytest.raises(UserError, match="wait"), locked(tmp_path, "wait"):
        pytest.fail("it is locked")
    assert time.monotonic() - started < 2, "the other process may take hours: its user is told at once"
    with locked(tmp_path, "wait"):
        pass
