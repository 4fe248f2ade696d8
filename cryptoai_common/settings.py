"""Command line over recipe over defaults: a command's words become the frozen dataclass of its settings.

jsonargparse reads and checks the values. This module adds what it does not do: an unknown name suggests the right one,
an option that is given twice is refused, and every mistake is reported in one sentence.
"""

from __future__ import annotations

import json
import re
from argparse import SUPPRESS, RawDescriptionHelpFormatter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, is_dataclass
from inspect import cleandoc, getfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cryptoai_common.errors import UserError
from cryptoai_common.options import OPTION, Option, options_of

if TYPE_CHECKING:
    from jsonargparse import ArgumentParser

T = TypeVar("T")


def read_settings(config_class: type[T], program: str, words: Sequence[str]) -> T:
    """The settings that the words of a command and its recipe set.

    ``program`` is the part of the command line before the words, for messages and help. Raises UserError for a mistake.
    If the words ask for help, prints it and raises SystemExit.
    """
    return read_with_more(config_class, program, words, (), {})[0]


def read_with_more(
    config_class: type[T], program: str, words: Sequence[str], more: Iterable[Option], refused: Mapping[str, str]
) -> tuple[T, dict[str, Any]]:
    """Like ``read_settings``, for a command with ``more`` options than the fields of its dataclass.

    Returns the settings, and the values of those further options that were given. ``refused`` maps names that cannot
    be set to what to do instead; a dataclass may have a ``REFUSED`` of its own.
    """
    if asks_for_help(words):
        _parser(config_class, program, options_of(config_class), _help_texts(config_class)).print_help()
        raise SystemExit(0)
    own = options_of(config_class)
    names = _Names(
        {option.name: option for option in [*own, *more]}, {**getattr(config_class, "REFUSED", {}), **refused}
    )
    spelled, loose, given = names.spelled_out(words)
    if "" in loose:  # as of a shell's variable that is not set; Path("") is the directory "."
        raise UserError(f"a word without a name is empty; see {program} --help")
    recipe = _recipe_named(spelled, names)
    if recipe is not None:  # its words come first, so that those of the command line override them
        spelled = names.recipe_words(_recipe_path(config_class, recipe)) + spelled
    parser = _parser(config_class, program, names.options.values())
    values = _parsed(parser, [*spelled, *(["--", *loose] if loose else [])], names, given, recipe)
    settings = {option.name: _setting(option, values[option.name]) for option in own}
    return config_class(**settings), {name: values[name] for name in sorted(values) if name not in settings}


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether -h or --help is among the words of a command."""
    return not {"-h", "--help"}.isdisjoint(words)


@dataclass(frozen=True)
class _Names:
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
        for key, (value, written) in _read_yaml(path).items():
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


def _setting(option: Option, value: Any) -> Any:
    """A value from the parser, converted to the type of the field."""
    if option.repeated:
        return tuple(map(option.type, value))
    return tuple(value or ()) if option.many else value


def _parser(
    config_class: type, program: str, options: Iterable[Option], texts: Mapping[str, str] | None = None
) -> ArgumentParser:
    """The parser for these options. ``texts`` are their help, read for ``--help`` only because reading is slow."""
    from jsonargparse import ArgumentParser

    options = list(options)
    needed = [option for option in options if option.default is MISSING]
    parser = ArgumentParser(
        prog=program,
        usage=" ".join(["%(prog)s", *map(_usage, needed), "[--option VALUE ...]"]),
        description=cleandoc(config_class.__doc__ or ""),
        formatter_class=RawDescriptionHelpFormatter,  # jsonargparse's shows Python's names of types
        parser_mode="json",  # YAML, the default, finds a comment in #1 and an anchor in &1
        exit_on_error=False,
        allow_abbrev=False,
        default_env=False,
    )
    for option in options:
        more: dict[str, Any] = {"help": _help(option, texts) if texts else None, "metavar": option.metavar}
        if option.positional:
            more |= {"type": option.type, "nargs": "*" if option.many else None}
        elif option.repeated:
            more |= {"type": str if texts else list[str]}  # `--dataset+=A`, which adds to a list, is not for help
        else:
            more |= {"type": option.type, "nargs": "+" if option.many else None}
        if option.default is SUPPRESS or not (option.many or option.default is MISSING):
            more |= {"default": option.default}
        elif option.default is not MISSING:
            more |= {"default": list(option.default)}
        elif not option.positional:
            more |= {"required": True}
        parser.add_argument(option.name if option.positional else option.flag, **more)
    return parser


def _usage(option: Option) -> str:
    metavar = f"{option.metavar} ..." if option.several else option.metavar
    return metavar if option.positional else f"{option.flag} {metavar}"


def _help(option: Option, texts: Mapping[str, str]) -> str:
    text = texts.get(option.name, "")
    if option.default is MISSING:
        return text if option.positional else f"{text} (required)"
    if option.switch:
        return f"{text} (on; --no-{option.flag[2:]} turns it off)" if option.default else text
    default = " ".join(map(str, option.default)) if option.many else option.default
    return text if default in (None, "") else f"{text} (default: {default})"


def _help_texts(config_class: type) -> dict[str, str]:
    """The docstring under each field, by the name of the field, with % doubled as argparse needs it."""
    from docstring_parser import parse_from_object

    texts = {}
    for each in reversed(config_class.__mro__):
        for entry in parse_from_object(each).params if is_dataclass(each) else ():
            texts[entry.arg_name] = " ".join((entry.description or "").split()).replace("%", "%%")
    return texts


def _parsed(
    parser: ArgumentParser, words: list[str], names: _Names, given: set[str], recipe: str | None
) -> dict[str, Any]:
    from jsonargparse import ArgumentError

    try:
        return dict(parser.parse_args(words).as_dict())
    except ArgumentError as error:
        text = " ".join(str(error).split())
    if match := re.search(r"arguments are required: (.*)", text):
        missing = [names.options[name].shown for name in match[1].split(", ")]
        raise UserError(f"{parser.prog} needs {' and '.join(missing)}; see {parser.prog} --help")
    if match := re.match(r"unrecognized arguments: (?:-- )?(\S+)", text):
        raise UserError(f"{match[1]!r} belongs to no option; see {parser.prog} --help")
    if match := re.match(r"argument (--\S+): expected .*argument", text):  # an empty list in a recipe
        raise UserError(f"{match[1]} needs a value")
    if match := re.search(r'Parser key "(\w+)".* value: ?(.*)$', text):
        option = names.options[match[1]]
        in_recipe = f"{option.name} in recipe {Path(recipe or '').name}"
        raise option.wrong_value(match[2], option.shown if option.name in given else in_recipe)
    raise UserError(text)


def _recipe_named(words: list[str], names: _Names) -> str | None:
    """The recipe that the command line names, or else the command's default one, if it has one."""
    if "recipe" not in names.options:
        return None
    named = [word.removeprefix("--recipe=") for word in words if word.startswith("--recipe=")]
    return named[0] if named else names.options["recipe"].default


def _recipe_path(config_class: type, recipe: str) -> Path:
    """The file of a recipe, given as a path or as a name in ``recipes/`` beside the module of the settings.

    Raises UserError for an unknown name.
    """
    if recipe.endswith((".yaml", ".yml")):
        return Path(recipe)
    folder = Path(getfile(config_class)).parent / "recipes"
    path = folder / f"{recipe}.yaml"
    if "/" in recipe or not path.is_file():
        raise UserError.unknown("recipe", recipe, sorted(each.stem for each in folder.glob("*.yaml")))
    return path


def _read_yaml(path: Path) -> dict[str, tuple[Any, list[str] | None]]:
    """What each key is set to: its value, and its words as they are written; None where they are not all plain ones.

    Raises UserError for a file that cannot be read, is no list of keys, or has a key twice.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        content, root = yaml.safe_load(text) or {}, yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"recipe {path} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"recipe {path} must be a list of lines `key: value`")
    written: dict[str, list[str] | None] = {}
    for key, value in root.value if content and isinstance(root, yaml.MappingNode) else ():
        if key.value in written:  # YAML takes the last one, in silence
            raise UserError(f"recipe {path}, line {key.start_mark.line + 1}: {key.value} is set twice; leave out one")
        each = value.value if isinstance(value, yaml.SequenceNode) else [value]
        plain = all(isinstance(one, yaml.ScalarNode) for one in each)
        written[key.value] = [one.value for one in each] if plain else None
    return {str(key): (value, written.get(str(key))) for key, value in content.items()}
