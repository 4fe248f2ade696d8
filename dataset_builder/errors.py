"""Errors that the user can mend. ``__main__`` prints them as one sentence, without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """One clear sentence: what is wrong, where, and what to do about it."""

    exit_code = 2

    @classmethod
    def unknown(cls, what: str, given: str, known: Iterable[str]) -> UserError:
        """For a name that is not among the known ones: suggests the nearest."""
        known = list(known)
        nearest = difflib.get_close_matches(given, known, n=1)
        hint = f"did you mean {nearest[0]!r}?" if nearest else f"choose from {', '.join(known)}"
        return cls(f"unknown {what} {given!r}; {hint}")


class WorkerDied(UserError):
    """A worker process was killed from outside: nothing that the user wrote is wrong."""

    exit_code = 1
