"""The files that people and services read beside the code agree with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import dataset_builder

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SUPPORTED = ["3.11", "3.12", "3.13"]


def test_the_changelog_tells_of_every_version_that_is_named_first_the_newest():
    versions = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert {PROJECT["version"], dataset_builder.__version__, "0.9.0", "0.10.0", "0.11.0"} <= set(versions)
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def test_what_to_cite_is_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (cited["version"], cited["license"]) == (PROJECT["version"], PROJECT["license"])
    assert f"## {cited['version']} - {cited['date-released']}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_workflow_runs_what_continuous_integration_runs():
    (job,) = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == SUPPORTED
    assert PROJECT["requires-python"] == f">={SUPPORTED[0]}"
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    called = re.findall(r"make ([a-z-]+)", commands)
    assert called == re.findall(r"make ([a-z-]+)", (ROOT / ".ci/run").read_text())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(called) <= targets


def test_templates_and_hooks_can_be_read():
    for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(path.read_text())
        assert form["name"] and form["description"]
        assert {field["type"] for field in form["body"]} <= {"textarea", "input"}
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    installed = {Path(hook["entry"].split()[0]).name for hook in repository["hooks"]}
    assert all(any(entry.startswith(name) for entry in PROJECT["optional-dependencies"]["dev"]) for name in installed)
