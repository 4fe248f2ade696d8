"""Builds the folder: the page, the runtime and the model, in one step that leaves nothing half done."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from cryptoai_common.errors import UserError
from cryptoai_common.files import disk_errors, json_text, partial_path
from trainer.models.deployed import finder_file
from trainer.models.finder import THRESHOLD, PatternFinder
from trainer.models.pattern_model import FINDER_QUANTIZED, READER
from trainer.serve.page_files import ABOUT, INDEX, about, page_files
from trainer.site.runtime import runtime_files

if TYPE_CHECKING:
    import onnx

CARD = """---
title: Chart patterns
sdk: static
app_file: index.html
license: mit
---

Finds the ten classic chart patterns in a screenshot of a price chart. The model runs in the visitor's browser: pictures
are not uploaded. Made by `make site` of cryptoai-vision, with model {version} and onnxruntime-web.

A pattern says that the drawing looks like it to the model. It says nothing certain about the price that follows: this
is no financial advice.
"""


def build_site(model: Path, out: Path) -> None:
    """Write the page with the finder in the directory ``model`` (or of that file) into ``out``, over an earlier page.

    Raises UserError if there is no finder, npm cannot fetch the runtime, or ``out`` is something else.
    """
    import onnx

    model = model.parent if model.is_file() else model
    if out.exists() and not is_site(out) and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"{out} is there and is no site: choose another --out")
    file = finder_file(model)
    if file is None:
        raise UserError(f"{model} has no {FINDER_QUANTIZED}; make it with `python -m trainer export`")
    finder, reader = PatternFinder(file, threads=1), model / READER
    version = finder.version
    shown = about(finder.classes, version, reader.is_file(), candles=False)
    shown |= {THRESHOLD: finder.threshold, "model": file.name}
    shown |= {"reader": READER.name if reader.is_file() else None}
    content = page_files() | {path.name: path.read_bytes() for path in (files("trainer.site") / "page").iterdir()}
    content |= runtime_files()
    content |= {ABOUT: json_text(shown).encode(), "README.md": CARD.format(version=version).encode()}
    content[file.name] = _with_threshold(onnx.load(file)).SerializeToString()
    if reader.is_file():
        content[READER.name] = reader.read_bytes()
    with disk_errors(out):
        _write(content, out)


def is_site(folder: Path) -> bool:
    """Whether a folder is what ``build_site`` writes."""
    return (folder / INDEX).is_file() and (folder / ABOUT).is_file()


def _with_threshold(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the threshold as an input without a default: onnxruntime-web takes no value for one that has."""
    kept = [each for each in model.graph.initializer if each.name != THRESHOLD]
    if THRESHOLD in (each.name for each in model.graph.input):
        del model.graph.initializer[:]
        model.graph.initializer.extend(kept)
    return model


def _write(content: dict[str, bytes], out: Path) -> None:
    partial = partial_path(out)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, data in content.items():
        (partial / name).write_bytes(data)
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)
