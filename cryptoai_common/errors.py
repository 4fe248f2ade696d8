"""Errors that a command prints as one sentence, without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST_CHOICES = 20  # more names than that fill the terminal: the help page lists them


class UserError(Exception):
    """A mistake that the user can correct: the message says what is wrong, where, and what to do about it."""

    exit_code = 2

    @classmethod
    def unknown(cls, what: str, given: str, known: Iterable[str]) -> UserError:
        """The error for a name that is not among the known ones; it suggests the most similar name, or lists them."""
        known = list(known)
        nearest = difflib.get_close_matches(given, known, n=1)
        if nearest:
            return cls(f"unknown {what} {given!r}; did you mean {nearest[0]!r}?")
        choices = f"choose from {', '.join(known)}" if len(known) <= MOST_CHOICES else "see --help"
        return cls(f"unknown {what} {given!r}; {choices}")


class CheckFailed(UserError):
    """A result falls short of what is required; the user's input is not at fault, so the exit code is 1."""

    exit_code = 1
