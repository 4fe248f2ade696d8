"""``metrics.json`` of a run: what training, export and each evaluation measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from cryptoai_common.percent import with_interval

FILE_NAME = "metrics.json"
FINDER = "finder"  # the key of the finder's evaluations, beside "evaluations" of the classifier
SAME = ("dataset", "split", "weights")  # an evaluation replaces the earlier one with the same three


def is_run(directory: Path) -> bool:
    """Whether a directory holds a finished run."""
    return (directory / FILE_NAME).is_file()


def read_results(directory: Path) -> dict[str, Any]:
    """What ``metrics.json`` holds: ``training``, ``evaluations``, after an export ``export``, and ``finder``,
    what was measured of the finder.

    Raises UserError if ``directory`` is not a finished run.
    """
    path = directory / FILE_NAME
    try:
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{directory} is not a run: it has no {FILE_NAME}; make one with `trainer train`") from None
    except ValueError as error:
        raise UserError(f"{path} is damaged ({error}); train the run again") from None
    return results


def accuracy_text(entry: dict[str, Any]) -> str:
    """The accuracy of an evaluation with its 95 % interval."""
    return with_interval(entry["accuracy"], entry["accuracy_interval"])


def write_results(directory: Path, results: dict[str, Any]) -> None:
    """Write ``metrics.json``, atomically."""
    write_json(directory / FILE_NAME, results)


def record_evaluation(directory: Path, entry: dict[str, Any], key: str = "evaluations") -> None:
    """Add one evaluation to a run; it replaces an earlier one of the same weights on the same split."""
    results = read_results(directory)
    others = [old for old in results.get(key, []) if any(old[name] != entry[name] for name in SAME)]
    write_results(directory, {**results, key: [*others, entry]})
