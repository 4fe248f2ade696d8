import pytest
import torch

from trainer.chart_reader import ChartReader, ReadingHead
from trainer.config import TrainConfig
from trainer.data import ChartDataset, label_ids, load_split
from trainer.manifest import read_manifest
from trainer.model import new_vit
from trainer.preprocess import Preprocessor

TINY = TrainConfig(
    "data", "run", image_size=64, patch_size=8, hidden_size=32, num_hidden_layers=2, num_attention_heads=2
)


@pytest.fixture
def batch(charts):
    """16 charts with the targets of their 8 columns of patches."""
    classes, rows = read_manifest(charts).classes, load_split(charts, "train").select(range(16))
    preprocess = Preprocessor((64, 64), (0.5,) * 3, (0.5,) * 3)
    dataset = ChartDataset(rows, label_ids(rows, classes), preprocess, columns=8)
    return torch.utils.data.default_collate([dataset[i] for i in range(len(dataset))])


def _reader(weight: float) -> ChartReader:
    torch.manual_seed(0)
    return ChartReader(new_vit(TINY, tuple("abcdefghij")), weight)


def test_reading_is_learnt_from_a_handful_of_charts(batch):
    reader = _reader(weight=10.0)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=2e-3)
    errors = []
    for _ in range(60):
        outputs = reader(**batch)
        errors.append(outputs["reading_loss"].item())
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
    guess = batch["high_low"].nanmean(dim=(0, 1))
    blind = (batch["high_low"] - guess).abs().nanmean().item()  # what a constant gets
    assert errors[-1] < 0.6 * blind < errors[0]


def test_the_loss_is_the_labels_and_the_weighted_readings(batch):
    reader = _reader(weight=3.0)
    outputs = reader(**batch)
    expected = outputs["label_loss"] + 3.0 * outputs["reading_loss"]
    torch.testing.assert_close(outputs["loss"], expected)
    torch.testing.assert_close(
        outputs["label_loss"], torch.nn.functional.cross_entropy(outputs["logits"], batch["labels"])
    )


def test_columns_without_a_candle_count_for_nothing(batch):
    reader = _reader(weight=3.0)
    half = batch["high_low"].clone()
    half[:, 4:] = torch.nan
    read = reader.reading(reader.model.vit(batch["pixel_values"]).last_hidden_state[:, 1:])
    expected = (read - half)[:, :4].abs().nanmean()
    torch.testing.assert_close(reader(**{**batch, "high_low": half})["reading_loss"], expected)


def test_a_batch_without_any_candle_still_trains(batch):
    outputs = _reader(weight=3.0)(**{**batch, "high_low": torch.full_like(batch["high_low"], torch.nan)})
    outputs["loss"].backward()
    assert outputs["reading_loss"] == 0 and outputs["loss"].isfinite()


def test_without_reading_it_is_the_plain_model(batch):
    reader = _reader(weight=0.0)
    assert set(reader(batch["pixel_values"], batch["labels"])) == {"loss", "logits"}
    plain = reader.model(batch["pixel_values"], labels=batch["labels"])
    torch.testing.assert_close(reader(batch["pixel_values"], batch["labels"])["logits"], plain.logits)
    torch.testing.assert_close(reader(batch["pixel_values"], batch["labels"])["loss"], plain.loss)
    assert [name for name, _ in reader.named_parameters() if not name.startswith("model.")] == []


def test_a_head_that_is_sure_of_a_patch_reads_its_middle():
    head = ReadingHead(4)
    with torch.no_grad():
        for layer in (head.score, head.offset):
            layer.weight.zero_()
            layer.bias.zero_()
        head.score.weight[:, 0] = 100.0
    tokens = torch.zeros(1, 5, 5, 4)  # row 3 of column 2 holds both extremes
    tokens[0, 3, 2, 0] = 1.0
    read = head(tokens.flatten(1, 2))
    assert read.shape == (1, 5, 2)
    torch.testing.assert_close(read[0, 2], torch.full((2,), 3.5 / 5))
    torch.testing.assert_close(read[0, 0], torch.full((2,), 0.5))
