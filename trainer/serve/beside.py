"""What a run does for the page beyond its answers for pictures: prices are read, and candles scanned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptoai_common.errors import UserError
from trainer.models.deployed import Deployed
from trainer.models.finder import PriceReader
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, READER
from trainer.scan.both import WindowModel
from trainer.scan.newest import scan_newest
from trainer.scan.results import NO_ADVICE
from trainer.serve.event import BadRequest
from trainer.serve.respond import decode

DECIMALS = 2  # of a price, in pixels


@dataclass(frozen=True)
class Beside:
    """The files of a run beside its finder; either may be missing."""

    model: Deployed

    @property
    def reader(self) -> PriceReader | None:
        """What reads prices."""
        return self.model.finder.reader if self.model.finder else None

    @cached_property
    def windows(self) -> WindowModel | None:
        """What names windows of candles."""
        return WindowModel(self.model.classifier, self.model.price_finder) if self.model.classifier else None

    def prices(self, picture: bytes) -> dict[str, list[float]]:
        """``x``, ``high`` and ``low`` [columns] of the prices in a picture file, in its pixels.

        Raises BadRequest for no picture, or where there is no reader.
        """
        if self.reader is None:
            raise BadRequest(f"no prices can be read: this model has no {READER}", 404)
        found = self.reader.read(decode(picture, lambda _: None))._asdict()
        return {name: [round(float(value), DECIMALS) for value in column] for name, column in found.items()}

    def scan(self, content: bytes, name: str) -> dict[str, Any]:
        """What ``scan`` finds in the newest candles of a file; ``name`` is what answers call it.

        Raises BadRequest for a file that is none of candles, or where there is no classifier.
        """
        if self.windows is None:
            raise BadRequest(f"no candles can be scanned: this model has no {CLASSIFIER_QUANTIZED}", 404)
        try:
            return {"markets": scan_newest(self.windows, content, name), "advice": NO_ADVICE}
        except UserError as error:
            raise BadRequest(str(error), 422) from None
