"""The finder as one function of torch: a screenshot → the spans and boxes of its patterns."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from trainer.finder.price_reader import PriceReader, read_heights
from trainer.finder.sizes import COLUMNS, ROWS
from trainer.finder.span_net import MeanSpans, SpanNet, overlap, price_channels

SEEN = 0.5  # probability of a price from which a column is read
SAME = 0.5  # overlap from which the less sure of two spans is dropped: as where a box counts as found
MOST = 20  # patterns of a screenshot


class Read(NamedTuple):
    """What was read of a batch of screenshots: ``high`` and ``low`` [batch, COLUMNS] in shares of the height, and
    ``seen`` [batch, COLUMNS], 1 where there is a price and else 0."""

    high: torch.Tensor
    low: torch.Tensor
    seen: torch.Tensor


class Candidates(NamedTuple):
    """Every span that was looked at: ``boxes`` [places, 4] in shares of width and height, and ``scores`` [places,
    classes]."""

    boxes: torch.Tensor
    scores: torch.Tensor


class Finder(nn.Module):
    """Reader and finder of spans, one after the other."""

    def __init__(self, reader: PriceReader, spans: SpanNet | MeanSpans) -> None:
        super().__init__()
        self.reader, self.spans = reader, spans

    def read(self, pixels: torch.Tensor) -> Read:
        """Float pixels [batch, 3, ROWS, COLUMNS], 0 to 255."""
        rows, present = self.reader(pixels)
        high, low = read_heights(rows).unbind(dim=1)
        return Read(torch.minimum(high, low), torch.maximum(high, low), (present.sigmoid() >= SEEN).float())

    def look(self, read: Read) -> Candidates:
        """All spans in what was read of one screenshot."""
        scores, spans = self.spans(price_channels(read.high, read.low, read.seen))
        columns = torch.arange(COLUMNS, device=spans.device) + 0.5
        inside = (columns >= spans[0, :, :1]) & (columns <= spans[0, :, 1:]) & (read.seen[0] > 0)
        top = torch.where(inside, read.high[0], torch.full_like(read.high[0], 2.0)).amin(dim=1)
        bottom = torch.where(inside, read.low[0], torch.full_like(read.low[0], -1.0)).amax(dim=1)
        start, stop = spans[0, :, 0] / COLUMNS, spans[0, :, 1] / COLUMNS
        chances = scores[0].sigmoid() * inside.any(dim=1, keepdim=True)
        return Candidates(torch.stack((start, top, stop, bottom), dim=1), chances)


def squeeze(picture: torch.Tensor) -> torch.Tensor:
    """A screenshot uint8 [height, width, 3] → float pixels [1, 3, ROWS, COLUMNS], 0 to 255."""
    return functional.interpolate(
        picture.permute(2, 0, 1)[None], (ROWS, COLUMNS), mode="bilinear", antialias=True, align_corners=False
    ).float()


def strongest(
    found: Candidates, same: float = SAME, most: int = MOST
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Boxes [n, 4], labels [n] and scores [n] of the surest spans of which no two overlap by ``same`` or more."""
    scores, labels = found.scores.max(dim=1)
    left = torch.ones(len(scores), dtype=torch.bool)
    kept: list[int] = []
    for place in scores.argsort(descending=True).tolist():
        if not left[place]:
            continue
        kept.append(place)
        if len(kept) == most:
            break
        left &= overlap(found.boxes[:, [0, 2]], found.boxes[place, [0, 2]]) < same
    chosen = torch.tensor(kept, dtype=torch.long)
    return found.boxes[chosen], labels[chosen], scores[chosen]
