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


# One span over all columns that show a price, and one over their first half, each of one class.
PRICES_GRAPH = """
<ir_version: 9, opset_import: ["": 18]>
in_prices (float[1, COLUMNS, 2] prices) => (float[2, 2] spans, float[2, classes] scores)
<int64[1] zero = {0}, int64[1] one = {1}, float half = {0.5}, float[1] step = {1.0}, int64[2] across = {0, 2}>
{
    missing = IsNaN (prices)
    there = Not (missing)
    number = Cast <to = 1> (there)
    seen = ReduceMax <keepdims = 0> (number, across)
    places = NonZero (seen)
    row = Cast <to = 1> (places)
    start = ReduceMin <keepdims = 0> (row, one)
    last = ReduceMax <keepdims = 0> (row, one)
    stop = Add (last, step)
    sum = Add (start, stop)
    middle = Mul (sum, half)
    bounds = Concat <axis = 0> (start, stop, start, middle)
    shape = Constant <value = int64[2] {2, 2}> ()
    spans = Reshape (bounds, shape)
    scores = Constant <value = float[2, CLASSES] {SCORES}> ()
}
"""


def write_price_finder(
    file: Path, classes: tuple[str, ...], whole: str, first_half: str, score: float = 0.9, columns: int = 512
) -> Path:
    """Write the file: the class of the span over all prices, and of the one over their first half; returns it."""
    rows = [[score if name == each else 0.0 for name in classes] for each in (whole, first_half)]
    numbers = ", ".join(map(str, rows[0] + rows[1]))
    text = PRICES_GRAPH.replace("CLASSES", str(len(classes))).replace("SCORES", numbers)
    text = text.replace("COLUMNS", str(columns))
    model = parser.parse_model(text)
    stored = {"classes": json.dumps(classes), "threshold": "0.0", "model_version": "0.0.0+test"}
    onnx.helper.set_model_props(model, stored | {"dataset_fingerprint": "none"})
    onnx.checker.check_model(model)
    onnx.save(model, file)
    return file
