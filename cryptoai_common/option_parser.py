"""jsonargparse reads and checks the values of options; its errors become one sentence, its help that of a docstring."""

from __future__ import annotations

import re
from argparse import SUPPRESS, RawDescriptionHelpFormatter
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, is_dataclass
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptoai_common.errors import UserError
from cryptoai_common.option_names import Names
from cryptoai_common.options import DASHES, Option

if TYPE_CHECKING:
    from jsonargparse import ArgumentParser


def build_parser(
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


def help_texts(config_class: type) -> dict[str, str]:
    """The docstring under each field, by the name of the field, with % doubled as argparse needs it."""
    from docstring_parser import parse_from_object

    texts = {}
    for each in reversed(config_class.__mro__):
        for entry in parse_from_object(each).params if is_dataclass(each) else ():
            texts[entry.arg_name] = " ".join((entry.description or "").split()).replace("%", "%%")
    return texts


def read_values(
    parser: ArgumentParser, words: list[str], names: Names, given: set[str], recipe: str | None
) -> dict[str, Any]:
    """The values of the options by their names. Raises UserError for a wrong one, and for an option that is missing.

    ``given`` are the options that the command line sets; others come from the ``recipe`` or are defaults.
    """
    from jsonargparse import ArgumentError

    try:
        return {name: _with_dashes(value) for name, value in parser.parse_args(words).as_dict().items()}
    except ArgumentError as error:
        text = " ".join(str(error).split()).replace(DASHES, "--")
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


def _with_dashes(value: Any) -> Any:
    """A value from the parser, with -- where ``DASHES`` stood for it."""
    if isinstance(value, list):
        return [_with_dashes(each) for each in value]
    if value in (DASHES, Path(DASHES)):
        return type(value)("--")
    return value
