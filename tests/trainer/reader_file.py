"""A small file of the same form as the price reader that ``export`` writes, for tests of what uses one."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import parser

# The columns with pixels that differ from the first one by 40 levels or more, and the outermost of these in each.
GRAPH = """
<ir_version: 9, opset_import: ["": 18]>
reader (uint8[1, height, width, 3] input) => (float[columns] x, float[columns] high, float[columns] low)
<int64[2] corner = {0, 0}, int64[2] end = {1, 1}, int64[2] sides = {1, 2}, int64[1] second = {1},
 int64[1] channel = {3}, int64 zero = {0}, int64 one = {1}, int64[1] flat = {0},
 float ink = {40.0}, float far = {99999.0}>
{
    pixels = Cast <to = 1> (input)
    first = Slice (pixels, corner, end, sides)
    difference = Sub (pixels, first)
    distance = Abs (difference)
    channels = ReduceMax <keepdims = 0> (distance, channel)
    grey = Squeeze (channels, flat)
    drawn = GreaterOrEqual (grey, ink)
    size = Shape (grey)
    height = Gather (size, zero)
    rows = Range (zero, height, one)
    rows_float = Cast <to = 1> (rows)
    column = Unsqueeze (rows_float, second)
    upper = Where (drawn, column, far)
    nearest = Neg (far)
    lower = Where (drawn, column, nearest)
    tops = ReduceMin <keepdims = 0> (upper, flat)
    bottoms = ReduceMax <keepdims = 0> (lower, flat)
    seen = Less (tops, far)
    high = Compress (tops, seen)
    low = Compress (bottoms, seen)
    places = NonZero (seen)
    row = Squeeze (places, flat)
    x = Cast <to = 1> (row)
}
"""


def write_reader(file: Path) -> Path:
    """Write the file; returns it."""
    model = parser.parse_model(GRAPH)
    onnx.checker.check_model(model)
    onnx.save(model, file)
    return file
