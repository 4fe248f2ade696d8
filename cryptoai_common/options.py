"""The options of a command: the fields of its frozen dataclass.

The dataclass is the only definition of a command's options; the docstring under each field is the option's help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_origin, get_type_hints

from cryptoai_common.errors import UserError

T = TypeVar("T")
Positional = Annotated[T, "positional"]  # a word without a name, such as RUN in `export RUN`
Repeated = Annotated[T, "repeated"]  # an option that may be given again; every time adds one value to the tuple

# What a switch may be followed by; any other word after it is not its value.
_SWITCH_VALUES = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
# Stands for the value -- between `Option.words` and `option_parser.read_values`: argparse drops a value that is only
# two dashes. No word of a command line holds a zero byte.
DASHES = "\0--"
OPTION = re.compile("--?[A-Za-z]")  # how the name of an option begins; -3 is a number
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", dict: "a JSON object"}
_METAVARS = {bool: "[true|false]", int: "NUMBER", float: "NUMBER", Path: "PATH"}


@dataclass(frozen=True, kw_only=True)
class FromRecipe:
    """Base of the settings of a command that reads a recipe."""

    recipe: str | None = None
    """YAML file that sets options, or the name of one in the package's recipes. The command line wins over it."""
    REFUSED: ClassVar[Mapping[str, str]] = {"config": "name the YAML file by --recipe"}


@dataclass(frozen=True)
class Option:
    """One option of a command, or a word without a name."""

    name: str
    """The name of the field, with underscores."""
    type: Any
    """The type of one value."""
    default: Any
    """MISSING: it must be given. ``argparse.SUPPRESS``: absent from the result unless it is given."""
    many: bool = False
    """Takes several values: the setting is a tuple."""
    positional: bool = False
    repeated: bool = False

    @property
    def flag(self) -> str:
        """The option as it is written on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def shown(self) -> str:
        """The option as messages name it."""
        return self.name.upper() if self.positional else self.flag

    @property
    def metavar(self) -> str:
        """The word for its value in the help."""
        if self.positional:
            return self.name.upper()
        if get_origin(self.type) is Literal:
            return "{" + ",".join(map(str, get_args(self.type))) + "}"
        return next((word for kind, word in _METAVARS.items() if kind in (self.type, *get_args(self.type))), "TEXT")

    @property
    def several(self) -> bool:
        """Whether several values may follow its name at once."""
        return self.many and not self.repeated

    @property
    def switch(self) -> bool:
        """Whether it may stand without a value."""
        return bool in (self.type, *get_args(self.type))

    def take_values(self, rest: list[str]) -> list[str]:
        """Remove the option's values from the front of ``rest``, the words after its name, and return them.

        Raises UserError if there is no value.
        """
        if self.switch:
            return [rest.pop(0)] if rest and rest[0].lower() in _SWITCH_VALUES else ["true"]
        values: list[str] = []
        while rest and rest[0] != "--" and not OPTION.match(rest[0]) and (not values or self.several):
            values.append(rest.pop(0))
        if not values:
            raise UserError(f"{self.flag} needs a value")
        return values

    def words(self, values: list[str], where: str) -> list[str]:
        """The option with these values, as words for the parser.

        Raises UserError for a value of the wrong kind; ``where`` names the place of the value in the message.
        """
        for value in values:
            if not value and Path in (self.type, *get_args(self.type)):  # else "." in silence
                raise UserError(f"{where} is empty; give it a value, or leave it out")
            if ":" in value and not {int, float}.isdisjoint((self.type, *get_args(self.type))):
                raise self.wrong_value(value, where)  # jsonargparse reads 1:30 as 90, by a rule of YAML
        values = [DASHES if value == "--" else value for value in values]
        if self.repeated:
            return [f"{self.flag}+={value}" for value in values]
        if self.many:
            return [self.flag, *values]
        value = _SWITCH_VALUES.get(values[0].lower(), values[0]) if self.switch else values[0]
        return [f"{self.flag}={value}"]

    def wrong_value(self, value: str, where: str) -> UserError:
        """The error for a value that the option does not take; ``where`` names the place of the value."""
        if get_origin(self.type) is Literal:
            return UserError.unknown(f"value for {where}", value, map(str, get_args(self.type)))
        kinds = [_KINDS[kind] for kind in (self.type, *get_args(self.type)) if kind in _KINDS]
        return UserError(f"{where} must be {' or '.join(kinds) or 'something else'}, not {value!r}")


def options_of(config_class: type) -> list[Option]:
    """The options that the fields of a dataclass define, in their order."""
    hints = get_type_hints(config_class, include_extras=True)
    return [_option_of(field.name, hints[field.name], field.default) for field in fields(config_class)]


def _option_of(name: str, hint: Any, default: Any) -> Option:
    marks: tuple[str, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *marked = get_args(hint)
        marks = tuple(marked)
    many = get_origin(hint) is tuple
    return Option(
        name,
        type=get_args(hint)[0] if many else hint,
        many=many,
        positional="positional" in marks,
        repeated="repeated" in marks,
        default=default,
    )
