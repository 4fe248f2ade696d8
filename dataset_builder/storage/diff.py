"""How two finished datasets differ. Says what their manifests and rows say; ``verify`` tells whether those are true."""

from __future__ import annotations

from collections.abc import Iterator

from cryptoai_common.dataset import read_manifest
from cryptoai_common.errors import CheckFailed
from dataset_builder.config import DiffConfig
from dataset_builder.storage.diff_charts import chart_lines

Line = tuple[str, object, object]  # what differs, in the first dataset, in the second; None: not there


class Differ(CheckFailed):
    """The datasets are not the same: no mistake, but what the exit code tells, as diff's does."""


def diff(config: DiffConfig) -> None:
    """Print a table of every difference. Raises Differ if there is one, UserError for what is no dataset."""
    directories = (config.first, config.second)
    first, second = (read_manifest(directory) for directory in directories)
    lines, charts = list(_manifest_lines(first, second)), []
    if first["fingerprint"] != second["fingerprint"]:  # equal ones cover the same rows: nothing to look for
        charts = chart_lines(directories, (first, second))
    elif not lines:
        print(f"{config.first} and {config.second} are the same, fingerprint {first['fingerprint']}")
        return
    else:
        charts = [("all the same", sum(split["charts"] for split in first["splits"].values()), "")]
    prints = (manifest["fingerprint"][:12] for manifest in (first, second))
    print(_table([("", *directories), ("fingerprint", *prints), *lines]))
    print(_table([("charts", "", ""), *((f"  {name}", *values) for name, *values in charts)]))
    raise Differ(f"{config.first} and {config.second} differ")


def _manifest_lines(first: dict, second: dict) -> Iterator[Line]:
    yield from _differing("", {"generator": first["generator_version"]}, {"generator": second["generator_version"]})
    yield from _differing("", first["config"], second["config"])
    yield from _differing("version of ", first["versions"], second["versions"])
    yield from _differing("class ", *(dict(enumerate(manifest["classes"])) for manifest in (first, second)))
    for split in dict.fromkeys([*first["splits"], *second["splits"]]):
        yield from _split_lines(split, *(manifest["splits"].get(split) for manifest in (first, second)))


def _split_lines(split: str, first: dict | None, second: dict | None) -> Iterator[Line]:
    """Charts of a split, and of its classes: one line for all that differ alike."""
    if not first or not second:
        yield f"split {split}", first and first["charts"], second and second["charts"]
        return
    yield from _differing("charts in ", {split: first["charts"]}, {split: second["charts"]})
    classes = list(_differing(f"  {split}, ", first["classes"], second["classes"]))
    if len(classes) > 1 and len({line[1:] for line in classes}) == 1:
        classes = [(f"  {split}, each of {len(classes)} classes", *classes[0][1:])]
    yield from classes


def _differing(prefix: str, first: dict, second: dict) -> Iterator[Line]:
    for key in dict.fromkeys([*first, *second]):
        if first.get(key) != second.get(key):
            yield f"{prefix}{key}", first.get(key), second.get(key)


def _table(lines: list[Line]) -> str:
    """Three columns as wide as they need to be."""
    words = [[name, *("–" if value is None else str(value) for value in values)] for name, *values in lines]
    widths = [max(map(len, column)) for column in zip(*words, strict=True)]
    padded = ("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in words)
    return "\n".join(padded)
