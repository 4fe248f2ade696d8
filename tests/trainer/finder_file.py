"""Small files of the same form as finder and reader that ``export`` writes, for tests of what uses them."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
from onnx import parser

# One box around all pixels that differ from the first one by 40 levels or more, of the first class; none on a blank
# picture, or if its probability is below the threshold. Far numbers keep the extremes defined on a blank picture.
GRAPH = """
<ir_version: 9, opset_import: ["": 18]>
finder (uint8[1, height, width, 3] input, float threshold = {THRESHOLD})
    => (float[found, 4] boxes, int64[found] labels, float[found] probabilities)
<int64[1] zero = {0}, int64[1] one = {1}, int64[2] corner = {0, 0}, int64[2] end = {1, 1}, int64[2] sides = {1, 2},
 int64[2] flat = {0, 3}, float ink = {40.0}, int64[2] across_down = {1, 0}, int64[2,1] far = {-99999, -99999},
 int64[1] two = {2}, float[1] score = {PROBABILITY}, int64[1] name = {0}>
{
    pixels = Cast <to = 1> (input)
    first = Slice (pixels, corner, end, sides)
    difference = Sub (pixels, first)
    distance = Abs (difference)
    grey = ReduceMax <keepdims = 0> (distance, flat)
    drawn = GreaterOrEqual (grey, ink)
    places = NonZero (drawn)
    padded = Concat <axis = 1> (places, far)
    last = ReduceMax <keepdims = 0> (padded, one)
    turned = Neg (places)
    turned_padded = Concat <axis = 1> (turned, far)
    turned_start = ReduceMax <keepdims = 0> (turned_padded, one)
    start = Neg (turned_start)
    stop = Add (last, one)
    left_top = Gather (start, across_down)
    right_bottom = Gather (stop, across_down)
    edges = Concat <axis = 0> (left_top, right_bottom)
    edges_float = Cast <to = 1> (edges)
    row = Unsqueeze (edges_float, zero)
    size = Shape (places)
    count = Slice (size, one, two)
    any = Greater (count, zero)
    sure = GreaterOrEqual (score, threshold)
    both = And (any, sure)
    number = Cast <to = 7> (both)
    boxes = Slice (row, zero, number)
    labels = Slice (name, zero, number)
    probabilities = Slice (score, zero, number)
}
"""

# In each column the highest and lowest of these pixels; columns without one are left out.
READER_GRAPH = """
<ir_version: 9, opset_import: ["": 18]>
reader (uint8[1, height, width, 3] input) => (float[columns] x, float[columns] high, float[columns] low)
<int64[1] zero = {0}, int64[1] one = {1}, int64[2] corner = {0, 0}, int64[2] end = {1, 1}, int64[2] sides = {1, 2},
 int64[2] flat = {0, 3}, float ink = {40.0}, float start = {0.0}, float step = {1.0}, float far = {99999.0},
 float minus = {-1.0}>
{
    pixels = Cast <to = 1> (input)
    first = Slice (pixels, corner, end, sides)
    difference = Sub (pixels, first)
    distance = Abs (difference)
    grey = ReduceMax <keepdims = 0> (distance, flat)
    drawn = GreaterOrEqual (grey, ink)
    size = Shape <start = 0, end = 1> (grey)
    height_float = Cast <to = 1> (size)
    height_number = Squeeze (height_float, zero)
    rows = Range (start, height_number, step)
    column = Unsqueeze (rows, one)
    highest = Where (drawn, column, far)
    lowest = Where (drawn, column, minus)
    all_high = ReduceMin <keepdims = 0> (highest, zero)
    all_low = ReduceMax <keepdims = 0> (lowest, zero)
    seen = GreaterOrEqual (all_low, start)
    places = NonZero (seen)
    index = Squeeze (places, zero)
    x = Cast <to = 1> (index)
    high = Gather (all_high, index)
    low = Gather (all_low, index)
}
"""


def write_finder(file: Path, classes: tuple[str, ...], probability: float = 0.9, threshold: float = 0.5) -> Path:
    """Write the file, whose input ``threshold`` may be left out; returns it."""
    text = GRAPH.replace("THRESHOLD", str(threshold)).replace("PROBABILITY", str(probability))
    model = parser.parse_model(text)
    stored = {"classes": json.dumps(classes), "threshold": repr(threshold), "model_version": "0.0.0+test"}
    onnx.helper.set_model_props(model, stored | {"dataset_fingerprint": "none"})
    onnx.checker.check_model(model)
    onnx.save(model, file)
    return file


def write_reader(file: Path) -> Path:
    """Write the file; returns it."""
    model = parser.parse_model(READER_GRAPH)
    onnx.checker.check_model(model)
    onnx.save(model, file)
    return file
