"""The audit passes a good dataset, and finds each fault that is planted in one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cryptoai_common.dataset import read_manifest
from dataset_builder.audit import measure
from dataset_builder.audit.run import FellShort, audit, judge, measure_all
from dataset_builder.charts.sample import draw_look_again
from dataset_builder.config import AuditConfig, BuildConfig, VerifyConfig
from dataset_builder.storage.build import build
from dataset_builder.storage.verify import verify

LEAK_FROM_FIELDS, LEAK_FROM_PIXELS = "label from all nuisance fields", "label from pixels without price"


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("audit") / "charts"
    # by chance one small dataset in forty has a leak: that of seed 42
    return build(BuildConfig(directory, size=600, seed=1, unseen_styles=50, negatives=20))


@pytest.fixture
def charts(good, tmp_path) -> Path:
    """A copy that a test may harm."""
    return Path(shutil.copytree(good, tmp_path / "charts"))


def failed(directory: Path) -> set[str]:
    """The names of the findings that don't pass."""
    manifest = read_manifest(directory)
    findings = judge(measure_all(directory, manifest, workers=1), manifest)
    return {finding.name for finding in findings if not finding.passed}


def change_rows(directory: Path, split: str, change) -> None:
    path = directory / split / "metadata.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        change(row)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_good_dataset_passes_and_gets_its_table_and_pictures(charts, capsys):
    for _ in range(2):
        audit(AuditConfig(charts, workers=2))  # the second takes the first one's place
    table = capsys.readouterr().out
    assert "| labels that the checks refuse | 0 | ≤ 0 | ok |" in table
    assert table[: len(table) // 2].strip() in (charts / "README.md").read_text()
    pictures = {path.name for path in (charts / "audit").glob("*.png")}
    assert {"contact.png", "contact_breakout.png", "nuisances.png", "candles.png"} <= pictures
    assert json.loads((charts / "audit" / "audit.json").read_text())["passed"]
    assert (charts / "README.md").read_text().count("## Audit") == 1
    verify(VerifyConfig(charts))  # the audit alters nothing that is frozen


def test_a_dataset_that_falls_short_is_told_and_refused(charts, monkeypatch):
    manifest = json.loads((charts / "manifest.json").read_text())
    manifest["splits"]["train"]["classes"]["breakout"] -= 5
    (charts / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FellShort, match="charts that classes of train differ by") as error:
        audit(AuditConfig(charts, workers=2))
    assert error.value.exit_code == 1
    assert not json.loads((charts / "audit" / "audit.json").read_text())["passed"]


def test_a_wrong_label_is_found(charts):
    def relabel(row):
        row["label"] = "breakout" if row["id"] == "double_top-000000" else row["label"]

    change_rows(charts, "train", relabel)
    assert "labels that the checks refuse" in failed(charts)


def test_a_copied_picture_is_found(charts):
    source = next((charts / "train" / "breakout").glob("*.png"))
    target = next((charts / "test" / "double_top").glob("*.png"))
    shutil.copyfile(source, target)
    assert failed(charts) == {"near-duplicate pictures across splits"}


def test_a_copied_price_path_is_found(charts):
    rows = [json.loads(line) for line in (charts / "train" / "metadata.jsonl").read_text().splitlines()]
    stolen = next(row for row in rows if row["label"] == "breakout")["ohlcv"]

    def copy(row):
        if row["label"] == "breakout":
            row["ohlcv"] = stolen

    change_rows(charts, "validation", copy)
    assert "price paths in two splits" in failed(charts)


def test_a_colour_of_its_own_is_found(charts, monkeypatch):
    def tell(row):
        row["look"]["up"] = [1, 2, 3] if row["label"] == "cup_and_handle" else row["look"]["up"]

    for split in ("train", "validation", "test"):
        change_rows(charts, split, tell)
    monkeypatch.setattr(measure, "_look_again", draw_look_again)
    assert failed(charts) == {LEAK_FROM_FIELDS}


def test_a_caption_is_found(charts, monkeypatch):
    def with_caption(split, row, size):
        look = draw_look_again(split, row, size)
        return replace(look, watermark=True, seed=1) if row["label"] == "bullish_flag" else look

    monkeypatch.setattr(measure, "_look_again", with_caption)
    assert LEAK_FROM_PIXELS in failed(charts)


def test_an_illegible_chart_is_found(charts):
    def flatten(row):
        if row["id"] == "double_top-000000":
            row["high"] = row["low"] = [100.0] * row["candles"]

    change_rows(charts, "train", flatten)
    assert "smallest share of the height filled" in failed(charts)
