"""The YAML files that set options: where they are, and what they say."""

from __future__ import annotations

from inspect import getfile
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError


def recipe_path(config_class: type, recipe: str) -> Path:
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


def read_recipe(path: Path) -> dict[str, tuple[Any, list[str] | None]]:
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
