"""Fetch a dataset from the Hub and print its directory."""

from __future__ import annotations

from trainer.config import FetchConfig
from trainer.data import fetch as hub_datasets


def fetch(config: FetchConfig) -> None:
    """Print the directory of the fetched dataset. Raises UserError if it cannot be fetched or verified."""
    print(hub_datasets.fetch(config.name))
