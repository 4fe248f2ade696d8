"""What the source imports is what pyproject.toml declares: in the core, or in the extra that a command names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import dataset_builder.__main__ as builder
import trainer.__main__ as trainer
from cryptoai_common.errors import UserError
from cryptoai_common.extras import EXTRA_OF, extras_named

ROOT = Path(__file__).parents[1]
OURS = ("cryptoai_common", "dataset_builder", "trainer")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Commands that the core must carry, and the extra that each of the others needs as a whole.
CORE_COMMANDS = {
    "dataset_builder": ("build", "markets", "render", "merge", "verify", "diff"),
    "trainer": ("predict", "scan", "compare", "summary"),
}
EXTRA_COMMANDS = {
    "dataset_builder": {"audit": "audit", "push": "hub"},
    "trainer": {
        "train": "train",
        "train-finder": "train",
        "export-finder": "train",
        "export": "train",
        "evaluate": "train",
        "explain": "train",
        "baselines": "train",
        "fetch": "hub",
        "push": "hub",
        "push-space": "hub",
        "serve": "serve",
        "site": "train",
    },
}
COMMANDS = {
    "dataset_builder": {name: target for name, (_, target) in builder.COMMANDS.items()},
    "trainer": {name: target for name, (_, target) in trainer.COMMANDS.items()},
}
API = ("dataset_builder.charts.generator", "dataset_builder.charts.render", "trainer.serve.handler")
WITHOUT_EXTRAS = f"""
import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from cryptoai_common.extras import extras_named

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {tuple(EXTRA_OF)}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
with extras_named():
    import_module(sys.argv[1])
"""
BUILD_AND_TEST = "dev"  # the extra that no command needs


def normal(name: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(requirements: list[str]) -> set[str]:
    """The distributions that requirements name; those of ``cryptoai-vision[extra]`` in its place."""
    found = set()
    for requirement in requirements:
        name, extras = re.match(r"([\w.-]+)(?:\[([^]]*)\])?", requirement).groups()
        if normal(name) == normal(PROJECT["name"]):
            for extra in extras.split(","):
                found |= distributions(PROJECT["optional-dependencies"][extra.strip()])
        else:
            found.add(normal(name))
    return found


CORE = distributions(PROJECT["dependencies"])
EXTRAS = {name: distributions(required) for name, required in PROJECT["optional-dependencies"].items()}
PROVIDERS = {package: {normal(name) for name in names} for package, names in packages_distributions().items()}


def providers(package: str) -> set[str]:
    """The distributions that an imported package may come from."""
    return PROVIDERS.get(package, {normal(package)})


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imported(node: ast.AST, everywhere: bool) -> Iterator[str]:
    """Dotted names that a file imports: when it is loaded, or anywhere in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.module or ""
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif everywhere or not (is_for_types(child) or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))):
            yield from imported(child, everywhere)


def third_party(names: set[str]) -> set[str]:
    roots = {name.split(".")[0] for name in names}
    return roots - set(OURS) - set(sys.stdlib_module_names)


def source_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def loads(module: str) -> set[str]:
    """The packages of others that importing a module of ours imports, through all that it imports of ours."""
    packages, waiting, seen = set(), {module}, set()
    while waiting:
        current = waiting.pop()
        seen.add(current)
        names = set(imported(ast.parse(source_of(current).read_text()), everywhere=False))
        packages |= third_party(names)
        parents = {".".join(current.split(".")[:depth]) for depth in range(1, current.count(".") + 1)}
        waiting |= {name for name in names | parents if name.split(".")[0] in OURS and source_of(name)} - seen
    return packages


def undeclared(packages: set[str], declared: set[str]) -> set[str]:
    return {package for package in packages if not providers(package) & declared}


def test_every_import_is_declared():
    declared = CORE.union(*(names for extra, names in EXTRAS.items() if extra != BUILD_AND_TEST))
    for path in sorted(file for package in OURS for file in (ROOT / package).rglob("*.py")):
        names = set(imported(ast.parse(path.read_text()), everywhere=True))
        assert undeclared(third_party(names), declared) == set(), path


def test_every_import_of_tests_and_benchmarks_is_declared():
    declared = CORE.union(*EXTRAS.values())
    helpers = {"benchmarks", *(path.stem for path in (ROOT / "tests").rglob("*.py"))}
    for path in sorted(file for folder in ("tests", "benchmarks") for file in (ROOT / folder).rglob("*.py")):
        names = set(imported(ast.parse(path.read_text()), everywhere=True))
        assert undeclared(third_party(names) - helpers, declared) == set(), path


def test_every_command_is_named_here():
    for package, commands in COMMANDS.items():
        assert {*CORE_COMMANDS[package], *EXTRA_COMMANDS[package]} == set(commands)


@pytest.mark.parametrize("package, command", [(p, c) for p, names in CORE_COMMANDS.items() for c in names])
def test_the_core_is_enough_for(package, command):
    module = COMMANDS[package][command].split(":")[0]
    assert undeclared(loads(f"{package}.__main__") | loads(module), CORE) == set()


@pytest.mark.parametrize("module", API)
def test_the_core_is_enough_to_import(module):
    assert undeclared(loads(module), CORE) == set()


@pytest.mark.parametrize("package, command", [(p, c) for p, names in EXTRA_COMMANDS.items() for c in names])
def test_a_command_needs_one_extra_as_a_whole(package, command):
    """Installing what the first refusal names must not lead to a second one."""
    extra = EXTRA_COMMANDS[package][command]
    module = COMMANDS[package][command].split(":")[0]
    assert undeclared(loads(f"{package}.__main__") | loads(module), CORE | EXTRAS[extra]) == set()
    done = subprocess.run([sys.executable, "-c", WITHOUT_EXTRAS, module], capture_output=True, text=True)
    if undeclared(loads(module), CORE):
        assert done.stderr.strip().endswith(f"pip install 'cryptoai-vision[{extra}]'"), done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_each_package_is_named_with_the_smallest_extra_that_installs_it():
    for package, extra in EXTRA_OF.items():
        having = [name for name in EXTRAS if name != BUILD_AND_TEST and providers(package) & EXTRAS[name]]
        assert extra == min(having, key=lambda name: len(EXTRAS[name])), f"{package}: {having}"
        assert not providers(package) & CORE, f"{package} is in the core"
    everything = set().union(*(names for extra, names in EXTRAS.items() if extra != BUILD_AND_TEST))
    used = {
        package
        for folder in OURS
        for path in (ROOT / folder).rglob("*.py")
        for package in third_party(set(imported(ast.parse(path.read_text()), everywhere=True)))
    }
    assert {package for package in used if providers(package) & everything - CORE} <= set(EXTRA_OF)


def test_the_core_has_neither_torch_nor_the_training_libraries():
    assert not CORE & {"torch", "transformers", "datasets", "accelerate", "evaluate", "optimum", "scikit-learn"}


def test_a_missing_extra_is_named_and_other_missing_modules_are_not():
    with pytest.raises(UserError, match=r"needs torch, .*: pip install 'cryptoai-vision\[train\]'"), extras_named():
        raise ModuleNotFoundError("No module named 'torch.nn'", name="torch.nn")
    with pytest.raises(ModuleNotFoundError, match=r"trainer\.nothing"), extras_named():
        import trainer.nothing  # noqa: F401
