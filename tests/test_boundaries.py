"""The two packages share a directory on disk and nothing else."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import dataset_builder
import trainer

FORBIDDEN = {
    "dataset_builder": ("torch", "transformers", "trainer", "optimum"),
    "trainer": ("dataset_builder",),
}


@pytest.mark.parametrize("package", [dataset_builder, trainer], ids=lambda package: package.__name__)
def test_packages_do_not_import_each_other(package):
    modules = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    modules = [name for name in modules if not name.endswith("__main__")]
    forbidden = FORBIDDEN[package.__name__]
    program = f"import sys, {', '.join(modules)}\nprint(*[name for name in {forbidden} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
