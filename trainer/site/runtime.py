"""onnxruntime-web from npm: the two files of it that the page needs. They are not kept in the project: 14 MB."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from cryptoai_common.errors import UserError

VERSION = "1.30.0"
# Of the archive, as `npm view onnxruntime-web@VERSION dist.integrity` prints it.
INTEGRITY = "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
WANTED = {
    "package/dist/ort.wasm.bundle.min.mjs": "onnxruntime-web.js",
    "package/dist/ort-wasm-simd-threaded.wasm": "onnxruntime-web.wasm",
}
QUIET = ("--no-update-notifier", "--logs-max=0")  # npm would also ask for its own newest version, and log what it did
LONGEST = 600  # seconds for 33 MB


def runtime_files() -> dict[str, bytes]:
    """The content of each file by its name in the page. Raises UserError if npm is missing or cannot fetch them."""
    npm = shutil.which("npm")
    if npm is None:
        raise UserError(
            f"npm is not installed, and fetches onnxruntime-web {VERSION} for the site: install Node.js, which has it"
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [
            npm,
            "pack",
            f"onnxruntime-web@{VERSION}",
            "--ignore-scripts",
            "--prefer-offline",
            "--silent",
            *QUIET,
        ]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            raise UserError(f"npm has not fetched onnxruntime-web within {LONGEST} s: look at the network") from None
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            said = " ".join((done.stderr or done.stdout).split())[:300]
            raise UserError(f"npm cannot fetch onnxruntime-web {VERSION}: {said or 'look at the network'}")
        return _unpack(archives[0])


def _unpack(archive: Path) -> dict[str, bytes]:
    """Raises UserError if the archive is not the one that this project was tested with."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != INTEGRITY:
        raise UserError(f"the onnxruntime-web {VERSION} that npm fetched is another one than was tested: {found}")
    files = {}
    with tarfile.open(archive) as tar:
        for name, own in WANTED.items():
            member = tar.extractfile(name)
            assert member is not None  # the archive is known
            files[own] = member.read()
    return files
