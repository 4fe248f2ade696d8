"""The finder's networks → one graph from a screenshot to boxes, labels and probabilities; and the reader's own graph.

    input uint8 [1, height, width, 3] → resize → price reader → span net → calibration → non-maximum suppression
    → boxes [n, 4] in pixels, labels [n], probabilities [n], the surest first

The threshold is an input with a default value, so that whoever asks may see less sure patterns too.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

import numpy as np
import onnx
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from torch import nn

from trainer.export.graph import Part, enclose, resized
from trainer.finder.calibrate import TINY
from trainer.finder.finder import MOST, SAME, Finder
from trainer.finder.sizes import COLUMNS, ROWS
from trainer.finder.span_net import SpanNet, price_channels
from trainer.models.finder import FINDS, READS, THRESHOLD
from trainer.models.pattern_model import INPUT
from trainer.models.price_finder import FINDS as SPANS
from trainer.models.price_finder import PRICES

OPSET = 18  # the first with Resize's antialias and axes
SMALL = 256  # values of a constant that stays in fp32: it may be a number, not a weight


class _Look(nn.Module):
    """Pixels [1, 3, ROWS, COLUMNS] → boxes [places, 4] in shares of the picture, and scores [places, classes]."""

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self.finder = finder

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = self.finder.look(self.finder.read(pixels))
        return found.boxes, found.scores


class _Read(nn.Module):
    """Pixels [1, 3, ROWS, COLUMNS] → high, low and seen, each [COLUMNS]."""

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self.finder = finder

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        read = self.finder.read(pixels)
        return read.high[0], read.low[0], read.seen[0]


class InPrices(nn.Module):
    """Highs and lows [1, COLUMNS, 2] in any unit, y downwards, NaN where there is none → spans [places, 2] in columns,
    and scores [places, classes]."""

    def __init__(self, net: SpanNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, prices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        missing = torch.isnan(prices)
        high, low = torch.where(missing, torch.zeros_like(prices), prices).unbind(dim=2)
        scores, spans = self.net(price_channels(high, low, (~missing[:, :, 0]).float()))
        return spans[0], scores[0].sigmoid()


def finder_graph(finder: Finder, slope: float, offset: float, threshold: float) -> ModelProto:
    """The graph of the finder in fp32. A probability is the logistic function of ``slope`` times a score's logit plus
    ``offset``; those below ``threshold`` are left out unless another one is given."""
    model = _traced(_Look(finder), ["places", "scores"])
    before, after = Part("picture"), Part("patterns")
    size = _pixels(before, model.graph.input[0].name)
    _choose(after, size, slope, offset)
    return _around(model, before, after, [(FINDS[0], TensorProto.FLOAT, ["found", 4]), *_lists()], threshold)


def reader_graph(finder: Finder) -> ModelProto:
    """The graph of the reader alone: a screenshot → the columns in which a price is seen, as pixels."""
    model = _traced(_Read(finder), ["shares_high", "shares_low", "seen"])
    before, after = Part("picture"), Part("prices")
    size = _pixels(before, model.graph.input[0].name)
    places = after.add("Squeeze", after.add("NonZero", "seen"), np.array([0]))
    wide, high = (after.add("Gather", size, np.array(side)) for side in (0, 1))
    middles = after.add("Add", after.add("Cast", places, to=TensorProto.FLOAT), np.array(0.5, np.float32))
    shares = after.add("Div", middles, np.array(COLUMNS, np.float32))
    after.add("Mul", shares, wide, output=READS[0])
    for name, output in (("shares_high", READS[1]), ("shares_low", READS[2])):
        after.add("Mul", after.add("Gather", name, places), high, output=output)
    return _around(model, before, after, [(name, TensorProto.FLOAT, ["columns"]) for name in READS], None)


def price_finder_graph(net: SpanNet) -> ModelProto:
    """The graph of the span network alone: the prices of COLUMNS columns → spans and scores of all places."""
    model = _traced(InPrices(net), list(SPANS), torch.zeros(1, COLUMNS, 2), PRICES)
    onnx.checker.check_model(model)
    return model


def with_small_weights(model: ModelProto) -> ModelProto:
    """The same graph with its weights stored in INT8, channel by channel, and what else it holds in half precision.

    onnxruntime makes fp32 of them when it loads them, and computes in fp32. In dynamic INT8 the probability of a
    pattern differed from the networks' by up to 0.21, and from browser to laptop by 0.19 (50 screenshots): a price that
    is read a row higher moves the whole answer.
    """
    made = ModelProto()
    made.CopyFrom(model)
    stored: list[TensorProto] = []
    nodes: list[NodeProto] = []
    for weight in made.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALL:
            stored.append(weight)
        elif values.ndim == 1 or min(values.shape) == 1:
            stored.append(numpy_helper.from_array(values.astype(np.float16), f"{weight.name}/half"))
            nodes.append(_cast(f"{weight.name}/half", weight.name))
        else:
            # A convolution has its outputs first, a matrix product last.
            others = tuple(range(1, values.ndim)) if values.ndim > 2 else (0,)
            scale = np.abs(values).max(axis=others, keepdims=True) / 127
            scale[scale == 0] = 1
            codes = np.rint(values / scale).astype(np.int8)
            stored.append(numpy_helper.from_array(codes, f"{weight.name}/int8"))
            stored.append(numpy_helper.from_array(scale.astype(np.float32), f"{weight.name}/scale"))
            nodes.append(_cast(f"{weight.name}/int8", f"{weight.name}/codes"))
            names = [f"{weight.name}/codes", f"{weight.name}/scale"]
            nodes.append(helper.make_node("Mul", names, [weight.name], name=f"{weight.name}/weights"))
    nodes += made.graph.node
    del made.graph.initializer[:], made.graph.node[:]
    made.graph.initializer.extend(stored)
    made.graph.node.extend(nodes)
    return made


def _cast(before: str, after: str) -> NodeProto:
    return helper.make_node("Cast", [before], [after], name=f"{before}/cast", to=TensorProto.FLOAT)


def _traced(
    network: nn.Module, outputs: list[str], example: torch.Tensor | None = None, takes: str = "pixels"
) -> ModelProto:
    """The graph of a network for one picture, or for what ``example`` is one of, its constants folded."""
    file = io.BytesIO()
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # its fused layer has no ONNX form
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's tracer, about sizes that never change
            torch.onnx.export(
                network.eval(),
                (torch.zeros(1, 3, ROWS, COLUMNS) if example is None else example,),
                file,  # type: ignore[arg-type]  # a file in memory is taken, as its documentation says
                input_names=[takes],
                output_names=outputs,
                opset_version=OPSET,
                dynamo=False,
            )
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    return onnx.load_from_string(file.getvalue())


def _pixels(part: Part, output: str) -> str:
    """Squeeze the screenshot as ``finder.squeeze`` does. Returns the name of its width and height, float [2]."""
    resized(part, (ROWS, COLUMNS), output)
    sides = part.add("Gather", part.add("Shape", INPUT), np.array([2, 1]))
    return part.add("Cast", sides, to=TensorProto.FLOAT)


def _choose(part: Part, size: str, slope: float, offset: float) -> None:
    """Calibrate, keep the surest of spans that overlap, and turn shares into pixels."""
    clipped = part.add("Clip", "scores", np.array(TINY, np.float32), np.array(1 - TINY, np.float32))
    odds = part.add("Div", clipped, part.add("Sub", np.array(1, np.float32), clipped))
    logits = part.add("Mul", part.add("Log", odds), np.array(slope, np.float32))
    chances = part.add("Sigmoid", part.add("Add", logits, np.array(offset, np.float32)))
    # A place without any price has the score 0, and stays without a probability.
    chances = part.add(
        "Where", part.add("Greater", "scores", np.array(1e-6, np.float32)), chances, np.array(0, np.float32)
    )
    surest = part.add("ReduceMax", chances, np.array([1]), keepdims=0)
    names = part.add("ArgMax", chances, axis=1, keepdims=0)
    # Spans as boxes of the same height: start, 0, stop, 1 (non-maximum suppression takes any two corners).
    start = part.add("Gather", "places", np.array([0]), axis=1)
    stop = part.add("Gather", "places", np.array([2]), axis=1)
    flat = part.add("Mul", start, np.array(0, np.float32))
    spans = part.add("Concat", start, flat, stop, part.add("Add", flat, np.array(1, np.float32)), axis=1)
    kept = part.add(
        "NonMaxSuppression",
        part.add("Unsqueeze", spans, np.array([0])),
        part.add("Unsqueeze", surest, np.array([0, 1])),
        np.array([MOST]),
        np.array([SAME], np.float32),
        part.add("Unsqueeze", THRESHOLD, np.array([0])),
    )
    chosen = part.add("Squeeze", part.add("Gather", kept, np.array([2]), axis=1), np.array([1]))
    sides = part.add("Concat", size, size, axis=0)
    part.add("Mul", part.add("Gather", "places", chosen), sides, output=FINDS[0])
    part.add("Gather", names, chosen, output=FINDS[1])
    part.add("Gather", surest, chosen, output=FINDS[2])


def _lists() -> list[tuple[str, int, list[str]]]:
    return [(FINDS[1], TensorProto.INT64, ["found"]), (FINDS[2], TensorProto.FLOAT, ["found"])]


def _around(
    model: ModelProto,
    before: Part,
    after: Part,
    outputs: Sequence[tuple[str, int, Sequence[str | int]]],
    threshold: float | None,
) -> ModelProto:
    """The network with what comes before and after it; with a threshold, that is an input with this default."""
    graph = model.graph
    enclose(model, before, after)
    graph.input.append(helper.make_tensor_value_info(INPUT, TensorProto.UINT8, [1, "height", "width", 3]))
    if threshold is not None:
        graph.input.append(helper.make_tensor_value_info(THRESHOLD, TensorProto.FLOAT, []))
        graph.initializer.append(numpy_helper.from_array(np.array(threshold, np.float32), THRESHOLD))
    graph.output.extend(helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in outputs)
    onnx.checker.check_model(model)
    return model
