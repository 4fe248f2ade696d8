"""Errors that ``__main__`` prints as one sentence, without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake that the user can mend: what is wrong, where, and what to do about it."""

    exit_code = 2

    @classmethod
    def unknown(cls, what: str, given: str, known: Iterable[str]) -> UserError:
        """For a name that is not among the known ones: suggests the nearest."""
        known = list(known)
        nearest = difflib.get_close_matches(given, known, n=1)
        if nearest:
            return cls(f"unknown {what} {given!r}; did you mean {nearest[0]!r}?")
        choices = f"choose from {', '.join(known)}" if len(known) <= 20 else "see --help"
        return cls(f"unknown {what} {given!r}; {choices}")


class GateFailed(UserError):
    """An exported file is not as good as the checkpoint. The user's input is not at fault, so the exit code is 1."""

    exit_code = 1
