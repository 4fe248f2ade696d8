"""A network that looks at a chart's prices, column by column, for the spans of time that show a pattern.

Its input is what ``price_reader`` reads of a picture. A convolutional network with a transformer at its middle gives
maps at 1/4 to 1/32 of the columns, and each place of each map a score for each class and a span around it (FCOS, Tian
et al. 2019, arxiv.org/abs/1904.01355, in one dimension). Scores are trained as the overlap of the span with the pattern
(Li et al. 2020, Generalized Focal Loss, arxiv.org/abs/2006.04388), so that the surest spans are also the best placed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional

INPUTS = 4  # channels: middle of the price, half its range, whether there is a price, place in the chart
WIDTHS = (48, 96, 128, 160, 192)  # channels at 1/2, 1/4, … 1/32 of the columns
SIDE = 96  # channels of the maps from which scores and spans are read
LEVELS = (4, 8, 16, 32)  # columns in a place of each map
# Longest span, in columns, that a map answers for; the maps for shorter and longer ones take it too within SHARED.
REACH, SHARED = (36.0, 80.0, 180.0, 1e9), 1.3
MIDDLE = 0.2  # of a span's length: the places so near to its middle answer for it
RARE = 0.02  # the share of places with a pattern of a class, which scores begin with
SHARES = 1 / 4, 4.0  # of the mean share of a class: a rarer or commoner one is taken for one of these
SMALLEST = 1e-6  # of a mean probability, so that its logit is finite
OVERLAPPED = 0.4  # score of a span that overlaps with a clearer pattern, of one's that does not


class Truth(NamedTuple):
    """The patterns of a batch, padded to the same number: ``labels`` [batch, n], -1 for none, and -2 where a place must
    not be judged; ``spans`` [batch, n, 2] in columns; ``clear`` [batch, n], whether no clearer pattern overlaps."""

    labels: torch.Tensor
    spans: torch.Tensor
    clear: torch.Tensor


class Mix(nn.Module):
    """ConvNeXt's block (Liu et al. 2022, arxiv.org/abs/2201.03545) in one dimension."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.along = nn.Conv1d(channels, channels, 9, padding=4, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.wide, self.narrow = nn.Linear(channels, 3 * channels), nn.Linear(3 * channels, channels)

    def forward(self, line: torch.Tensor) -> torch.Tensor:
        """[batch, channels, places] → the same shape."""
        mixed = self.norm(self.along(line).transpose(1, 2))
        out: torch.Tensor = line + self.narrow(functional.gelu(self.wide(mixed))).transpose(1, 2)
        return out


class SpanNet(nn.Module):
    """Prices [batch, INPUTS, columns] → ``scores`` [batch, places, classes] (logits) and ``spans`` [batch, places, 2]
    in columns, for the places of all maps, the finest first."""

    def __init__(self, classes: int, columns: int) -> None:
        super().__init__()
        self.columns = columns
        self.stem = nn.Conv1d(INPUTS, WIDTHS[0], 7, stride=2, padding=3)
        self.first = nn.Sequential(Mix(WIDTHS[0]), Mix(WIDTHS[0]))
        self.down = nn.ModuleList(
            nn.Sequential(nn.Conv1d(before, after, 2, stride=2), Mix(after), Mix(after))
            for before, after in itertools.pairwise(WIDTHS)
        )
        middle = WIDTHS[2]
        self.positions = nn.Parameter(torch.randn(1, columns // LEVELS[1], middle) * 0.02)
        layer = nn.TransformerEncoderLayer(middle, 4, 3 * middle, dropout=0.0, batch_first=True, norm_first=True)
        self.chart = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
        self.side = nn.ModuleList(nn.Conv1d(width, SIDE, 1) for width in WIDTHS[1:])
        self.smooth = nn.ModuleList(Mix(SIDE) for _ in LEVELS)
        self.norm = nn.LayerNorm(SIDE)
        naming = nn.Linear(2 * SIDE, classes)
        nn.init.constant_(naming.bias, math.log(RARE / (1 - RARE)))
        self.name = nn.Sequential(nn.Linear(SIDE, 2 * SIDE), nn.GELU(), naming)
        self.place = nn.Sequential(nn.Linear(SIDE, SIDE), nn.GELU(), nn.Linear(SIDE, 2))
        self.level = nn.Parameter(torch.zeros(len(LEVELS), SIDE))
        centres = torch.cat([torch.arange(columns // step) * float(step) + step / 2 for step in LEVELS])
        steps = torch.cat([torch.full((columns // step,), float(step)) for step in LEVELS])
        self.register_buffer("centres", centres, persistent=False)
        self.register_buffer("steps", steps, persistent=False)

    centres: torch.Tensor
    steps: torch.Tensor

    def forward(self, prices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """See the class."""
        line = self.first(self.stem(prices))
        maps = []
        for number, stage in enumerate(self.down):
            line = stage(line)
            if number == 1:
                line = self.chart(line.transpose(1, 2) + self.positions).transpose(1, 2)
            maps.append(line)
        above: torch.Tensor | None = None
        found = []
        for number in range(len(LEVELS) - 1, -1, -1):
            here = self.side[number](maps[number])
            if above is not None:
                here = here + functional.interpolate(above, scale_factor=2.0, mode="nearest")
            above = self.smooth[number](here)
            found.append(self.norm(above.transpose(1, 2)) + self.level[number])
        features = torch.cat(found[::-1], dim=1)
        ends = functional.softplus(self.place(features).float() + 1.0) * self.steps[:, None] * 2
        spans = torch.stack((self.centres - ends[..., 0], self.centres + ends[..., 1]), dim=2)
        return self.name(features).float(), spans.clamp(0, self.columns)


class MeanSpans(nn.Module):
    """Several networks of the same classes and columns as one: at each place the mean of their probabilities and spans.

    Networks that were trained apart err in different places.
    """

    def __init__(self, nets: Sequence[SpanNet]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, prices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As ``SpanNet``."""
        scores, spans = zip(*(net(prices) for net in self.nets), strict=True)
        chances = torch.stack([each.sigmoid() for each in scores]).mean(dim=0).clamp(SMALLEST, 1 - SMALLEST)
        return chances.log() - (1 - chances).log(), torch.stack(spans).mean(dim=0)


def last_of(spans: SpanNet | MeanSpans) -> SpanNet:
    """The network itself, or the last of several."""
    last = spans if isinstance(spans, SpanNet) else spans.nets[-1]
    assert isinstance(last, SpanNet)
    return last


def price_channels(high: torch.Tensor, low: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """What the network sees of ``high`` and ``low`` [batch, columns] (any unit, y downwards) where ``seen`` is 1.

    The range of all prices becomes 0 to 1, upwards; other columns are 0. Returns [batch, INPUTS, columns].
    """
    far = 1e6
    top = torch.where(seen > 0, high, torch.full_like(high, far)).amin(dim=1, keepdim=True)
    bottom = torch.where(seen > 0, low, torch.full_like(low, -far)).amax(dim=1, keepdim=True)
    size = (bottom - top).clamp(min=1e-6)
    middle = (bottom - (high + low) / 2) / size - 0.5
    half = (low - high) / 2 / size
    order = torch.cumsum(seen, dim=1)
    place = order / order[:, -1:].clamp(min=1) - 0.5
    return torch.stack((middle * 4 * seen, half * 8 * seen, seen, place * 2 * seen), dim=1)


def overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Intersection over union of spans [..., 2], which broadcast."""
    shared = (torch.minimum(one[..., 1], other[..., 1]) - torch.maximum(one[..., 0], other[..., 0])).clamp(min=0)
    length = one[..., 1] - one[..., 0] + other[..., 1] - other[..., 0]
    return shared / (length - shared).clamp(min=1e-6)


def span_loss(
    net: SpanNet, scores: torch.Tensor, spans: torch.Tensor, truth: Truth, weights: torch.Tensor
) -> dict[str, torch.Tensor]:
    """The losses of scores and spans against the patterns that are there, each class with its weight [classes]."""
    centres, steps = net.centres, net.steps
    start, stop = truth.spans[..., 0], truth.spans[..., 1]
    length, middle = stop - start, (start + stop) / 2
    reach = torch.tensor(REACH, device=scores.device)
    lowest = torch.cat((torch.zeros(1, device=scores.device), reach[:-1]))
    level = torch.tensor(LEVELS, device=scores.device)
    index = (steps[:, None] == level).float().argmax(dim=1)  # the map of each place
    upper, lower = reach[index] * SHARED, lowest[index] / SHARED
    distance = (centres[None, :, None] - middle[:, None]).abs()  # [batch, places, n]
    near = distance <= torch.maximum(MIDDLE * length[:, None], steps[None, :, None] * 0.75)
    fits = (length[:, None] >= lower[None, :, None]) & (length[:, None] < upper[None, :, None])
    own = near & fits & (truth.labels >= 0)[:, None]
    common = overlap(spans.detach()[:, :, None], truth.spans[:, None])  # [batch, places, n]
    worth = torch.where(truth.clear, 1.0, OVERLAPPED)[:, None]
    target = torch.zeros_like(scores)
    value = (common * worth * own).clamp(min=0)
    index_of = truth.labels.clamp(min=0)[:, None].expand_as(value)
    target = target.scatter_reduce(2, index_of, value, "amax")
    inside = (centres[None, :, None] >= start[:, None]) & (centres[None, :, None] <= stop[:, None])
    spared = (inside & (truth.labels == -2)[:, None]).any(dim=2, keepdim=True)
    error = (target - scores.sigmoid()).abs() ** 2
    losses = functional.binary_cross_entropy_with_logits(scores, target, reduction="none") * error * ~spared
    losses = torch.where(target > 0, weights * losses, losses)
    weight = value.amax(dim=2)
    number = own.any(dim=2).sum().clamp(min=1)
    naming = losses.sum() / number
    # A place answers for the clear pattern, and else for the one whose middle is nearest.
    rank = torch.where(own, distance / length[:, None].clamp(min=1) + 10.0 * ~truth.clear[:, None], torch.inf)
    chosen = truth.spans.gather(1, rank.argmin(dim=2)[..., None].expand(-1, -1, 2))
    placed = own.any(dim=2)
    placing = ((1 - overlap(spans, chosen)) * placed).sum() / number
    wrong = (spans - chosen).abs().sum(dim=2) / (chosen[..., 1] - chosen[..., 0]).clamp(min=1)
    placing = placing + 0.5 * (wrong * placed).sum() / number
    return {
        "loss": 2 * naming + placing,
        "naming_loss": naming,
        "placing_loss": placing,
        "overlap": weight.sum() / number,
    }


class SpansInTraining(nn.Module):
    """The network with its loss, as the Trainer wants it. ``shares`` are those of the classes among the patterns.

    Random markets are full of breakouts and flags and have few cups. Each class counts as much as every other one:
    what is common on a user's charts is not known.
    """

    weights: torch.Tensor

    def __init__(self, classes: int, columns: int, shares: Sequence[float] = ()) -> None:
        super().__init__()
        self.net = SpanNet(classes, columns)
        weights = 1 / (classes * torch.tensor(shares or [1 / classes] * classes)).clamp(*SHARES)
        self.register_buffer("weights", weights, persistent=False)

    def forward(
        self, prices: torch.Tensor, labels: torch.Tensor, spans: torch.Tensor, clear: torch.Tensor, **_: Any
    ) -> dict[str, torch.Tensor]:
        """``prices`` [batch, columns, 2] as read, NaN where there is none; the others as in ``Truth``."""
        seen = (~prices.isnan().any(dim=2)).float()
        high, low = prices.nan_to_num().unbind(dim=2)
        scores, found = self.net(price_channels(high, low, seen))
        return span_loss(self.net, scores, found, Truth(labels, spans, clear), self.weights)
