"""The documentation names what there is, all of it, and its worked example works."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from transformers import TrainingArguments

import dataset_builder.__main__ as builder
import trainer.__main__ as trainer
from dataset_builder.config import BuildConfig
from dataset_builder.drawing.look import NUISANCES
from dataset_builder.patterns import CLASSES, PATTERNS
from dataset_builder.storage.manifest import make_manifest
from dataset_builder.storage.plan import plan
from dataset_builder.storage.schema import ROW
from dataset_builder.styles import STYLES

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
COMMANDS = {
    "dataset_builder": {name: config for name, (config, _) in builder.COMMANDS.items()},
    "trainer": {name: config for name, (config, _) in trainer.COMMANDS.items()},
}
ANY = {"help"}  # options of every command


def code_lines(text: str) -> list[str]:
    """Every line of code in a page, in blocks and between backticks, without comments."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [re.sub(r"\s#.*", "", line).strip() for line in [*lines, *spans]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_exists(page):
    for line in code_lines(page.read_text()):
        if named := re.match(r"(?:.*\s)?python3? -m (dataset_builder|trainer)(?: ([a-z][a-z-]*))?( .*)?$", line):
            package, command, rest = named.groups()
            assert command is None or command in COMMANDS[package], line
            options = {word.replace("-", "_") for word in re.findall(r"\s--([a-z-]+)", rest or "")}
            assert options <= known_options(package, command) | ANY, line


def known_options(package: str, command: str | None) -> set[str]:
    known = {field.name for field in fields(COMMANDS[package][command])} if command else set()
    more = {field.name for field in fields(TrainingArguments)} if command == "train" else set()
    return known | more | {f"no_{name}" for name in known}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_and_variable_exists(page):
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z_]+) [?:]?=", makefile, re.MULTILINE)) | {"PICTURES"}
    for line in code_lines(page.read_text()):
        if re.match(r"make( |$)", line):
            words = re.sub(r'"[^"]*"', "", line).split()[1:]
            assert {word for word in words if "=" not in word} <= targets, line
            assert {word.split("=")[0] for word in words if "=" in word} <= variables, line


def test_the_reference_names_every_field_class_style_and_split():
    text = (ROOT / "docs" / "dataset.md").read_text()
    config = BuildConfig(size=100, negatives=1)
    manifest = make_manifest(config, CLASSES, plan(config, CLASSES), [], {}, "")
    names = [*ROW, *ROW["ohlcv"], *NUISANCES, *manifest, *manifest["splits"]["train"], *manifest["splits"]]
    names += [*CLASSES, *(style.name for style in STYLES), "imagefolder", "parquet"]
    assert [name for name in names if f"`{name}`" not in text] == []
    for pattern in PATTERNS:
        assert f"| {pattern.id} | `{pattern.name}` |" in text
    held_out = {style.name for style in STYLES if style.held_out}
    assert set(re.findall(r"`(\w+)` \(held out\)", text)) == held_out


def test_the_worked_example_works(tmp_path):
    shutil.copytree(ROOT / "dataset_builder", tmp_path / "dataset_builder")
    page = (ROOT / "docs" / "contributing.md").read_text()
    files = re.findall(r"^`(dataset_builder/\S+\.py)`:\n\n```python\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    assert [Path(name).parent.name for name, _ in files] == ["patterns", "styles"]
    for name, code in files:
        (tmp_path / name).write_text(code)
    command = re.findall(r"^python (-m dataset_builder build .*)$", page, re.MULTILINE)[0]
    words = [*command.replace("--size 220", "--size 55").split(), "--workers", "1"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (manifest_file,) = tmp_path.glob("data/*/manifest.json")
    manifest = json.loads(manifest_file.read_text())
    new_class, new_style = (Path(name).stem for name, _ in files)
    assert manifest["classes"] == [*CLASSES, new_class]
    assert manifest["splits"]["train"]["classes"][new_class] == 5
    assert manifest["draws"][new_class] <= 5 * 10
    rows = map(json.loads, (manifest_file.parent / "train" / "metadata.jsonl").open())
    assert new_style in {row["style"] for row in rows}
