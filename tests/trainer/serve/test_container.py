"""What the Dockerfile would build, without Docker: the files that it copies, and none of the packages it leaves out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from events import make_event, read

ROOT = Path(__file__).parents[3]
DOCKERFILE = ROOT / "trainer/serve/Dockerfile"
REQUIREMENTS = ROOT / "trainer/serve/requirements.txt"
LEFT_OUT = ("torch", "transformers", "datasets", "jsonargparse", "matplotlib", "pandas", "pyarrow", "scipy")
LEFT_OUT += (
    "sklearn",
    "yaml",
    "onnx",
    "optimum",
    "safetensors",
    "tqdm",
    "requests",
    "evaluate",
    "accelerate",
    "starlette",
    "uvicorn",
)
PROGRAM = f"""
import json, sys
sys.modules.update(dict.fromkeys({LEFT_OUT}))  # importing one raises ImportError
from trainer.serve.handler import handler
ours = ("trainer", "dataset_builder", "cryptoai_common")
print(*(module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in ours))
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)))
"""


def _instructions(name: str) -> list[list[str]]:
    lines = [line.split() for line in DOCKERFILE.read_text().splitlines()]
    return [words[1:] for words in lines if words and words[0] == name]


@pytest.fixture
def image(tmp_path, model_directory) -> Path:
    """The directory that Lambda would run in."""
    for *sources, target in _instructions("COPY"):
        if target.startswith("/tmp/"):
            continue
        for source in sources:
            (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
            if source.startswith("${MODEL}/"):
                (tmp_path / target).mkdir(exist_ok=True)
                shutil.copy(model_directory / Path(source).name, tmp_path / target)
            elif (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (tmp_path / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, tmp_path / target)
    return tmp_path


def test_the_files_copied_answer_with_the_packages_installed(image, png, rows):
    variable = _instructions("ENV")[0][0].split("=")
    events = [
        make_event(png, "image/png"),
        make_event(png, "image/png", queryStringParameters={"cut": "1"}),
        make_event(json.dumps({"candles": rows})),
        make_event(b"junk", "image/png"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=image,
        env={"PATH": "/usr/bin:/bin", variable[0]: variable[1]},
        input="".join(json.dumps(event) + "\n" for event in events),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    homes, *answers = done.stdout.splitlines()
    files = homes.split()  # an editable installation would lend the modules that are missing here
    assert {str(image / name / "__init__.py") for name in ("trainer", "dataset_builder")} <= set(files)
    assert [file for file in files if not Path(file).is_relative_to(image)] == []
    assert [read(json.loads(answer))[0] for answer in answers] == [200, 200, 200, 422]
    assert done.stderr == ""


def test_the_command_is_the_handler():
    assert 'CMD ["trainer.serve.handler.handler"]' in DOCKERFILE.read_text()


def test_the_builder_is_sent_what_is_copied():
    lines = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text().splitlines()
    kept = [line[1:].replace("**/*", "*") for line in lines if line.startswith("!")]  # fnmatch's * takes slashes too
    (home,) = [word.removeprefix("MODEL=") for words in _instructions("ARG") for word in words]
    copied = [source.replace("${MODEL}", home) for *sources, _ in _instructions("COPY") for source in sources]
    files = [path for source in copied for path in ([source] if Path(source).suffix else [source + "any.py"])]
    assert [path for path in files if not any(fnmatchcase(path, pattern) for pattern in kept)] == []


def test_requirements_are_those_of_the_project():
    pins = set((ROOT / "constraints.txt").read_text().splitlines())
    lines = [line for line in REQUIREMENTS.read_text().splitlines() if not line.startswith("#")]
    assert set(lines) <= pins
    assert {line.split("==")[0] for line in lines} >= {"numpy", "onnxruntime", "pillow"}
