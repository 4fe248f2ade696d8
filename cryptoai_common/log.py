"""Diagnostics of a command: messages of the packages through ``logging``, one line each on standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

PACKAGES = ("cryptoai_common", "dataset_builder", "trainer")


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {record.getMessage()}"


@contextmanager
def diagnostics_shown() -> Iterator[None]:
    """Show warnings and errors of the three packages while a command runs.

    For the command line only: a program that imports the packages configures ``logging`` itself.
    """
    handler = logging.StreamHandler()  # writes to the present sys.stderr
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Line())
    loggers = [logging.getLogger(name) for name in PACKAGES]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
