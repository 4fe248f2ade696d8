import shutil
from pathlib import Path

import pytest
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.__main__ import main
from trainer.data.charts import load_splits, picture_of
from trainer.data.literal_paths import literal_path
from trainer.data.without_pattern import load_without_pattern

NAMES = ["[work] charts/data", "a*/b", "q?[1-3]/x", "**/x", "größe #1 %20 日本/c%41", "{a,b}/!(c)", "[!a]/[]"]


def _copy(charts: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copytree(charts, target))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["charts", "parquet_charts"])
def test_a_path_is_taken_as_it_is(request, kind, name, tmp_path):
    charts = request.getfixturevalue(kind)
    expected = load_splits(charts)
    found = load_splits(_copy(charts, tmp_path / name))
    assert {split: len(rows) for split, rows in found.items()} == {split: len(rows) for split, rows in expected.items()}
    assert (
        found["train"]["id"][:] == expected["train"]["id"][:] and found["train"].features == expected["train"].features
    )
    assert picture_of(found["test"][0]).tobytes() == picture_of(expected["test"][0]).tobytes()
    assert len(load_without_pattern(tmp_path / name)) == len(load_without_pattern(charts))


def test_a_star_does_not_take_in_its_neighbours(charts, tmp_path):
    _copy(charts, tmp_path / "run1" / "charts")
    assert len(load_splits(_copy(charts, tmp_path / "run*" / "charts"))["train"]) == len(load_splits(charts)["train"])


def test_any_other_imagefolder(tmp_path):
    for split in ("train", "test"):
        (tmp_path / "[1]" / split).mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(tmp_path / "[1]" / split / "a.png")
        (tmp_path / "[1]" / split / "metadata.csv").write_text("file_name,label\na.png,breakout\n")
    assert {split: rows["label"][:] for split, rows in load_splits(tmp_path / "[1]").items()} == {
        "train": ["breakout"],
        "test": ["breakout"],
    }


def test_a_folder_of_own_pictures(tmp_path):
    for split in ("train", "validation"):
        for label in ("a", "b"):
            (tmp_path / "[my] charts*" / split / label).mkdir(parents=True)
            Image.effect_noise((9, 9), 50).save(tmp_path / "[my] charts*" / split / label / "x [1].png")
    splits = load_splits(tmp_path / "[my] charts*")
    assert splits["train"]["label"][:] == ["a", "b"] and picture_of(splits["train"][0]).size == (9, 9)


def test_train_and_evaluate_take_it(charts, tiny, finished_run, tmp_path, capsys):
    directory = _copy(charts, tmp_path / "[work] charts" / "small")
    assert main(["train", "--dataset", str(directory), "--output", str(tmp_path / "run[1]"), *tiny]) == 0
    assert main(["evaluate", str(tmp_path / "run[1]"), "--dataset", str(directory)]) == 0
    assert "on small/test: accuracy" in capsys.readouterr().out


def test_a_path_that_the_library_takes_apart_is_refused(charts, tmp_path):
    with pytest.raises(UserError, match=r"a::b holds '::', which the datasets library takes apart; rename"):
        load_splits(_copy(charts, tmp_path / "a::b"))


def test_the_library_is_left_as_it_was(tmp_path):
    import datasets.data_files

    usual = datasets.data_files.url_to_fs
    with pytest.raises(ZeroDivisionError), literal_path(tmp_path / "[x]"):
        assert datasets.data_files.url_to_fs is not usual
        raise ZeroDivisionError
    assert datasets.data_files.url_to_fs is usual
