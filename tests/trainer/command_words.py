"""Commands as tests give them."""

from pathlib import Path


def train(charts: Path, output: Path, *options: str) -> list[str]:
    """The words of a command that trains on ``charts``."""
    return ["train", "--dataset", str(charts), "--output", str(output), *options]
