"""The two packages share a directory on disk and nothing else.

``trainer.serve`` is the application in which both stages meet: its one module ``candles`` draws what it is sent.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import dataset_builder
import trainer

FORBIDDEN = {
    "dataset_builder": ("torch", "transformers", "trainer", "optimum"),
    "trainer": ("dataset_builder",),
}

APPLICATION = "trainer.serve"


@pytest.mark.parametrize("package", [dataset_builder, trainer], ids=lambda package: package.__name__)
def test_packages_do_not_import_each_other(package):
    modules = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    modules = [name for name in modules if not name.endswith("__main__") and not name.startswith(APPLICATION)]
    forbidden = FORBIDDEN[package.__name__]
    program = f"import sys, {', '.join(modules)}\nprint(*[name for name in {forbidden} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_application_imports_the_builder_in_one_module():
    sources = Path(trainer.__file__).parent.joinpath("serve").glob("*.py")
    lines = {path.stem: path.read_text().splitlines() for path in sources}
    assert [name for name in lines if any(map(_imports, lines[name]))] == ["candles"]


def _imports(line: str) -> bool:
    return line.strip().startswith(("import dataset_builder", "from dataset_builder"))
