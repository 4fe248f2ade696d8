"""Find the chart patterns in picture files."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from cryptoai_common.errors import UserError
from cryptoai_common.files import disk_errors, write_atomically
from trainer.config_asking import PredictConfig
from trainer.data.picture import open_rgb, say_once
from trainer.figures.found import draw_found
from trainer.models.answer import Answer, cut_text, screen_text
from trainer.models.load import load
from trainer.shipped import find_shipped

ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}  # of the file that --picture names


def predict(config: PredictConfig) -> None:
    """Print the answer for each picture, and write the pictures that ``--picture`` asks for.

    Raises UserError if the model cannot be used, or after the last picture if some could not be read.
    """
    if not config.pictures:
        raise UserError("name at least one picture")
    outputs = _outputs(config.pictures, config.picture)
    ask = load(find_shipped(config.model), config.onnx, config.cut)
    as_text = cut_text if config.cut else screen_text
    unread = 0
    for path, output in zip(config.pictures, outputs, strict=True):
        try:
            picture = open_rgb(path, notice=say_once)
            answer = ask(picture)
        except UserError as error:
            print(error, file=sys.stderr)
            unread += 1
            continue
        if output:
            _write(picture, answer, output)
        print(json.dumps({"file": str(path), **answer}) if config.json else as_text(str(path), answer), flush=True)
        if output and not config.json:
            print(f"  {output}", flush=True)
    if unread:
        raise UserError(f"{unread} of {len(config.pictures)} pictures could not be read")


def _outputs(pictures: Sequence[Path], output: Path | None) -> list[Path] | list[None]:
    """The file to write for each picture. Raises UserError if ``output`` cannot hold them."""
    if output is None:
        return [None] * len(pictures)
    if len(pictures) == 1 and not output.is_dir():
        if output.suffix.lower() not in ENDINGS:
            raise UserError(f"--picture {output} must end in {', '.join(ENDINGS)}, or be a folder that is there")
        return _without_overwriting([output], pictures)
    if output.suffix.lower() in ENDINGS or output.is_file():
        raise UserError(f"--picture {output} is one file for {len(pictures)} pictures; name a folder")
    seen: Counter[str] = Counter()
    files = []
    for path in pictures:
        seen[path.stem] += 1
        number = f"-{seen[path.stem]}" if seen[path.stem] > 1 else ""
        files.append(output / f"{path.stem}_patterns{number}.png")
    with disk_errors(output):
        output.mkdir(parents=True, exist_ok=True)
    return _without_overwriting(files, pictures)


def _without_overwriting(files: list[Path], pictures: Sequence[Path]) -> list[Path]:
    """The files. Raises UserError if one of them is one of the pictures."""
    lost = {path.resolve() for path in files} & {path.resolve() for path in pictures}
    if lost:
        raise UserError(f"--picture would write over {min(lost)}, which is one of the pictures; choose another name")
    return files


def _write(picture: Image.Image, answer: Answer, output: Path) -> None:
    drawn, kind = draw_found(picture, answer), ENDINGS[output.suffix.lower()]
    with disk_errors(output):
        write_atomically(output, lambda temporary: drawn.save(temporary, kind))
