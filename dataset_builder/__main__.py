"""``python -m dataset_builder COMMAND``: the commands of stage one."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from cryptoai_common.errors import UserError
from cryptoai_common.terminal import at_any_terminal
from dataset_builder import config

COMMANDS = {
    "build": (config.BuildConfig, "dataset_builder.storage.build:build"),
    "audit": (config.AuditConfig, "dataset_builder.audit.run:audit"),
    "merge": (config.MergeConfig, "dataset_builder.storage.merge:merge"),
    "render": (config.RenderConfig, "dataset_builder.series.render:render"),
    "verify": (config.VerifyConfig, "dataset_builder.storage.verify:verify"),
    "push": (config.PushConfig, "dataset_builder.storage.push:push"),
    "diff": (config.DiffConfig, "dataset_builder.storage.diff:diff"),
}


@at_any_terminal()
def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 found wanting, 2 the user's mistake."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_usage())
        return 0 if arguments else 2
    try:
        if arguments[0] not in COMMANDS:
            raise UserError.unknown("command", arguments[0], COMMANDS)
        config_class, target = COMMANDS[arguments[0]]
        settings = _parse(config_class, arguments[0], arguments[1:])
        module, function = target.split(":")
        getattr(import_module(module), function)(settings)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)
        return 130
    return 0


def _usage() -> str:
    lines = (f"  {name:8} {settings.__doc__}" for name, (settings, _) in COMMANDS.items())
    return "\n".join(
        ["usage: python -m dataset_builder COMMAND [--option VALUE ...]", "", *lines]
        + ["", "COMMAND --help lists its options; --config FILE.yaml sets their defaults."]
    )


def _parse(config_class: type, command: str, arguments: list[str]):
    """Options over a YAML file named by ``--config`` over defaults."""
    import tyro

    options = [word.split("=")[0] for word in arguments if word.startswith("--")]
    for option in options:
        if options.count(option) > 1:  # the last one would win, in silence
            raise UserError(f"{option} is given more than once: give it once, with all its values")
    default = None
    if "--config" in arguments:
        at = arguments.index("--config")
        if at + 1 == len(arguments):
            raise UserError("--config needs the name of a YAML file")
        default = config.defaults_from_yaml(config_class, Path(arguments[at + 1]))
        arguments = arguments[:at] + arguments[at + 2 :]
    markers = (tyro.conf.PositionalRequiredArgs,)
    prog = f"python -m dataset_builder {command}"
    return tyro.cli(config_class, args=arguments, prog=prog, default=default, config=markers)


if __name__ == "__main__":
    sys.exit(main())
