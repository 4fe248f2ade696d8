"""What lies beside the model that is served and does other work for the page: the reader of prices, the classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cryptoai_common.errors import UserError
from trainer.models.pattern_model import OUTPUTS
from trainer.models.session import open_session
from trainer.scan.newest import scan_newest
from trainer.scan.results import NO_ADVICE
from trainer.scan.work import open_model
from trainer.serve.event import BadRequest
from trainer.serve.respond import decode

READER = Path("crypto_price_reader.onnx")
CLASSIFIERS = (Path("crypto_chart_classifier_quantized.onnx"), Path("crypto_chart_classifier.onnx"))
READ = ("x", "high", "low")  # outputs of the reader
NO_READER = f"no prices can be read: {READER} does not lie beside the model"
NO_CLASSIFIER = f"no candles can be scanned: {CLASSIFIERS[0]} does not lie beside the model"


@dataclass(frozen=True)
class Beside:
    """The files in the directory ``model``, or beside that file. None need be there; ``model`` None: nothing is."""

    model: Path | None

    @cached_property
    def reader(self) -> Path | None:
        """The file that reads prices."""
        return self._first(READER)

    @cached_property
    def classifier(self) -> Path | None:
        """The file that names cut charts, of which a scan asks; the model itself, if it is one."""
        found = self._first(*CLASSIFIERS)
        if found is None and self.model is not None and self.model.is_file():
            outputs = [node.name for node in open_session(self.model, "input").get_outputs()]
            return self.model if tuple(outputs) == OUTPUTS else None
        return found

    def prices(self, picture: bytes) -> dict[str, list[float]]:
        """``x``, ``high`` and ``low`` [columns] of the prices in a picture file, in its pixels.

        Raises BadRequest for no picture, or where there is no reader.
        """
        if self.reader is None:
            raise BadRequest(NO_READER, 404)
        pixels = decode(picture, lambda _: None)
        found = self._read(pixels[np.newaxis])
        return {name: [round(float(value), 2) for value in column] for name, column in zip(READ, found, strict=True)}

    @cached_property
    def _read(self) -> Callable[[np.ndarray], list[Any]]:
        assert self.reader is not None
        session = open_session(self.reader, "input")
        return lambda pixels: session.run(list(READ), {"input": pixels})

    def scan(self, content: bytes, name: str) -> dict[str, Any]:
        """What ``scan`` finds in the newest candles of a file; ``name`` is what answers call it.

        Raises BadRequest for a file that is none of candles, or where there is no classifier.
        """
        if self.classifier is None:
            raise BadRequest(NO_CLASSIFIER, 404)
        try:
            return {"markets": scan_newest(open_model(self.classifier), content, name), "advice": NO_ADVICE}
        except UserError as error:
            raise BadRequest(str(error), 422) from None

    def _first(self, *names: Path) -> Path | None:
        if self.model is None:
            return None
        folder = self.model if self.model.is_dir() else self.model.parent
        return next((folder / name for name in names if (folder / name).is_file()), None)
