"""The audit: measures every chart, judges the dataset, and writes a table, ``audit.json`` and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from cryptoai_common import engine
from cryptoai_common.dataset import UNLABELLED, read_manifest
from cryptoai_common.errors import CheckFailed
from cryptoai_common.files import disk_errors, write_json
from dataset_builder.audit import candles, duplicates, leaks, pictures
from dataset_builder.audit.finding import Finding
from dataset_builder.audit.measure import Measures, Subject, batches, join, measure
from dataset_builder.config import AuditConfig
from dataset_builder.storage.card import put_audit

MIN_PRICE_HEIGHT = 0.4  # share of the picture's height that the price must fill, so that patterns can be read
MIN_PAGE_HEIGHT = 0.15  # the same of a page, of which the chart is a part: 34 of 224 pixels
MIN_CANDLE_WIDTH = 1.0  # pixels: a thinner candle cannot be told from its neighbours
# About how many charts the classifiers see. The interval of chance is then under one point wide; more charts would cost
# time and memory.
LEAK_CHARTS = 20_000


class FellShort(CheckFailed):
    """A measure of the dataset is out of its range."""


def audit(config: AuditConfig) -> None:
    """Measure a dataset, print the table and write everything into its directory ``audit``.

    Raises FellShort, after that, if a finding is out of its range, and UserError for a directory that is no dataset, a
    file of candles that cannot be read, or a disk that refuses.
    """
    directory, manifest = config.directory, read_manifest(config.directory)
    charts = measure_all(directory, manifest, config.workers)
    findings = judge(charts, manifest)
    statistics = candles.compare(directory, manifest, config.ohlcv)
    findings += candles.findings(statistics)
    table = _table(findings, statistics)
    print(table)
    output = directory / "audit"
    with disk_errors(output):
        output.mkdir(exist_ok=True)
        write_json(output / "audit.json", _summary(manifest, findings, statistics))
        pictures.draw_contact_sheets(directory, manifest, output)
        pictures.draw_nuisances(charts.rows, output / "nuisances.png")
        candles.draw(statistics, output / "candles.png")
        put_audit(directory, table)
    failed = [finding.name for finding in findings if not finding.passed]
    if failed:
        raise FellShort(f"{directory} falls short in {len(failed)} of {len(findings)} measures: {'; '.join(failed)}")


def measure_all(directory: Path, manifest: dict[str, Any], workers: int) -> Measures:
    """Measure every chart of every split in ``workers`` processes.

    About 500 bytes are kept of each chart, and more of the LEAK_CHARTS that the classifiers see.
    """
    charts = {split: counts["charts"] for split, counts in manifest["splits"].items()}
    labelled = sum(number for split, number in charts.items() if split not in UNLABELLED)
    subject, portions = Subject(directory, LEAK_CHARTS / max(labelled, 1)), []
    with tqdm(total=sum(charts.values()), unit="chart", desc="measuring") as progress:
        jobs = batches(directory, manifest)
        for portion in engine.run(measure, subject, jobs, workers, preload=["dataset_builder.audit.measure"]):
            portions.append(portion)
            progress.update(len(portion.ids))
    return join(portions)


def judge(charts: Measures, manifest: dict[str, Any]) -> list[Finding]:
    """The findings about the whole dataset: balance of the classes, content of the charts, leaks of the label."""
    return [*_balance(manifest), *_content(charts), *_leaks(charts)]


def _content(charts: Measures) -> Iterator[Finding]:
    mistakes, splits, ids = charts.mistakes, charts.splits, charts.ids
    yield Finding("labels that the checks refuse", len(mistakes), high=0, detail="; ".join(mistakes[:2]))
    yield duplicates.near_duplicates(splits, ids, charts.picture_hashes)
    yield duplicates.shared_prices(splits, ids, charts.price_hashes.tolist())
    yield Finding("smallest share of the height filled", float(charts.price_heights.min()), low=MIN_PRICE_HEIGHT)
    yield Finding("the same on pages", float(charts.page_heights.min()), low=MIN_PAGE_HEIGHT)
    yield Finding("narrowest candle, pixels", float(charts.candle_widths.min()), low=MIN_CANDLE_WIDTH)


def _leaks(charts: Measures) -> Iterator[Finding]:
    labels = np.array([row["label"] for row in charts.rows])
    yield leaks.field_leak(charts.rows)
    yield leaks.nuisance_leak(labels, leaks.nuisance_table(charts.rows))
    yield leaks.pixel_leak(labels, charts.blanks.astype(np.float32))


def _balance(manifest: dict[str, Any]) -> Iterator[Finding]:
    """Whether each split has as many charts of every class; one more of some is allowed."""
    for split, counts in manifest["splits"].items():
        if split not in UNLABELLED:
            numbers = [counts["classes"].get(name, 0) for name in manifest["classes"]]
            yield Finding(f"charts that classes of {split} differ by", max(numbers) - min(numbers), high=1)


def _table(findings: list[Finding], statistics: candles.Statistics) -> str:
    rows = ["| measure | value | must be | | |", "|---|---|---|---|---|", *(finding.row() for finding in findings)]
    return "\n".join(rows) + "\n\n" + candles.table(statistics)


def _summary(manifest: dict[str, Any], findings: list[Finding], statistics: candles.Statistics) -> dict[str, Any]:
    return {
        "fingerprint": manifest["fingerprint"],
        "passed": all(finding.passed for finding in findings),
        "findings": [vars(finding) | {"passed": finding.passed} for finding in findings],
        "candles": dict(statistics),
        "draws": manifest["draws"],
        "rejections": manifest["rejections"],
    }
