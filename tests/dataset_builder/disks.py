"""Disks that are full, or may not be written."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def run_on_a_disk(script: str, directory) -> subprocess.CompletedProcess:
    """Run a shell script in a mount namespace of its own, where $DISK may be mounted without being root."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("needs Linux user namespaces")
    script = f"DISK={directory}\nset -u\n{script}"
    return subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=180)
