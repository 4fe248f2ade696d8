"""Words of the command line → files of candles, and what their markets are called."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cryptoai_common.errors import UserError
from cryptoai_common.tool_files import is_of_a_tool
from trainer.scan.work import Job

# Files in a folder that are taken for candles; one that is named is read whatever its name.
SUFFIXES = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".feather", ".ft"}
PACKED = {".gz", ".bz2", ".xz", ".zip"}


def find_jobs(words: Sequence[Path]) -> list[Job]:
    """A job for each file, once, in the order of the words. Markets are called by their file's name, or else its path.

    A word is a file, a folder (whose files of candles are taken, also in folders inside it) or a pattern such as
    data/*.csv. Raises UserError for one that names nothing.
    """
    files = list(dict.fromkeys(file for word in words for file in _files(word)))
    names = Counter(_name(file) for file in files)
    return [Job(file, _name(file) if names[_name(file)] == 1 else str(file)) for file in files]


def results_name(words: Sequence[Path]) -> str:
    """What the results of these words are called: by the one file or folder that is named, else ``files``."""
    (word, *others) = words
    if others or (glob.has_magic(str(word)) and not word.exists()):
        return "files"
    named = Path(os.path.abspath(word))  # which has a name for "." and ".." too
    return (named.name if named.is_dir() else _name(named)) or "files"


def _files(word: Path) -> list[Path]:
    if word.is_dir():
        found = sorted(path for path in word.rglob("*") if path.is_file() and _is_candles(path.relative_to(word)))
        if not found:
            raise UserError(f"{word} holds no files of candles ({', '.join(sorted(SUFFIXES))})")
        return found
    if word.exists() or not glob.has_magic(str(word)):
        return [word]  # one that is not there is reported by its reader
    matches = [Path(each) for each in sorted(glob.glob(str(word), recursive=True))]
    found = [file for each in matches for file in (_files(each) if each.is_dir() else [each])]
    if not found:
        raise UserError(f"no file is called {word}")
    return found


def _is_candles(path: Path) -> bool:
    suffix = path.with_suffix("").suffix if path.suffix.lower() in PACKED else path.suffix
    return not is_of_a_tool(path) and suffix.lower() in SUFFIXES


def _name(file: Path) -> str:
    stem = file.with_suffix("") if file.suffix.lower() in PACKED else file
    return stem.stem
