"""Commands as tests give them, and what they print."""

import json
from pathlib import Path

from trainer.__main__ import main


def train(charts: Path, output: Path, *options: str) -> list[str]:
    """The words of a command that trains on ``charts``."""
    return ["train", "--dataset", str(charts), "--output", str(output), *options]


def json_lines(capsys, *argv: str | Path) -> list[dict]:
    """The objects that a command prints, one a line."""
    capsys.readouterr()
    assert main([str(word) for word in argv]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]
