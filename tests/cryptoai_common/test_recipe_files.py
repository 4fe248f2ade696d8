"""Settings from a YAML file: below the command line, above the defaults, and every text as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from cake import bake, refused


def test_the_command_line_wins_over_the_recipe_over_the_defaults(tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("layers: 5\nsugar: 1\nicing: no\nsizes: [1, 2]\nfillings: [jam]\nnote: null\nname: 7\n")
    read = bake("--layers", "3", "a", "--recipe", str(recipe), "--fillings", "curd")
    assert (read.layers, read.sugar, read.icing, read.sizes) == (3, 1.0, False, (1, 2))
    assert (read.fillings, read.note, read.name, read.kind) == (("jam", "curd"), None, "7", "sponge")
    assert read.guests == (Path("a"),) and read.recipe == str(recipe)


@pytest.mark.parametrize(
    "text", ["1.10", "0123", "1_0", "1:30", "no", "ON", "1e3", "2024-1-1", "0x10", "'~'", ".5", "--"]
)
def test_a_text_in_a_recipe_is_taken_as_it_is_written(text, tmp_path):
    """YAML reads most of these as a number, a date or true or false, which would come back in other words."""
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(f"name: {text}\nfillings: [{text}, jam]\nlayers: 010\nvegan: on\nicing: off\n")
    read, text = bake("--recipe", str(recipe)), text.strip("'")
    assert (read.name, read.fillings, read.layers, read.vegan, read.icing) == (text, (text, "jam"), 10, True, False)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("layer: 3", "unknown key in recipe mine.yaml: 'layer'; did you mean 'layers'?"),
        ("guests: [a]", "unknown key in recipe mine.yaml: 'guests'"),
        ("recipe: other", "unknown key in recipe mine.yaml: 'recipe'"),
        ("config: other", "'config' is not an option here"),
        ("layers: two", "layers in recipe mine.yaml must be a whole number, not 'two'"),
        ("layers: true", "layers in recipe mine.yaml must be a whole number, not 'True'"),
        ("layers: 1.5", "layers in recipe mine.yaml must be a whole number, not '1.5'"),
        ("layers: [1, 2]", "layers in recipe mine.yaml takes one value, not a list of 2"),
        ("layers: 1:30", "layers in recipe mine.yaml must be a whole number, not '1:30'"),
        ("layers: 3\nvegan: true\nlayers: 4", "mine.yaml, line 3: layers is set twice; leave out one"),
        ("oven: ''", "oven in recipe mine.yaml is empty; give it a value, or leave it out"),
        ("kind: chese", "unknown value for kind in recipe mine.yaml 'chese'; did you mean 'cheese'?"),
        ("sizes: []", "--sizes needs a value"),
        ("- a", "must be a list of lines `key: value`"),
        ("a: [", "cannot be read"),
    ],
)
def test_mistakes_in_a_recipe(content, sentence, tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(content)
    assert sentence in refused("--recipe", str(recipe))
