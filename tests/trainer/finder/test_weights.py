"""The weights of reader and finder of spans as files: what comes back, and what is said of a file that does not fit."""

import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from cryptoai_common.errors import UserError
from trainer.finder.sizes import COLUMNS
from trainer.finder.span_net import INPUTS
from trainer.finder.weights import FILES, copy_halved, in_training, load_into, load_reader, load_spans, save, version_of

CLASSES = ("wedge", "breakout", "flag")  # in no order of the alphabet


def made(part: str) -> nn.Module:
    return in_training(part, [1 / len(CLASSES)] * len(CLASSES))


def network(model: nn.Module, part: str) -> nn.Module:
    return model.reader if part == "reader" else model.net


def loaded(part: str, directory: Path) -> nn.Module:
    return load_reader(directory) if part == "reader" else load_spans(directory)[0]


def alike(one: nn.Module, other: nn.Module, within: float = 0.0) -> bool:
    return all(
        torch.allclose(value, found, rtol=0, atol=within)
        for value, found in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, dict[str, nn.Module]]:
    """A directory with both files, and the networks that were saved in it. Tests must not change it."""
    torch.manual_seed(0)
    directory = tmp_path_factory.mktemp("weights")
    models = {part: made(part) for part in FILES}
    for part, model in models.items():
        save(model, part, directory, CLASSES)
    return directory, models


@pytest.mark.parametrize("part", FILES)
def test_what_is_saved_is_loaded_for_use_and_for_training(written, part):
    directory, models = written
    found = loaded(part, directory)
    assert alike(found, network(models[part], part)) and not found.training
    again = made(part)
    assert not alike(again, models[part])
    load_into(again, part, directory)
    assert alike(again, models[part])
    assert load_spans(directory)[1] == CLASSES


@pytest.mark.parametrize("part", FILES)
def test_a_copy_in_half_precision_says_nearly_the_same_and_knows_its_classes(written, tmp_path, part):
    directory, models = written
    copy_halved(directory, [directory], tmp_path)
    kinds = {weight.dtype for weight in load_file(tmp_path / FILES[part]).values()}
    assert torch.float16 in kinds and torch.float32 not in kinds
    found = loaded(part, tmp_path)
    assert alike(found, network(models[part], part), within=2e-3)
    assert next(found.parameters()).dtype == torch.float32 and load_spans(tmp_path)[1] == CLASSES


def test_the_version_names_the_weights_of_both_files(written, tmp_path):
    directory, _ = written
    torch.manual_seed(1)
    for part in FILES:
        save(made(part), part, tmp_path, CLASSES)
    versions = {version_of(reader, [spans]) for reader in (directory, tmp_path) for spans in (directory, tmp_path)}
    assert len(versions) == 4 and version_of(directory, [directory]) in versions
    assert all(each.startswith(f"{version('cryptoai-vision')}+") and len(each.split("+")[1]) == 12 for each in versions)


@pytest.mark.parametrize("part", FILES)
@pytest.mark.parametrize("damage", [None, b"", b"no weights"])
def test_a_file_that_is_missing_or_damaged_is_named_with_what_to_do(tmp_path, part, damage):
    if damage is not None:
        (tmp_path / FILES[part]).write_bytes(damage)
    for load in (lambda: loaded(part, tmp_path), lambda: load_into(made(part), part, tmp_path)):
        with pytest.raises(UserError, match=rf"{FILES[part]} cannot be read \(.+\); make it with `make finder`$"):
            load()


@pytest.mark.parametrize("part", FILES)
def test_the_weights_of_another_network_are_refused(written, tmp_path, part):
    directory, _ = written
    other = next(name for name in FILES if name != part)
    shutil.copy(directory / FILES[other], tmp_path / FILES[part])
    for load in (lambda: loaded(part, tmp_path), lambda: load_into(made(part), part, tmp_path)):
        with pytest.raises(UserError, match=f"{FILES[part]} holds the weights of another network, or of one for other"):
            load()


def test_training_does_not_go_on_from_weights_for_another_number_of_classes(written):
    directory, _ = written
    with pytest.raises(UserError, match=r"span_net\.safetensors holds .* or of one for other classes"):
        load_into(in_training("spans", [0.5, 0.5]), "spans", directory)


def test_several_span_networks_are_one_whose_answers_are_their_mean(written, tmp_path):
    directory, _ = written
    torch.manual_seed(3)
    others = [tmp_path / "second", tmp_path / "third"]
    for other in others:
        other.mkdir()
        save(made("spans"), "spans", other, CLASSES)
    prices = torch.rand(1, INPUTS, COLUMNS)
    nets = [load_spans(each)[0] for each in (directory, *others)]
    run = tmp_path / "run"
    run.mkdir()
    copy_halved(directory, [directory, *others], run)
    assert len(list(run.iterdir())) == 4
    mean, classes = load_spans(run)
    with torch.inference_mode():
        scores, spans = mean(prices)
        parts = [net.half().float()(prices) for net in nets]
    assert classes == CLASSES
    torch.testing.assert_close(scores.sigmoid(), torch.stack([each.sigmoid() for each, _ in parts]).mean(0))
    torch.testing.assert_close(spans, torch.stack([each for _, each in parts]).mean(0))
    assert version_of(run, [run]) != version_of(run, [directory])
    copy_halved(directory, [run, directory], run)
    assert len(load_spans(run)[0].nets) == 4
    copy_halved(directory, [directory], run)
    assert sorted(file.name for file in run.iterdir()) == sorted(FILES.values())


def test_span_networks_of_other_classes_have_no_mean(written, tmp_path):
    directory, _ = written
    save(in_training("spans", [0.5, 0.5]), "spans", tmp_path, ("a", "b"))
    with pytest.raises(UserError, match=r"span_net\.safetensors has other classes than"):
        load_spans(directory, tmp_path)
