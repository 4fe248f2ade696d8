"""The archive of onnxruntime-web: which files of it are taken, and that no other archive is."""

import base64
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from cryptoai_common.errors import UserError
from trainer.site import runtime

MODULE, BINARY = "package/dist/ort.wasm.bundle.min.mjs", "package/dist/ort-wasm-simd-threaded.wasm"


def archive_of(**more: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in {MODULE: b"module", BINARY: b"binary", "package/README.md": b"x", **more}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def fetches(monkeypatch):
    """A function that says what npm does: writes an archive, ends with a code, or takes too long."""
    commands: list[list[str]] = []

    def set_up(archive: bytes | None, code: int = 0, said: tuple[str, str] = ("", ""), late: bool = False):
        def run(command, cwd, timeout, **_):
            commands.append(command)
            assert timeout == runtime.LONGEST
            if late:
                raise subprocess.TimeoutExpired(command, timeout)
            if archive is not None:
                Path(cwd, "onnxruntime-web.tgz").write_bytes(archive)
            return subprocess.CompletedProcess(command, code, *said)

        monkeypatch.setattr(runtime.shutil, "which", lambda name: f"/bin/{name}")
        monkeypatch.setattr(runtime.subprocess, "run", run)
        return commands

    return set_up


def test_the_two_files_that_the_page_needs_are_taken_of_the_archive_that_was_tested(fetches, monkeypatch):
    archive = archive_of()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    monkeypatch.setattr(runtime, "INTEGRITY", integrity)
    commands = fetches(archive)
    assert runtime.runtime_files() == {"onnxruntime-web.js": b"module", "onnxruntime-web.wasm": b"binary"}
    assert commands[0][:3] == ["/bin/npm", "pack", f"onnxruntime-web@{runtime.VERSION}"]
    assert "--ignore-scripts" in commands[0], "no code of a package runs"


def test_an_archive_with_one_more_byte_is_refused(fetches):
    fetches(archive_of(**{"package/more.js": b"x"}))
    with pytest.raises(UserError, match=r"is another one than was tested: sha512-"):
        runtime.runtime_files()


def test_a_slow_network_is_told_as_such(fetches):
    fetches(None, late=True)
    with pytest.raises(UserError, match=rf"has not fetched onnxruntime-web within {runtime.LONGEST} s"):
        runtime.runtime_files()


@pytest.mark.parametrize(
    ("archive", "code", "said", "sentence"),
    [
        (archive_of(), 1, ("", "npm error\n code E404"), "npm error code E404"),
        (None, 0, ("nothing\nwritten", ""), "nothing written"),
        (None, 1, ("", ""), "look at the network"),
        (None, 1, ("", "x" * 999), "x" * 300),
    ],
)
def test_what_npm_says_is_told_on_one_line(fetches, archive, code, said, sentence):
    fetches(archive, code, said)
    with pytest.raises(UserError) as caught:
        runtime.runtime_files()
    assert str(caught.value) == f"npm cannot fetch onnxruntime-web {runtime.VERSION}: {sentence}"
