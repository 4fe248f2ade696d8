"""Which small faults would the tests let pass? ``make mutate``, or ``python tests/mutation/mutate.py MODULE...``.

One fault at a time is put into a module (another number, comparison, operator or branch), and the tests of that module
run on it; faults that no test notices are printed with file and line. Files stay as they are: the fault lives in a
forked process that imports the altered module. Tests that start processes of their own do not see it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The tests of each module that `make mutate` looks at: those that mirror it, and where others say what it must do.
MODULES = {
    "trainer/models/chart_reader.py": ("tests/trainer/models/test_chart_reader.py",),
    "trainer/scan/hits.py": ("tests/trainer/scan/test_hits.py",),
    "cryptoai_common/files.py": ("tests/cryptoai_common/test_files.py",),
    "cryptoai_common/dataset.py": ("tests/cryptoai_common/test_dataset.py",),
    "cryptoai_common/candles.py": ("tests/cryptoai_common/test_candles.py",),
    "cryptoai_common/ohlcv/holes.py": ("tests/cryptoai_common/ohlcv/test_holes.py",),
    "trainer/models/answer.py": ("tests/trainer/models/test_answer.py",),
    "trainer/models/session.py": ("tests/trainer/models/test_session.py",),
    "trainer/runs/results.py": ("tests/trainer/runs/test_results.py",),
    "trainer/scoring/metrics.py": ("tests/trainer/scoring/test_metrics.py",),
    "trainer/scoring/boxes.py": ("tests/trainer/scoring/test_boxes.py",),
    "trainer/finder/calibrate.py": ("tests/trainer/finder/test_calibrate.py",),
    "trainer/finder/columns.py": ("tests/trainer/finder/test_columns.py",),
    "trainer/finder/finder.py": ("tests/trainer/finder/test_finder.py",),
    "trainer/models/calibration.py": ("tests/trainer/models/test_calibration.py",),
    "dataset_builder/market/exchange.py": (
        "tests/dataset_builder/market/test_exchange.py",
        "tests/dataset_builder/market/test_prices.py",
        "tests/dataset_builder/market/test_statistics.py",
    ),
    "dataset_builder/patterns/cup_and_handle.py": (
        "tests/dataset_builder/patterns/test_thresholds.py",
        "tests/dataset_builder/test_patterns.py",
    ),
}
HEAVY = (
    "numpy",
    "hypothesis",
    "PIL.Image",
    "pytest",
    "scipy.stats",
    "torch",
    "transformers",
    "datasets",
)  # imported once
SECONDS = 300  # for the tests of one fault: one that makes them endless is noticed too
SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Pow: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}


def changed(node: ast.AST) -> ast.AST | None:
    """The node with a fault in it; None if there is none to put in."""
    other = copy.deepcopy(node)
    match other:
        case ast.Constant(value=bool()):
            other.value = not other.value
        case ast.Constant(value=int()):
            other.value += 1
        case ast.Constant(value=float()):
            other.value = other.value * 1.5 or 0.1
        case ast.Compare(ops=[op, *_]) if type(op) in SWAPPED:
            other.ops[0] = SWAPPED[type(op)]()
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPPED:
            other.op = SWAPPED[type(op)]()
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            other = other.operand
        case ast.Name(id=name) if name in NAMES:
            other.id = NAMES[name]
        case ast.Attribute(attr=name) if name in NAMES:
            other.attr = NAMES[name]
        case ast.If() | ast.IfExp() | ast.While():
            other.test = ast.UnaryOp(ast.Not(), other.test)
        case _:
            return None
    return other


def faults(source: str) -> Iterator[tuple[ast.Module, str]]:
    """Every altered module, with its line and what was changed to what. Type hints are left alone."""
    for path in list(_paths(ast.parse(source))):
        tree = ast.parse(source)
        *way, (field, place) = path
        parent = tree
        for name, index in way:
            parent = getattr(parent, name) if index is None else getattr(parent, name)[index]
        node = getattr(parent, field) if place is None else getattr(parent, field)[place]
        other = changed(node)
        if other is not None:
            said = f"{node.lineno}: {_short(node)} -> {_short(other)}"
            if place is None:
                setattr(parent, field, other)
            else:
                getattr(parent, field)[place] = other
            yield ast.fix_missing_locations(tree), said


def _paths(node: ast.AST, way: tuple = ()) -> Iterator[tuple]:
    """The way to every expression and statement below a node: fields, with places in those that are lists."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "keywords") and not isinstance(node, ast.Call):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST):
                here = (*way, (field, place))
                if isinstance(child, ast.expr | ast.stmt):
                    yield here
                yield from _paths(child, here)


def _short(node: ast.AST) -> str:
    line = ast.unparse(node).split("\n")[0]
    return line if len(line) <= 70 else line[:67] + "..."


class Altered(SourceFileLoader):
    """Loads one module from an altered tree in place of its file."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.module, self.file, self.tree = ".".join(path.relative_to(ROOT).with_suffix("").parts), path, tree
        super().__init__(self.module, str(path))

    def get_code(self, fullname: str):
        return compile(self.tree, self.file, "exec")

    def find_spec(self, name: str, path=None, target=None):
        return spec_from_file_location(name, self.file, loader=self) if name == self.module else None


def noticed(path: Path, tree: ast.Module, tests: tuple[str, ...], seconds: float = SECONDS) -> bool:
    """Whether the tests fail with the altered module, or don't end."""
    child = os.fork()
    if not child:
        _test(path, tree, tests)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _test(path: Path, tree: ast.Module, tests: tuple[str, ...]) -> None:
    """In a child: run the tests and end with pytest's exit code."""
    os.setpgid(0, 0)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1), os.dup2(silent, 2)
    sys.meta_path.insert(0, Altered(path, tree))
    import pytest

    os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=list(MODULES), help=f"of {', '.join(MODULES)}")
    parser.add_argument("--most", type=int, default=0, help="faults a module, drawn by chance; 0: all")
    parser.add_argument("--tests", nargs="+", help="the tests to run in place of those listed above")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in HEAVY:
        importlib.import_module(name)
    survived = 0
    for module in options.modules:
        tests = tuple(options.tests or MODULES[module])
        path = ROOT / module
        if noticed(path, ast.parse(path.read_text()), tests):
            print(f"{module}: its tests fail as it is")
            return 2
        found = list(faults(path.read_text()))
        chosen = random.Random(0).sample(found, options.most) if 0 < options.most < len(found) else found
        survivors = [said for tree, said in chosen if not noticed(path, tree, tests) and _tell(module, said)]
        survived += len(survivors)
        print(f"{module}: {len(survivors)} of {len(chosen)} faults survived", flush=True)
    return int(survived > 0)


def _tell(module: str, said: str) -> bool:
    print(f"  {module}:{said}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
