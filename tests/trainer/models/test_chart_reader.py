import numpy as np
import pytest
import torch

from trainer.config import TrainConfig
from trainer.data.charts import ChartDataset, label_ids, load_split
from trainer.data.manifest import read_manifest
from trainer.data.preprocess import Preprocessor
from trainer.models.chart_reader import ChartReader, Objectives, ReadingHead, _outlier_loss, busiest_patches
from trainer.models.vit import new_vit

TINY = TrainConfig(
    "data", "run", image_size=64, patch_size=8, hidden_size=32, num_hidden_layers=2, num_attention_heads=2
)


@pytest.fixture
def batch(charts):
    """16 charts with the targets of their 8 × 8 patches."""
    classes, rows = read_manifest(charts).classes, load_split(charts, "train").select(range(16))
    preprocess = Preprocessor((64, 64), (0.5,) * 3, (0.5,) * 3)
    dataset = ChartDataset(rows, label_ids(rows, classes), preprocess, grid=8, reads=True, finds_pivots=True)
    return torch.utils.data.default_collate([dataset[i] for i in range(len(dataset))])


def _reader(weight: float, **objectives: float) -> ChartReader:
    torch.manual_seed(0)
    return ChartReader(new_vit(TINY, tuple("abcdefghij")), Objectives(read_chart=weight, **objectives)).eval()


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
    read = reader.reading(*reader._encode(batch["pixel_values"])[1:], 8)
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


def test_pictures_may_come_as_bytes(charts):
    rows, preprocess = load_split(charts, "train").select(range(4)), Preprocessor((64, 64), (0.5,) * 3, (0.4, 0.5, 0.6))
    reader = ChartReader(new_vit(TINY, tuple("abcdefghij")), preprocess=preprocess).eval()
    scaled, unscaled = (
        next(iter(torch.utils.data.DataLoader(ChartDataset(rows, [0] * 4, preprocess, unscaled=how), batch_size=4)))
        for how in (False, True)
    )
    assert unscaled["pixel_values"].dtype == torch.uint8 and unscaled["pixel_values"].shape == (4, 64, 64, 3)
    torch.testing.assert_close(reader(**unscaled)["logits"], reader(**scaled)["logits"])
    assert not {"gain", "offset"} & set(reader.state_dict())


def test_a_head_that_is_sure_of_a_patch_reads_its_middle():
    head = ReadingHead(4)
    with torch.no_grad():
        for layer in (head.score, head.offset):
            layer.weight.zero_()
            layer.bias.zero_()
        head.score.weight[:, 0] = 100.0
    tokens = torch.zeros(1, 5, 5, 4)  # row 3 of column 2 holds both extremes
    tokens[0, 3, 2, 0] = 1.0
    read = head(tokens.flatten(1, 2), torch.arange(25)[None], 5)
    assert read.shape == (1, 5, 2)
    torch.testing.assert_close(read[0, 2], torch.full((2,), 3.5 / 5))
    torch.testing.assert_close(read[0, 0], torch.full((2,), 0.5))


def test_pivots_are_found_on_a_handful_of_charts(batch):
    reader = _reader(weight=0.0, find_pivots=5.0)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=2e-3)
    losses = []
    for _ in range(60):
        outputs = reader(**batch)
        losses.append(outputs["pivot_loss"].item())
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
    share = batch["pivot_map"].mean()
    blind = torch.nn.functional.binary_cross_entropy(share.expand_as(batch["pivot_map"]), batch["pivot_map"]).item()
    assert losses[-1] < 0.7 * blind


def test_the_busiest_patches_are_those_with_something_in_them():
    picture = torch.zeros(2, 3, 32, 32)
    picture[0, :, 9, 20:22] = 1.0  # in row 1, column 2 of 4 × 4 patches
    picture[1, :, 31, 0] = 1.0
    assert busiest_patches(picture, grid=4, kept=1).tolist() == [[6], [12]]
    assert busiest_patches(picture, grid=4, kept=16)[0].tolist() == list(range(16))


@pytest.mark.parametrize(("dark", "bright"), [(0.0, 0.0), (-1.0, -1.0), (0.9, 0.9), (-1.0, 1.0)])
@pytest.mark.parametrize("kept", [1, 5, 15])
def test_busy_means_varying_whatever_the_brightness(dark, bright, kept):
    """Each patch gets a background between the two; a bright one without a mark is as empty as a dark one."""
    rng = np.random.default_rng(kept)
    patches = 0.05 * rng.standard_normal((3, 4, 4, 1, 8, 8)) * rng.uniform(0.1, 1, (3, 4, 4, 1, 1, 1))
    patches = patches.repeat(3, axis=3) + rng.uniform(dark, bright, (3, 4, 4, 1, 1, 1))
    pictures = torch.from_numpy(patches.transpose(0, 3, 1, 4, 2, 5).reshape(3, 3, 32, 32)).float()
    variance = patches.mean(axis=3).var(axis=(-2, -1)).reshape(3, 16)
    found = busiest_patches(pictures, grid=4, kept=kept).numpy()
    assert [set(row) for row in found.tolist()] == [
        set(row) for row in np.argsort(-variance, axis=1)[:, :kept].tolist()
    ]


def test_colours_of_one_grey_are_nothing_to_look_at():
    picture = torch.zeros(1, 3, 32, 32)
    picture[0, 0, :8, :4], picture[0, 1, :8, 4:8] = 0.6, 0.6  # red beside green: the same grey
    picture[0, :, 24:, 28:] = 0.1
    assert busiest_patches(picture, grid=4, kept=1).tolist() == [[15]]


def test_training_looks_at_the_kept_patches_and_evaluation_at_all(batch):
    reader = _reader(weight=1.0, keep_patches=0.25)
    assert reader._encode(batch["pixel_values"])[1].shape[1] == 64
    whole = reader(**batch)["logits"]
    reader.train()
    assert reader._encode(batch["pixel_values"])[1].shape[1] == 16
    unkept = batch["pixel_values"].clone()
    places = busiest_patches(unkept, 8, 16)
    for picture, kept in zip(unkept, places, strict=True):
        for place in set(range(64)) - set(kept.tolist()):
            row, column = divmod(place, 8)
            picture[:, row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = 0.3  # nothing depends on them
    changed = reader(**batch | {"pixel_values": unkept})["logits"]
    torch.testing.assert_close(changed, reader(**batch)["logits"])
    assert not torch.allclose(changed, whole)


def test_a_chart_without_a_pattern_asks_for_even_odds_and_has_no_say_in_the_label_loss(batch):
    reader = _reader(weight=0.0, outlier_exposure=0.5)
    labels = batch["labels"].clone()
    labels[:4] = -1
    outputs = reader(batch["pixel_values"], labels)
    expected = torch.nn.functional.cross_entropy(outputs["logits"][4:], labels[4:])
    torch.testing.assert_close(outputs["label_loss"], expected)
    uniform = torch.full((4, 10), 0.1)
    divergence = torch.nn.functional.kl_div(outputs["logits"][:4].log_softmax(1), uniform, reduction="batchmean") / 10
    torch.testing.assert_close(outputs["outlier_loss"], divergence * 10)
    torch.testing.assert_close(outputs["loss"], expected + 0.5 * outputs["outlier_loss"])
    reader(batch["pixel_values"], torch.full_like(labels, -1))["loss"].backward()  # none but such charts


def test_even_odds_cost_nothing():
    assert _outlier_loss(torch.full((3, 7), 2.5)).item() == pytest.approx(0, abs=1e-6)
