"""Picture → a picture that shows what the model saw in it, and its answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_atomically
from trainer.config_asking import ExplainConfig
from trainer.data.picture import open_rgb, say_once
from trainer.figures.found import draw_found, draw_read, pane_of
from trainer.models.answer import cut_text, screen_text
from trainer.models.load import CUT, open_finder
from trainer.models.pattern_model import READER
from trainer.shipped import find_shipped


def explain(config: ExplainConfig) -> None:
    """Write the picture and print the answer. Raises UserError for a picture, model or output that cannot be used."""
    output = config.output or config.picture.with_name(f"{config.picture.stem}_explained.png")
    lines = (_explain_cut if config.cut else _explain_screen)(config, find_shipped(config.model), output)
    print("\n".join(lines))
    print(f"  {output}")


def _explain_screen(config: ExplainConfig, model: Path, output: Path) -> list[str]:
    """Draw the prices that were read in a whole screenshot, their extent and the patterns; the lines to print."""
    picture, finder = open_rgb(config.picture, notice=say_once), open_finder(model, hint=CUT)
    if finder.reader is None:
        raise UserError(f"{model} has no {READER}, which reads the prices; make it with `python -m trainer export`")
    pixels = np.asarray(picture)
    prices = finder.reader.read(pixels)
    answer = finder.answer(pixels, prices)
    drawn = draw_found(draw_read(picture, prices), answer)
    try:
        write_atomically(output, drawn.save)
    except (OSError, ValueError) as error:  # Pillow raises ValueError for a format that it does not know
        raise _not_written(output, error) from None
    lines = [screen_text(str(config.picture), answer)]
    if not len(prices.x):
        return [*lines, "  no prices were read"]
    left, top, right, bottom = (round(edge) for edge in pane_of(prices))
    return [*lines, f"  prices were read from x {left} to {right}, y {top} to {bottom}, in {len(prices.x)} columns"]


def _explain_cut(config: ExplainConfig, directory: Path, output: Path) -> list[str]:
    """Draw the patches of a cut chart that the checkpoint attended to, and what it read; the lines to print."""
    from trainer.figures.overlay import draw_explanation
    from trainer.models.attention import encode, read_columns, rollout  # loads torch
    from trainer.models.calibration import read_threshold
    from trainer.models.heads import FILE_NAME
    from trainer.models.load import ask_with
    from trainer.models.vit import TorchClassifier

    picture, classifier = open_rgb(config.picture, notice=say_once), TorchClassifier.load(directory)
    answer = ask_with(classifier, read_threshold(directory))(picture)
    tokens, attentions = encode(classifier, classifier.preprocess(picture))
    read = read_columns(directory, tokens)
    try:
        draw_explanation(picture, rollout(attentions), read, answer, output)
    except (OSError, ValueError) as error:  # matplotlib raises ValueError for a format that it does not know
        raise _not_written(output, error) from None
    lines = [cut_text(str(config.picture), answer)]
    if read is None:
        lines.append(
            f"{directory} has no {FILE_NAME}, so the prices that it read are not drawn; train with --read-chart"
        )
    return lines


def _not_written(output: Path, error: Exception) -> UserError:
    return UserError(f"--output {output} cannot be written ({error}); choose another place, ending in .png")
