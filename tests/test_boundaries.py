"""Who may import whom: between the packages, and between the folders inside each.

The two packages share a directory on disk and ``cryptoai_common``. ``trainer.serve`` and ``trainer.scan`` are the
applications in which both stages meet: one module ``candles`` in each reads and draws the candles that it is given.
"""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import cryptoai_common
import dataset_builder
import trainer

ROOT = Path(__file__).parents[1]
PACKAGES = ("cryptoai_common", "dataset_builder", "trainer")
# Loading any module of the package must not load these.
FORBIDDEN = {
    "cryptoai_common": ("dataset_builder", "trainer", "torch", "transformers", "matplotlib", "PIL"),
    "dataset_builder": ("torch", "transformers", "trainer", "optimum"),
    "trainer": ("dataset_builder",),
}
APPLICATIONS = ("serve", "scan")  # folders of trainer, each with a command of its name
# From the bottom: a folder imports only those before it.
FLOORS = {
    "dataset_builder": (
        *("limits streams readers", "config", "market", "patterns drawing", "styles", "charts", "storage"),
        *("series", "audit"),
    ),
    "trainer": (
        "shipped",
        "config config_asking",
        "data",
        "models markets",
        "finder",
        "scoring runs figures",
        "export scan training",
        "serve",
        "site",
        "commands",
    ),
}
SHORTEST_COPY = 3  # statements of a function, nested ones too: shorter ones are alike by chance


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file names in an import, wherever it stands in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):  # `from package import module`
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.split(".")[0] in PACKAGES)


@pytest.mark.parametrize("package", [cryptoai_common, dataset_builder, trainer], ids=lambda package: package.__name__)
def test_packages_do_not_import_each_other(package):
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    applications = tuple(f"trainer.{place}{name}" for name in APPLICATIONS for place in ("", "commands."))
    names = [name for name in names if not name.endswith("__main__") and not name.startswith(applications)]
    forbidden = FORBIDDEN[package.__name__]
    program = f"import sys, {', '.join(names)}\nprint(*[name for name in {forbidden} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_each_application_imports_the_builder_in_one_module():
    sources = (ROOT / "trainer").rglob("*.py")
    found = {p.relative_to(ROOT) for p in sources if any(name.startswith("dataset_builder") for name in imports(p))}
    assert found == {Path("trainer", name, "candles.py") for name in APPLICATIONS}


@pytest.mark.parametrize("package", FLOORS)
def test_no_folder_imports_one_above_it(package):
    floor = {name: number for number, names in enumerate(FLOORS[package]) for name in names.split()}
    inside = [p for p in (ROOT / package).rglob("*.py") if p.name != "__main__.py"]
    assert {p.relative_to(ROOT / package).with_suffix("").parts[0] for p in inside} - {"__init__"} == set(floor)
    for path in inside:
        own = path.relative_to(ROOT / package).with_suffix("").parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == package and len(parts) > 1 and parts[1] in floor and own in floor and parts[1] != own:
                assert floor[parts[1]] < floor[own], f"{path} imports {name}"


def test_no_import_goes_in_a_circle():
    files = {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in modules()}
    arrows = {name: {found for found in imports(path) if found in files} - {name} for name, path in files.items()}
    while leaves := [name for name, targets in arrows.items() if not targets]:
        arrows = {name: targets - set(leaves) for name, targets in arrows.items() if name not in leaves}
    assert arrows == {}


def test_what_is_shared_is_defined_once():
    """No public function or class of the shared package is defined again at the top of another module."""
    shared = {
        node.name
        for path in modules()
        if is_shared(path)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    }
    again = [
        f"{path.name}: {node.name}"
        for path in modules()
        if not is_shared(path)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in shared
    ]
    assert again == ["manifest.py: read_manifest"]  # the trainer's view of it


def test_no_function_stands_in_two_packages():
    """Nor does a copy of one in which the function, its parameters or its variables are called something else."""
    bodies = defaultdict(set)
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (body := without_names(node)):
                bodies[body].add((path.relative_to(ROOT).parts[0], node.name))
    copies = [places for places in bodies.values() if len({package for package, _ in places}) > 1]
    assert copies == []


def test_constants_that_are_shared_are_written_once():
    """File names, sentences and lists that the shared package gives a name stand nowhere else as literals."""
    shared = {ast.dump(value) for path in modules() if is_shared(path) for value in constants(path)}
    again = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in modules()
        if not is_shared(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Constant, ast.Tuple)) and ast.dump(node) in shared
    ]
    assert {ast.dump(ast.Constant(name)) for name in ("manifest.json", "hub.json", ".partial")} < shared
    assert again == []


def is_shared(path: Path) -> bool:
    return path.relative_to(ROOT).parts[0] == "cryptoai_common"


def constants(path: Path) -> Iterator[ast.expr]:
    """The texts and tuples that a module gives a name, but single words, which mean other things elsewhere."""
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.Assign(value=ast.Tuple() as value):
                yield value
            case ast.Assign(value=ast.Constant(value=str(text)) as value) if not text.isalpha():
                yield value


def without_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """What a function does, with its own names numbered; empty if that is so short that it is alike by chance."""
    body = [part for part in function.body if not isinstance(getattr(part, "value", None), ast.Constant)]
    nodes = [node for part in (function.args, *body) for node in ast.walk(part)]
    if sum(isinstance(node, ast.stmt) for node in nodes) < SHORTEST_COPY:
        return ""
    own: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)):
            own.setdefault(node.arg if isinstance(node, ast.arg) else node.id, f"name {len(own)}")
    for node in nodes:
        if isinstance(node, ast.Name):
            node.id = own.get(node.id, node.id)
    return ";".join(map(ast.dump, body))
