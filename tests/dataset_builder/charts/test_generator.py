"""The API: one documented method a class, and the same pictures from the same seed."""

import ast
import inspect
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cryptoai_common.errors import UserError
from dataset_builder import ChartPatternGenerator, patterns
from dataset_builder.charts import generator
from dataset_builder.charts.sample import draw_sample
from dataset_builder.patterns import CLASSES, PATTERNS

PUBLISHED = 10  # classes; one in a new file need not be written out
METHODS = [f"generate_{name}" for name in CLASSES]


def written_methods() -> list[str]:
    """What an editor sees in the source of the class."""
    (found,) = (node for node in ast.parse(inspect.getsource(generator)).body if isinstance(node, ast.ClassDef))
    return [node.name for node in found.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def test_the_source_has_the_methods_of_the_published_classes_in_their_order_and_no_others():
    first, *written = written_methods()
    assert first == "generate_pattern"
    assert len(written) >= PUBLISHED and written == METHODS[: len(written)]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_a_method_draws_its_class_and_says_so(pattern):
    method = getattr(ChartPatternGenerator, f"generate_{pattern.name}")
    assert method.__doc__
    assert method.__name__ == f"generate_{pattern.name}"
    drawn = method(ChartPatternGenerator((64, 64), seed=3))
    assert drawn.tobytes() == draw_sample(3, pattern.name, 0, 64).image.tobytes()
    assert (drawn.mode, drawn.size) == ("RGB", (64, 64))


def test_a_class_in_a_new_file_gets_a_documented_method():
    """In another process: the class is added before the API is imported, as a file in ``patterns`` would be."""
    program = """
from dataclasses import replace
from dataset_builder import patterns
patterns.PATTERNS += (replace(patterns.BY_NAME["double_top"], id=10, name="eleventh"),)
from dataset_builder import ChartPatternGenerator
from dataset_builder.charts import generator
drawn = []
generator.ChartPatternGenerator.generate_pattern = lambda self, name: drawn.append(name)
ChartPatternGenerator().generate_eleventh()
print(drawn, ChartPatternGenerator.generate_eleventh.__doc__, ChartPatternGenerator.generate_eleventh.__name__)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "['eleventh'] The next chart of class ``eleventh``. generate_eleventh", done.stderr


@given(some.integers(0, 2**32), some.lists(some.sampled_from(CLASSES), min_size=1, max_size=4))
@settings(max_examples=15)
def test_pictures_of_a_class_depend_on_the_seed_and_on_how_many_of_it_came_before(seed, names):
    mixed, apart = ChartPatternGenerator((32, 32), seed), ChartPatternGenerator((32, 32), seed)
    drawn = [(name, mixed.generate_pattern(name).tobytes()) for name in names]
    for name in set(names):
        expected = [apart.generate_pattern(patterns.BY_NAME[name].id).tobytes() for _ in range(names.count(name))]
        assert [picture for other, picture in drawn if other == name] == expected


def test_pictures_of_one_class_differ():
    ours = ChartPatternGenerator((64, 64), seed=1)
    first, second = np.asarray(ours.generate_breakout()), np.asarray(ours.generate_breakout())
    assert (first != second).any()


@pytest.mark.parametrize("size", [(31, 31), (1025, 1025), (64, 65)])
def test_a_size_that_no_chart_has_is_refused(size):
    with pytest.raises(UserError, match=f"not {size[0]}x{size[1]}"):
        ChartPatternGenerator(size)


@pytest.mark.parametrize("size", [32, 1024])
def test_the_smallest_and_the_largest_size_are_taken(size):
    assert ChartPatternGenerator((size, size)).size == size


def test_an_unknown_class_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match="did you mean 'double_top'"):
        ChartPatternGenerator().generate_pattern("double_tops")
    with pytest.raises(UserError, match="unknown pattern '10'"):
        ChartPatternGenerator().generate_pattern(10)
