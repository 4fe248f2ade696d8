"""Words and defaults become settings; every mistake is one sentence that says what to do."""

from __future__ import annotations

from argparse import SUPPRESS
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from cake import PROGRAM, Cake, bake, refused
from hypothesis import given
from hypothesis import strategies as st

from cryptoai_common.errors import UserError
from cryptoai_common.options import Option, Positional
from cryptoai_common.settings import read_settings, read_with_more

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=12)


def test_defaults_and_types():
    assert bake() == Cake((), Path("o"))
    assert bake("a", "b", "--layers", "3", "--sugar", "1e-3", "--kind=cheese", "--sizes", "18", "24") == Cake(
        (Path("a"), Path("b")), Path("o"), layers=3, sugar=0.001, kind="cheese", sizes=(18, 24)
    )


@given(
    layers=st.integers(-(10**9), 10**9),
    sugar=st.floats(allow_nan=False, allow_infinity=False),
    name=TEXTS,
    note=TEXTS.filter(lambda text: text != "null"),
    sizes=st.lists(st.integers(-1000, 1000), min_size=1, max_size=4),
    fillings=st.lists(TEXTS, max_size=3),
    guests=st.lists(TEXTS.filter(lambda text: Path(text).name), max_size=3),
    order=st.randoms(use_true_random=False),
)
def test_what_is_written_is_what_is_read(layers, sugar, name, note, sizes, fillings, guests, order):
    """Whatever the text and in any order: no word is taken for YAML, for JSON or for another option's value."""
    groups = [[f"--layers={layers}"], [f"--sugar={sugar!r}"], [f"--name={name}"], [f"--note={note}"]]
    groups += [["--sizes", *map(str, sizes)], *([f"--fillings={filling}"] for filling in fillings)]
    rest = [group for group in groups if not group[0].startswith("--fillings")]
    order.shuffle(rest)
    words = [word for group in [*rest, *groups[len(rest) :]] for word in group]
    read = bake(*words, "--", *guests)
    assert (read.layers, read.sugar, read.name, read.note) == (layers, sugar, name, note)
    assert (read.sizes, read.fillings, read.guests) == (tuple(sizes), tuple(fillings), tuple(map(Path, guests)))


@pytest.mark.parametrize(
    ("words", "icing", "vegan"),
    [
        ([], True, False),
        (["--vegan"], True, True),
        (["--vegan", "true", "--icing", "False"], False, True),
        (["--no-icing", "--vegan=yes"], False, True),
        (["--no_vegan", "--icing"], True, False),
    ],
)
def test_switches_stand_alone_or_with_a_value(words, icing, vegan):
    read = bake("a", *words, "b")
    assert (read.icing, read.vegan, read.guests) == (icing, vegan, (Path("a"), Path("b")))


@pytest.mark.parametrize("text", ["--", "---", "--name", "-", "--=", "-- "])
def test_dashes_after_an_equals_sign_are_a_value(text):
    """argparse drops a value that is -- alone, in silence where the option may be given again."""
    read = bake(f"--note={text}", f"--name={text}", f"--fillings={text}", "--", text)
    assert (read.note, read.name, read.fillings, read.guests) == (text, text, (text,), (Path(text),))


@pytest.mark.parametrize(
    "text", ["#1", "&1", "*1", "1:30", "[a]", "{a: 1}", "010", "1e3", "true", "~", "'", '"a"', "-3", ""]
)
def test_a_text_is_taken_as_it_is(text):
    read = bake("--note", text, "--name", text, "--fillings", text, text or "guest")
    assert (read.note, read.name, read.fillings, read.guests) == (text, text, (text,), (Path(text or "guest"),))


def test_words_without_a_name_may_stand_between_options():
    assert bake("a", "--layers", "3", "b", "--vegan", "c").guests == (Path("a"), Path("b"), Path("c"))
    assert bake("--sizes", "1", "2", "--", "-3", "--layers").guests == (Path("-3"), Path("--layers"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--layer", "3"], "unknown option '--layer'; did you mean '--layers'?"),
        (["-layers", "3"], "unknown option '-layers'; did you mean '--layers'?"),
        (["--no-layers"], "unknown option '--no-layers'"),
        (["--guests", "a"], "unknown option '--guests'"),
        (["--config", "x.yaml"], "--config is not an option here: name the YAML file by --recipe"),
        (["--layers"], "--layers needs a value"),
        (["--layers", "--vegan"], "--layers needs a value"),
        (["--sizes"], "--sizes needs a value"),
        (["--fillings", "--vegan"], "--fillings needs a value"),
        (["--layers", "3", "--layers", "4"], "--layers is given more than once"),
        (["--sizes", "3", "--sizes", "4"], "--sizes is given more than once: give it once, with all its values"),
        (["--icing", "--no-icing"], "--icing is given more than once"),
        (["--no-icing=true"], "--no-icing takes no value"),
        (["--layers", "two"], "--layers must be a whole number, not 'two'"),
        (["--layers", "1.5"], "--layers must be a whole number, not '1.5'"),
        (["--layers", "1:30"], "--layers must be a whole number, not '1:30'"),
        (["--oven="], "--oven is empty; give it a value, or leave it out"),
        (["--vegan", ""], "a word without a name is empty; see python -m shop bake --help"),
        (["--layers=--"], "--layers must be a whole number, not '--'"),
        (["--kind=--"], "unknown value for --kind '--'"),
        (["--recipe=--"], "unknown recipe '--'"),
        (["--layers="], "--layers must be a whole number, not ''"),
        (["--sizes", "1", "x"], "--sizes must be a whole number, not 'x'"),
        (["--sugar", "much"], "--sugar must be a number, not 'much'"),
        (["--icing=maybe"], "--icing must be true or false, not 'maybe'"),
        (["--kind", "chese"], "unknown value for --kind 'chese'; did you mean 'cheese'?"),
        (["--recipe", "none"], "unknown recipe 'none'"),
        (["--recipe", "none.yaml"], "recipe none.yaml cannot be read"),
    ],
)
def test_mistakes_are_one_sentence(words, sentence):
    assert sentence in refused(*words)


@dataclass(frozen=True)
class Weigh:
    """Weigh one thing."""

    thing: Positional[Path]
    """What to weigh."""
    scale: Path
    """On what."""


def test_what_is_missing_or_too_much():
    with pytest.raises(UserError, match=r"^python -m shop weigh needs THING and --scale; see .* --help$"):
        read_settings(Weigh, "python -m shop weigh", [])
    with pytest.raises(UserError, match=r"^'b' belongs to no option; see"):
        read_settings(Weigh, "python -m shop weigh", ["a", "b", "--scale", "s"])


def test_more_options_hold_only_what_is_given():
    more = [Option("salt", float, SUPPRESS), Option("kinds", Literal["a", "b"], SUPPRESS, many=True)]

    def read(*words: str):
        return read_with_more(Weigh, PROGRAM, ["a", "--scale", "s", *words], more, {"heat": "there is no oven"})[1]

    assert read() == {}
    assert read("--salt", "1", "--kinds", "b", "a") == {"kinds": ["b", "a"], "salt": 1.0}
    for word in ("--heat", "--no-heat"):
        with pytest.raises(UserError, match=f"^{word} is not an option here: there is no oven$"):
            read(word)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["a", "--unknown", "-h"]])
def test_help_shows_the_docstrings(words, capsys):
    with pytest.raises(SystemExit) as caught:
        bake(*words)
    assert caught.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("usage: python -m shop bake GUESTS ... --oven PATH [--option VALUE ...] Bake a cake.")
    for text in (
        "GUESTS Those who come.",
        "--oven PATH Where it is baked. (required)",
        "--layers NUMBER How many; 100 % of them. (default: 2)",
        "--kind {sponge,cheese}",
        "Put icing on. (on; --no-icing turns it off)",
        "--vegan [true|false] Leave out eggs.",
        "--sizes NUMBER [NUMBER ...] Diameters. (default: 20)",
        "--fillings TEXT A filling",
        "--recipe TEXT YAML file",
    ):
        assert text in told
    assert "+" not in told
