"""Classify the chart pattern in picture files."""

from __future__ import annotations

import json
import sys

from cryptoai_common.errors import UserError
from trainer.config import PredictConfig
from trainer.data.picture import open_rgb, say_once
from trainer.models.answer import as_text
from trainer.models.load import load
from trainer.shipped import find_shipped


def predict(config: PredictConfig) -> None:
    """Print the class and probabilities of each picture.

    Raises UserError if the model cannot be used, or after the last picture if some could not be read.
    """
    if not config.pictures:
        raise UserError("name at least one picture")
    ask = load(find_shipped(config.model), config.onnx)
    unread = 0
    for path in config.pictures:
        try:
            answer = ask(open_rgb(path, notice=say_once))
        except UserError as error:
            print(error, file=sys.stderr)
            unread += 1
        else:
            print(json.dumps({"file": str(path), **answer}) if config.json else as_text(str(path), answer), flush=True)
    if unread:
        raise UserError(f"{unread} of {len(config.pictures)} pictures could not be read")
