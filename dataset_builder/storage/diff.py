"""How two finished datasets differ, by their manifests and rows. ``verify`` checks whether those match the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cryptoai_common.dataset import read_manifest
from cryptoai_common.errors import CheckFailed
from dataset_builder.config import DiffConfig
from dataset_builder.storage.diff_charts import chart_lines

Line = tuple[str, object, object]  # what differs, and its value in either dataset; None: it has none


class Differ(CheckFailed):
    """The datasets are not the same. This is no mistake; the exit code is 1, as that of the program diff."""


def diff(config: DiffConfig) -> None:
    """Print a table of every difference. Raises Differ if there is one, UserError for what is no dataset."""
    directories = (config.first, config.second)
    first, second = read_manifest(config.first), read_manifest(config.second)
    lines = list(_manifest_lines(first, second))
    if first["fingerprint"] != second["fingerprint"]:  # equal fingerprints mean equal rows
        charts = chart_lines(directories, (first, second))
    elif not lines:
        print(f"{config.first} and {config.second} are the same, fingerprint {first['fingerprint']}")
        return
    else:
        charts = [("all the same", sum(split["charts"] for split in first["splits"].values()), "")]
    fingerprints = ("fingerprint", first["fingerprint"][:12], second["fingerprint"][:12])
    print(_table([("", *directories), fingerprints, *lines]))
    print(_table([("charts", "", ""), *((f"  {name}", number, ids) for name, number, ids in charts)]))
    raise Differ(f"{config.first} and {config.second} differ")


def _manifest_lines(first: dict[str, Any], second: dict[str, Any]) -> Iterator[Line]:
    """The differences between two manifests."""
    yield from _differing("", {"generator": first["generator_version"]}, {"generator": second["generator_version"]})
    yield from _differing("", first["config"], second["config"])
    yield from _differing("version of ", first["versions"], second["versions"])
    yield from _differing("class ", dict(enumerate(first["classes"])), dict(enumerate(second["classes"])))
    for split in dict.fromkeys([*first["splits"], *second["splits"]]):
        yield from _split_lines(split, *(manifest["splits"].get(split) for manifest in (first, second)))


def _split_lines(split: str, first: dict[str, Any] | None, second: dict[str, Any] | None) -> Iterator[Line]:
    """Differences in the number of charts of a split and of its classes; one line if all classes differ alike."""
    if not first or not second:
        yield f"split {split}", first and first["charts"], second and second["charts"]
        return
    yield from _differing("charts in ", {split: first["charts"]}, {split: second["charts"]})
    classes = list(_differing(f"  {split}, ", first["classes"], second["classes"]))
    if len(classes) > 1 and len({line[1:] for line in classes}) == 1:
        classes = [(f"  {split}, each of {len(classes)} classes", *classes[0][1:])]
    yield from classes


def _differing(prefix: str, first: Mapping[Any, Any], second: Mapping[Any, Any]) -> Iterator[Line]:
    """A line for every key whose values differ."""
    for key in dict.fromkeys([*first, *second]):
        if first.get(key) != second.get(key):
            yield f"{prefix}{key}", first.get(key), second.get(key)


def _table(lines: list[Line]) -> str:
    """Three columns as wide as they need to be."""
    words = [[name, *("–" if value is None else str(value) for value in values)] for name, *values in lines]
    widths = [max(map(len, column)) for column in zip(*words, strict=True)]
    padded = ("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in words)
    return "\n".join(padded)
