from pathlib import Path

import pytest

from cryptoai_common.errors import UserError
from trainer.training.recipe import resolve

PLACES = ["--dataset", "data/x", "--output", "models/y"]


def test_the_default_recipe_fine_tunes_the_base_that_is_on_disk():
    config, given = resolve(PLACES)
    assert config.base == "models/chart-vit"
    assert given["load_best_model_at_end"] is True


def test_the_scratch_recipe_reads_charts():
    config, given = resolve([*PLACES, "--recipe", "scratch"])
    assert config.dataset == (Path("data/x"),) and config.output == Path("models/y")
    assert config.base is None and config.read_chart > 0
    assert given["load_best_model_at_end"] is True


def test_vit_base_is_what_the_readme_promises():
    config, given = resolve([*PLACES, "--recipe", "vit-base"])
    assert config.base == "google/vit-base-patch16-224-in21k"
    assert (given["per_device_train_batch_size"], given["num_train_epochs"], given["learning_rate"]) == (32, 15, 1e-4)
    assert config.early_stopping_patience > 0 and given["load_best_model_at_end"] and given["eval_strategy"] == "epoch"
    assert config.read_chart == 0


def test_vit_small_differs_in_its_base_alone():
    base, small = (resolve([*PLACES, "--recipe", name]) for name in ("vit-base", "vit-small"))
    assert small[1] == base[1] and small[0].base != base[0].base
    assert resolve([*PLACES, "--recipe", "vit-small", "--base", "me/mine"])[0].base == "me/mine"


def test_the_command_line_wins_over_the_recipe_over_the_defaults(tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(
        "hidden_size: 64\nlearning_rate: 3e-4\nweight_decay: 0.1\naugment: false\nfreeze_backbone: true\n"
    )
    config, given = resolve([*PLACES, "--recipe", str(recipe), "--learning-rate", "1e-3", "--augment"])
    assert (config.hidden_size, config.num_hidden_layers) == (64, 7)
    assert config.augment and config.freeze_backbone
    assert given == {"learning_rate": 1e-3, "weight_decay": 0.1}


@pytest.mark.parametrize("spelling", ["--warmup-ratio", "--warmup_ratio"])
def test_dashes_and_underscores(spelling):
    assert resolve([*PLACES, spelling, "0.3"])[1]["warmup_ratio"] == 0.3


def test_values_that_are_not_one_word(tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("lr_scheduler_kwargs: {num_cycles: 2}\nreport_to: [none]\nbf16: true\nrevision: null\n")
    config, given = resolve([*PLACES, "--recipe", str(recipe)])
    assert given["lr_scheduler_kwargs"] == '{"num_cycles": 2}' and given["bf16"] is True
    assert config.revision is None


def test_datasets_of_a_recipe_and_of_the_command_line_add_up(tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("dataset: [a, b]\n")
    config, _ = resolve([*PLACES, "--recipe", str(recipe)])
    assert config.dataset == (Path("a"), Path("b"), Path("data/x"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--recipe", "defualt"], "unknown recipe 'defualt'; did you mean 'default'?"),
        (["--recipe", "../x"], "unknown recipe '../x'"),
        (["--learning-rat", "1"], "unknown option '--learning-rat'; did you mean '--learning-rate'?"),
        (["--read_char", "1"], "unknown option '--read_char'; did you mean '--read-chart'?"),
        (["--zzz"], "unknown option '--zzz'; see --help"),
        (["--learning-rate", "fast"], "--learning-rate must be a number, not 'fast'"),
        (["stray"], "'stray' belongs to no option"),
        (["--output_dir", "x"], "--output_dir is not an option here: use --output"),
        (["--resume-from-checkpoint", "x"], "use --resume"),
        (["--push_to_hub", "true"], "published when it is finished"),
        (["--recipe", "missing.yaml"], "recipe missing.yaml cannot be read"),
    ],
)
def test_mistakes_are_one_sentence(words, sentence):
    with pytest.raises(UserError) as caught:
        resolve([*PLACES, *words])
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("learning_rat: 1", "unknown key in recipe mine.yaml: 'learning_rat'; did you mean 'learning_rate'?"),
        ("output_dir: x", "'output_dir' is not an option here: use --output"),
        ("- a\n- b", "must be a list of lines `key: value`"),
        ("a: [", "cannot be read"),
        ("learning_rate: fast", "learning_rate in recipe mine.yaml must be a number, not 'fast'"),
    ],
)
def test_mistakes_in_a_recipe(tmp_path, content, sentence):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(content)
    with pytest.raises(UserError) as caught:
        resolve([*PLACES, "--recipe", str(recipe)])
    assert sentence in str(caught.value) and "\n" not in str(caught.value)
