"""The dataset card, ``README.md``: YAML for the Hub and the library ``datasets``, and text for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cryptoai_common.dataset import NONE, SCREENSHOTS, UNLABELLED, UNSEEN
from cryptoai_common.files import atomic
from dataset_builder.config import HASH_MARK
from dataset_builder.storage.schema import card_features

TEXT = """# {name}: synthetic crypto chart patterns

{charts} charts of {size}×{size} pixels in {classes} classes, drawn by `dataset_builder` {version} from seed {seed}.
{source}
Every label is confirmed by a check that reads only the finished candles.

```python
from datasets import load_dataset
dataset = load_dataset("{name}")  # this directory, or its name on the Hub
```

Fingerprint of pictures and metadata: `{fingerprint}`

## Splits

| split | charts | styles |
|---|---|---|
{splits}

## Classes

| id | class | charts | draws a chart | commonest reason to draw again |
|---|---|---|---|---|
{rows}

Each row of the metadata carries, beside the label: seed and index, style and every setting of the chart's look, stage
of the pattern, where its candles are from, its pivots and bounding box, the pane that shows the price, each candle's
centre, high and low in pixels, and the OHLCV prices.
"""
SIMULATED = "No market data is in it: prices are simulated."
REAL = """Candles of {files} are in it: charts whose `source` is such a file show stretches of them, and whoever
publishes the dataset publishes those too. All other prices are simulated."""
AUDIT_HEAD = "\n## Audit\n\nMeasured by `python -m dataset_builder audit`.\n\n"
STYLES = {
    UNSEEN: "kept out of all other splits",
    NONE: "as in train; no pattern was found, or none looked for",
    SCREENSHOTS: "as in train, and one in ten as in test_unseen_styles: whole screens with any number of patterns",
}


def write_card(directory: Path, name: str, manifest: dict[str, Any]) -> None:
    """Write ``README.md`` of a dataset that ``load_dataset`` finds under ``name``."""
    with atomic(directory / "README.md") as file:
        file.write(card_text(name, manifest))


def card_text(name: str, manifest: dict[str, Any]) -> str:
    """The text of a card: YAML, then tables. ``name`` is what ``load_dataset`` takes."""
    classes = tuple(manifest["classes"])
    text = TEXT.format(
        name=name,
        charts=sum(split["charts"] for split in manifest["splits"].values()),
        source=_source(manifest),
        size=manifest["image_size"],
        classes=len(classes),
        version=manifest["generator_version"],
        seed=manifest["config"]["seed"],
        fingerprint=manifest["fingerprint"],
        splits="\n".join(_split_rows(manifest)),
        rows="\n".join(_class_rows(classes, manifest)),
    )
    return f"---\n{_yaml(_front_matter(name, classes, manifest))}---\n\n{text}"


def audit_section(directory: Path) -> str:
    """The section that ``put_audit`` put at the end of a card; empty if the dataset was not audited."""
    _, head, table = (directory / "README.md").read_text(encoding="utf-8").partition(AUDIT_HEAD)
    return head + table


def put_audit(directory: Path, table: str) -> None:
    """Put the audit's table at the end of the card, in place of an earlier one."""
    path = directory / "README.md"
    card = path.read_text(encoding="utf-8").split(AUDIT_HEAD)[0].rstrip()
    with atomic(path) as file:
        file.write(f"{card}\n{AUDIT_HEAD}{table}\n")


def _front_matter(name: str, classes: tuple[str, ...], manifest: dict[str, Any]) -> dict[str, Any]:
    """The metadata of the card, in the fields that the Hub and ``datasets`` define."""
    parquet = manifest["config"]["format"] == "parquet"
    charts = sum(split["charts"] for split in manifest["splits"].values())
    paths = {split: f"data/{split}-0*.parquet" if parquet else f"{split}/**" for split in manifest["splits"]}
    files = [{"split": split, "path": path} for split, path in paths.items()]
    # Charts without a label are configurations of their own: load_dataset(name, "none").
    configs = {"default": [part for part in files if part["split"] not in UNLABELLED]}
    configs |= {split: [part for part in files if part["split"] == split] for split in UNLABELLED}
    configs = {config: parts for config, parts in configs.items() if parts}
    # `datasets` identifies a directory in its cache by its last name and these configurations, not by its files.
    # Without the fingerprint it would return the charts of an earlier dataset in the same directory.
    same = {"description": f"fingerprint {manifest['fingerprint']}", "features": card_features(classes)}
    return {
        "pretty_name": f"Synthetic crypto chart patterns ({name})",
        "license": "other" if _files(manifest) else "cc0-1.0",  # files of candles may be somebody's
        "task_categories": ["image-classification"],
        "tags": ["finance", "crypto", "chart-patterns", "synthetic"],
        "size_categories": [_size_category(charts)],
        # The features are here and not in dataset_info, which `datasets` ignores for a folder of pictures.
        "configs": [{"config_name": config, "data_files": parts} | same for config, parts in configs.items()],
    }


def _files(manifest: dict[str, Any]) -> list[str]:
    """Names of the files of candles that patterns were found in; an earlier version's manifest lists none."""
    return [name.split(HASH_MARK)[0] for name in manifest["config"].get("ohlcv", [])]


def _source(manifest: dict[str, Any]) -> str:
    """Where the prices come from, in a sentence or two."""
    files = _files(manifest)
    return REAL.format(files=", ".join(f"`{name}`" for name in files)) if files else SIMULATED


def _yaml(front_matter: dict[str, Any]) -> str:
    class WithoutAliases(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True  # writes a value that occurs twice in full both times

    return yaml.dump(front_matter, Dumper=WithoutAliases, sort_keys=False)


def _size_category(charts: int) -> str:
    """The Hub's name for a dataset of that size."""
    bounds = (("n<1K", 1e3), ("1K<n<10K", 1e4), ("10K<n<100K", 1e5), ("100K<n<1M", 1e6), ("1M<n<10M", 1e7))
    return next((name for name, bound in bounds if charts < bound), "10M<n<100M")


def _split_rows(manifest: dict[str, Any]) -> Iterator[str]:
    for split, counts in manifest["splits"].items():
        yield f"| {split} | {counts['charts']} | {STYLES.get(split, 'all but the held-out ones')} |"


def _class_rows(classes: tuple[str, ...], manifest: dict[str, Any]) -> Iterator[str]:
    for id, name in enumerate(classes):
        charts = sum(split["classes"].get(name, 0) for split in manifest["splits"].values())
        reason = next(iter(manifest["rejections"].get(name, {})), "none")
        yield f"| {id} | {name} | {charts} | {manifest['draws'][name] / charts:.2f} | {reason} |"
