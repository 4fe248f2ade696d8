"""The run directory and what it holds: configuration, results, model card; imports ``models`` and ``data``."""
