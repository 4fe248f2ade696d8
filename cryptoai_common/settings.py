"""Command line over recipe over defaults: a command's words become the frozen dataclass of its settings.

``option_names`` reads the names of options, ``recipe_files`` the recipe, ``option_parser`` the values. Every mistake is
reported in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from cryptoai_common.errors import UserError
from cryptoai_common.option_names import Names
from cryptoai_common.option_parser import build_parser, help_texts, read_values
from cryptoai_common.options import DASHES, Option, options_of
from cryptoai_common.recipe_files import recipe_path

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
        build_parser(config_class, program, options_of(config_class), help_texts(config_class)).print_help()
        raise SystemExit(0)
    own = options_of(config_class)
    names = Names(
        {option.name: option for option in [*own, *more]}, {**getattr(config_class, "REFUSED", {}), **refused}
    )
    spelled, loose, given = names.spelled_out(words)
    if "" in loose:  # as of a shell's variable that is not set; Path("") is the directory "."
        raise UserError(f"a word without a name is empty; see {program} --help")
    recipe = _recipe_named(spelled, names)
    if recipe is not None:  # its words come first, so that those of the command line override them
        spelled = names.recipe_words(recipe_path(config_class, recipe)) + spelled
    parser = build_parser(config_class, program, names.options.values())
    values = read_values(parser, [*spelled, *(["--", *loose] if loose else [])], names, given, recipe)
    settings = {option.name: _setting(option, values[option.name]) for option in own}
    return config_class(**settings), {name: values[name] for name in sorted(values) if name not in settings}


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether -h or --help is among the words of a command."""
    return not {"-h", "--help"}.isdisjoint(words)


def _setting(option: Option, value: Any) -> Any:
    """A value from the parser, converted to the type of the field."""
    if option.repeated:
        return tuple(map(option.type, value))
    return tuple(value or ()) if option.many else value


def _recipe_named(words: list[str], names: Names) -> str | None:
    """The recipe that the command line names, or else the command's default one, if it has one."""
    if "recipe" not in names.options:
        return None
    named = [word.removeprefix("--recipe=") for word in words if word.startswith("--recipe=")]
    return named[0].replace(DASHES, "--") if named else names.options["recipe"].default
