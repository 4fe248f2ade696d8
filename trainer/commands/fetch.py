"""Fetch a dataset from the Hub and print its directory."""

from __future__ import annotations

from trainer.config import FetchConfig
from trainer.data import fetch as hub_datasets


def fetch(config: FetchConfig) -> None:
    """Raises UserError if the dataset cannot be fetched, or is not what its manifest says."""
    print(hub_datasets.fetch(config.name))
