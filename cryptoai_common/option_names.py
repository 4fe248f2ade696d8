"""The names of options, as the command line and recipes write them: unknown, refused and repeated ones are noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptoai_common.errors import UserError
from cryptoai_common.options import OPTION, Option
from cryptoai_common.recipe_files import read_recipe


@dataclass(frozen=True)
class Names:
    """The options of a command by name, and the names that are refused."""

    options: dict[str, Option]
    refused: Mapping[str, str]

    def spelled_out(self, words: Sequence[str]) -> tuple[list[str], list[str], set[str]]:
        """Options under their full names, each with its value; then the words without a name; then the options' names.

        Raises UserError for an option that is unknown, refused, given twice, or without a value.
        """
        rest = list(words)
        options: list[str] = []
        loose: list[str] = []
        given: set[str] = set()
        while rest:
            word = rest.pop(0)
            if word == "--":  # the words after it are not options, even if they begin with a dash
                return options, loose + rest, given
            if not OPTION.match(word):
                loose.append(word)
                continue
            name, equals, value = word.partition("=")
            option, off = self._find(name)
            if option.name in given and not option.repeated:  # the parser would take the last one without a warning
                raise UserError(f"{option.flag} is given more than once: give it once, with all its values")
            given.add(option.name)
            if off and equals:
                raise UserError(f"{name} takes no value: write {option.flag} {value}, or {name} alone")
            values = ["false"] if off else [value] if equals else option.take_values(rest)
            options += option.words(values, option.flag)
        return options, loose, given

    def recipe_words(self, path: Path) -> list[str]:
        """The settings of a recipe as words of the command line, so that both are read by the same rules.

        Raises UserError for a file that cannot be read, and for an unknown key or a wrong value.
        """
        words: list[str] = []
        for key, (value, written) in read_recipe(path).items():
            option = self._of_recipe(key, path)
            values = value if isinstance(value, list) else [value]
            texts = [json.dumps(each) if isinstance(each, dict) else str(each) for each in values]
            if written is not None and not (option.switch and isinstance(value, bool)):
                texts = written  # YAML reads 1.10 as 1.1, 1:30 as 90, and no as false
            if len(texts) != 1 and not option.many:
                raise UserError(f"{key} in recipe {path.name} takes one value, not a list of {len(texts)}")
            if value is not None:
                words += option.words(texts, f"{key} in recipe {path.name}")
        return words

    def _find(self, word: str) -> tuple[Option, bool]:
        """The option that a word such as ``--augment`` names, and whether it is off, as in ``--no-augment``."""
        name = word.lstrip("-").replace("-", "_")
        why = self.refused.get(name) or self.refused.get(name.removeprefix("no_"))
        if why:
            raise UserError(f"{word} is not an option here: {why}")
        if name in self.options and not self.options[name].positional and word.startswith("--"):
            return self.options[name], False
        positive = self.options.get(name.removeprefix("no_"))
        if positive and positive.switch and word.startswith("--"):
            return positive, True
        flags = [each.flag for each in self.options.values() if not each.positional]
        if not flags:
            raise UserError(f"unknown option {word!r}; this command has none, see --help")
        raise UserError.unknown("option", word, flags)

    def _of_recipe(self, key: str, path: Path) -> Option:
        where = f"key in recipe {path.name}:"
        if key in self.refused:
            raise UserError(f"{where} {key!r} is not an option here: {self.refused[key]}")
        settable = [name for name, option in self.options.items() if not option.positional and name != "recipe"]
        if key not in settable:
            raise UserError.unknown(where, key, settable)
        return self.options[key]
